//! Settings of the reader.

use askama::Template;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::shell::{Shell, frame, redirect, respond};
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, Page};
use crate::web::reader::{Reader, ZONE_COOKIE};
use crate::web::session::User;
use crate::web::texts::Value;
use crate::web::when::zone;

/// The settings page.
#[derive(Template)]
#[template(path = "webmail/settings.html")]
pub struct SettingsPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) errors: Vec<FormError>,
    pub(super) zone_now: String,
    pub(super) zones: Vec<Choice>,
}

/// Zones offered: one for each offset and habit that people have; the browser's own is added.
const ZONES: &[&str] = &[
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Mexico_City",
    "America/Chicago",
    "America/New_York",
    "America/Bogota",
    "America/Caracas",
    "America/Halifax",
    "America/Santiago",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Atlantic/Azores",
    "UTC",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Africa/Lagos",
    "Europe/Amsterdam",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/Copenhagen",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Europe/Athens",
    "Europe/Bucharest",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Asia/Jerusalem",
    "Europe/Istanbul",
    "Asia/Riyadh",
    "Africa/Nairobi",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Australia/Perth",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
];

/// `GET /mail/settings`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let framed = frame(&web, &reader, &session, &headers, None)?;
    let said = framed.shell.notice.is_some();
    let texts = reader.texts;
    let now = reader.times.clock(reader.times.now());
    let own = reader.times.zone_name();
    let mut names: Vec<&str> = ZONES.to_vec();
    if !names.contains(&own) {
        names.insert(0, own);
    }
    let zones = names
        .into_iter()
        .map(|name| Choice {
            value: name.to_owned(),
            text: name.replace('_', " "),
            hint: String::new(),
            selected: name == own,
        })
        .collect();
    let page = SettingsPage {
        p: Page::new(texts, &texts.get("settings")),
        shell: framed.shell,
        errors: Vec::new(),
        zone_now: texts.with("zone-hint", &[("time", Value::Text(&now))]),
        zones,
    };
    Ok(respond(&web, said, &page))
}

/// `POST /mail/settings`.
pub async fn save(
    State(web): State<Web>,
    User(session): User,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let name = form.get("zone");
    zone(name).ok_or(Fault::Bad)?;
    let mut response = redirect(&web, "/mail/settings", Some(&Flash::new("done-settings")));
    let secure = if web.is_https() { "; Secure" } else { "" };
    let value = form_encode(name);
    let cookie = format!("{ZONE_COOKIE}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
