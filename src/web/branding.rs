//! Whose pages a host name shows: name, logo and colour of the brand, and the two files that browsers fetch for
//! them.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Web;
use super::error::Fault;
use crate::service::brands;
use crate::service::status::Status;
use crate::store::brand::{BrandLink, BrandRecord, Colour, Wording};

/// Both files are asked for under an address that changes when they do.
const KEPT: &str = "public, max-age=31536000, immutable";

/// The grounds that coloured text stands on in the dark: `--sunken` and `--surface` of the style sheet.
const DARK_SUNKEN: Colour = Colour::of(0x1f, 0x2b, 0x35);
const DARK_SURFACE: Colour = Colour::of(0x16, 0x20, 0x29);

/// What a page shows of a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageBrand {
    /// What users know it by; empty: as the product.
    pub name: String,
    /// Address of the logo.
    pub logo: Option<String>,
    /// Address of the style sheet with its colour.
    pub css: Option<String>,
    /// What users in trouble are told.
    pub help: Wording,
    /// Links beside that.
    pub links: Vec<BrandLink>,
}

impl PageBrand {
    /// The brand of the host that was asked. A page is shown without one rather than not at all.
    pub fn of(web: &Web, headers: &HeaderMap) -> Option<Self> {
        let (_, record) = brands::of_host(&web.service, host(headers)).ok()?;
        Self::shown(&record)
    }

    fn shown(record: &BrandRecord) -> Option<Self> {
        let help = record.help();
        let is_set = !record.name.is_empty()
            || record.logo.is_some()
            || record.colour.is_some()
            || !help.is_empty()
            || !record.links.is_empty();
        is_set.then(|| Self {
            help,
            links: record.links.clone(),
            name: record.name.clone(),
            logo: record.logo.map(|mark| format!("/brand/logo?v={mark}")),
            css: record.colour.map(|colour| {
                let colour = colour.to_string();
                format!("/brand/accent.css?v={}", colour.trim_start_matches('#'))
            }),
        })
    }

    /// What is known of a brand whose status was looked up before.
    pub fn of_status(status: &Status) -> Self {
        Self {
            name: status.name.clone(),
            logo: None,
            css: None,
            help: status.help.clone(),
            links: status.links.clone(),
        }
    }

    /// Whether there is anything to tell users in trouble.
    pub fn has_help(&self, lang: &str) -> bool {
        self.help.in_language(lang).is_some() || !self.links.is_empty()
    }
}

/// The host that was asked.
pub fn host(headers: &HeaderMap) -> &str {
    let host = headers.get(header::HOST);
    host.and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// `GET /brand/logo`.
pub async fn logo(State(web): State<Web>, headers: HeaderMap) -> Result<Response, Fault> {
    let logo = brands::logo_of_host(&web.service, host(&headers))?.ok_or(Fault::NotFound)?;
    Ok(file(logo.kind.media_type(), logo.bytes))
}

/// `GET /brand/accent.css`.
pub async fn accent(State(web): State<Web>, headers: HeaderMap) -> Result<Response, Fault> {
    let (_, record) = brands::of_host(&web.service, host(&headers))?;
    let colour = record.colour.ok_or(Fault::NotFound)?;
    Ok(file("text/css; charset=utf-8", css(colour).into_bytes()))
}

fn file(media_type: &'static str, bytes: Vec<u8>) -> Response {
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, KEPT),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

/// The tokens of the style sheet that a colour replaces, each so that text can be read.
fn css(colour: Colour) -> String {
    let black = Colour::of(0, 0, 0);
    let soft = Colour::WHITE.mixed(colour, 12);
    let light = tokens(
        colour,
        colour.mixed(black, 25),
        soft.readable_beside(colour, Colour::WHITE),
    );
    let bright = colour.readable_beside(DARK_SUNKEN, Colour::WHITE);
    let dark = tokens(
        bright,
        bright.mixed(Colour::WHITE, 35),
        DARK_SURFACE
            .mixed(bright, 18)
            .readable_beside(bright, DARK_SURFACE),
    );
    format!(":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
}

fn tokens(accent: Colour, hover: Colour, soft: Colour) -> String {
    format!("--accent:{accent};--accent-hover:{hover};--accent-soft:{soft}")
}

#[cfg(test)]
mod tests;
