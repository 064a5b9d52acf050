//! Whose pages a host name shows: name, logo and colour of the brand, and the two files that browsers fetch for
//! them.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Web;
use super::error::Fault;
use crate::service::brands;
use crate::store::brand::{BrandRecord, Colour};

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
}

impl PageBrand {
    /// The brand of the host that was asked. A page is shown without one rather than not at all.
    pub fn of(web: &Web, headers: &HeaderMap) -> Option<Self> {
        let (_, record) = brands::of_host(&web.service, host(headers)).ok()?;
        Self::shown(&record)
    }

    fn shown(record: &BrandRecord) -> Option<Self> {
        let is_set = !record.name.is_empty() || record.logo.is_some() || record.colour.is_some();
        is_set.then(|| Self {
            name: record.name.clone(),
            logo: record.logo.map(|mark| format!("/brand/logo?v={mark}")),
            css: record.colour.map(|colour| {
                let colour = colour.to_string();
                format!("/brand/accent.css?v={}", colour.trim_start_matches('#'))
            }),
        })
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
