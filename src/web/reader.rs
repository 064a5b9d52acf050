//! Who reads the page: language and time zone, as the reader chose or else as the browser says.
//!
//! The choice travels in two cookies, so that the sign-in page has it too; signing in sets them anew
//! from the profile.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use std::convert::Infallible;

use super::Web;
use super::branding::PageBrand;
use super::error::form_encode;
use super::session::{cookie, set_cookie};
use super::texts::Texts;
use super::when::{Times, zone};

/// Cookie with the name of the reader's time zone, set by the module or the settings page.
pub const ZONE_COOKIE: &str = "zone";
/// Cookie with the tag of the language that the reader chose.
const LANGUAGE_COOKIE: &str = "language";
/// How long both are kept, in seconds: a year.
const KEPT_SECS: u32 = 365 * 24 * 60 * 60;

/// The cookie that makes pages appear in a language; an empty tag leaves it to the browser again.
pub fn language_cookie(web: &Web, lang: &str) -> HeaderValue {
    let max_age = if lang.is_empty() { 0 } else { KEPT_SECS };
    set_cookie(web, LANGUAGE_COOKIE, lang, "/", Some(max_age))
}

/// The cookie that makes times appear in a zone, readable for the module; an empty name leaves it to
/// the browser again.
pub fn zone_cookie(web: &Web, zone: &str) -> HeaderValue {
    let secure = if web.is_https() { "; Secure" } else { "" };
    let max_age = if zone.is_empty() { 0 } else { KEPT_SECS };
    let value = form_encode(zone);
    let text = format!("{ZONE_COOKIE}={value}; Path=/; Max-Age={max_age}; SameSite=Lax{secure}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// How texts and times are printed for one request.
#[derive(Clone, Debug)]
pub struct Reader {
    /// In which language.
    pub texts: &'static Texts,
    /// In which zone.
    pub times: Times,
    /// Whose pages they are, by the host name that was asked; none: the product's own.
    pub brand: Option<PageBrand>,
}

impl Reader {
    /// The same reader in another language.
    #[must_use]
    pub fn in_language(self, texts: &'static Texts) -> Self {
        Self {
            texts,
            times: self.times.in_language(texts),
            brand: self.brand,
        }
    }

    fn of(parts: &Parts, web: &Web) -> Self {
        let languages = parts.headers.get(header::ACCEPT_LANGUAGE);
        let texts = cookie(&parts.headers, LANGUAGE_COOKIE)
            .and_then(Texts::of)
            .unwrap_or_else(|| Texts::negotiate(languages.and_then(|value| value.to_str().ok())));
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
            brand: PageBrand::of(web, &parts.headers),
        }
    }
}

impl FromRequestParts<Web> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        Ok(Self::of(parts, web))
    }
}
