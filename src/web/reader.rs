//! Who reads the page: language and time zone, from what the browser says.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::convert::Infallible;

use super::Web;
use super::session::cookie;
use super::texts::Texts;
use super::when::{Times, zone};

/// Cookie with the name of the reader's time zone, set by the module or the settings page.
pub const ZONE_COOKIE: &str = "zone";

/// How texts and times are printed for one request.
#[derive(Clone, Debug)]
pub struct Reader {
    /// In which language.
    pub texts: &'static Texts,
    /// In which zone.
    pub times: Times,
}

impl Reader {
    fn of(parts: &Parts, web: &Web) -> Self {
        let languages = parts.headers.get(header::ACCEPT_LANGUAGE);
        let texts = Texts::negotiate(languages.and_then(|value| value.to_str().ok()));
        let said = cookie(&parts.headers, ZONE_COOKIE).and_then(|name| {
            let name = percent_encoding::percent_decode_str(name)
                .decode_utf8()
                .ok()?;
            zone(&name)
        });
        let zone = said
            .or_else(|| zone(&web.service.config.get().http.timezone))
            .unwrap_or(jiff::tz::TimeZone::UTC);
        Self {
            texts,
            times: Times::new(texts, zone, web.service.clock.now()),
        }
    }
}

impl FromRequestParts<Web> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        Ok(Self::of(parts, web))
    }
}
