//! Settings of the reader: one form, with what is wrong said at the field.

use askama::Template;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::shell::{Framed, Shell, frame, redirect, respond};
use super::zones::ZONES;
use crate::clock::Timestamp;
use crate::service::profile::{self, AddressProfile, Away, Day, Density, Profile, UndoSend};
use crate::service::{ServiceError, mailbox_write};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, Page};
use crate::web::reader::{Reader, language_cookie, zone_cookie};
use crate::web::session::{Session, User};
use crate::web::texts::{Texts, Value};
use crate::web::when::zone;

/// The settings page.
#[derive(Template)]
#[template(path = "webmail/settings.html")]
pub struct SettingsPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) errors: Vec<FormError>,
    pub(super) name: String,
    pub(super) name_default: String,
    pub(super) signature: String,
    pub(super) addresses: Vec<AddressForm>,
    pub(super) languages: Vec<Choice>,
    pub(super) zone_now: String,
    pub(super) zones: Vec<Choice>,
    pub(super) compact: bool,
    pub(super) conversations: bool,
    pub(super) images_from: Vec<String>,
    pub(super) undo: Vec<Choice>,
    pub(super) keys: bool,
    pub(super) away: Away,
    pub(super) away_from: String,
    pub(super) away_until: String,
    pub(super) blocked: String,
}

impl SettingsPage {
    /// What is wrong with a field.
    fn wrong(&self, field: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|error| error.field == Some(field))
            .map(|error| error.text.as_str())
    }
}

/// What is set for one of the other addresses.
#[derive(Clone, Debug)]
pub struct AddressForm {
    pub(super) heading: String,
    pub(super) own: AddressProfile,
}

/// `GET /mail/settings`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let framed = frame(&web, &reader, &session, &headers, None)?;
    let profile = framed.overview.profile.clone();
    let page = settings_page(&web, &reader, &session, framed, &profile, Vec::new())?;
    Ok(respond(&web, page.shell.notice.is_some(), &page))
}

fn settings_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    framed: Framed,
    profile: &Profile,
    errors: Vec<FormError>,
) -> Result<SettingsPage, Fault> {
    let texts = reader.texts;
    let own = mailbox_write::identities(&web.service, &session.actor)?;
    let (main, others) = match own.split_first() {
        Some((main, others)) => (main.name.clone(), others),
        None => (None, own.as_slice()),
    };
    let addresses = others
        .iter()
        .map(|person| AddressForm {
            heading: texts.with(
                "address-settings",
                &[("address", Value::Text(&person.address))],
            ),
            own: profile
                .address(&person.address)
                .cloned()
                .unwrap_or_else(|| AddressProfile {
                    address: person.address.clone(),
                    ..AddressProfile::default()
                }),
        })
        .collect();
    let now = reader.times.clock(reader.times.now());
    Ok(SettingsPage {
        p: Page::of(reader, &texts.get("settings")),
        shell: framed.shell,
        errors,
        name: profile.name.clone(),
        name_default: main.unwrap_or_default(),
        signature: profile.signature.clone(),
        addresses,
        languages: languages(texts, &profile.language),
        zone_now: texts.with("zone-hint", &[("time", Value::Text(&now))]),
        zones: zones(texts, &profile.zone, reader.times.zone_name()),
        compact: profile.density == Density::Compact,
        conversations: profile.conversations,
        images_from: profile.images_from.clone(),
        undo: undo(texts, profile.undo_send),
        keys: profile.keys,
        away_from: day_text(profile.away.as_ref().and_then(|away| away.from.as_ref())),
        away_until: day_text(profile.away.as_ref().and_then(|away| away.until.as_ref())),
        away: profile.away.clone().unwrap_or_default(),
        blocked: profile.blocked.join("\n"),
    })
}

fn day_text(day: Option<&Day>) -> String {
    day.map(|day| day.text.clone()).unwrap_or_default()
}

/// A day of a form, in a zone: none where none was entered.
///
/// # Errors
/// When it is no day.
fn day(text: &str, zone_name: &str) -> Result<Option<Day>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: jiff::civil::Date = text.parse().map_err(drop)?;
    let zone = zone(zone_name).unwrap_or(jiff::tz::TimeZone::UTC);
    let starts = |date: jiff::civil::Date| {
        let start = date.to_zoned(zone.clone()).map_err(drop)?;
        Ok(Timestamp::from_secs(start.timestamp().as_second()))
    };
    Ok(Some(Day {
        text: date.to_string(),
        begins: starts(date)?,
        ends: starts(date.tomorrow().map_err(drop)?)?,
    }))
}

/// The first choice of a list: what the browser says.
fn as_device(texts: &Texts, detail: &str, selected: bool) -> Choice {
    let text = texts.get("as-device");
    Choice {
        value: String::new(),
        text: if detail.is_empty() {
            text.into_owned()
        } else {
            format!("{text} ({detail})")
        },
        hint: String::new(),
        selected,
    }
}

/// The languages, each by its own name.
fn languages(texts: &Texts, chosen: &str) -> Vec<Choice> {
    let all = Texts::all().iter().map(|language| Choice {
        value: language.lang.to_owned(),
        text: language.get("language-name").into_owned(),
        hint: String::new(),
        selected: language.lang == chosen,
    });
    std::iter::once(as_device(texts, "", chosen.is_empty()))
        .chain(all)
        .collect()
}

fn zones(texts: &Texts, chosen: &str, own: &str) -> Vec<Choice> {
    let detail = if chosen.is_empty() { own } else { "" };
    let further = (!chosen.is_empty() && !ZONES.contains(&chosen)).then_some(chosen);
    let named = further.into_iter().chain(ZONES.iter().copied());
    std::iter::once(as_device(texts, detail, chosen.is_empty()))
        .chain(named.map(|name| Choice {
            value: name.to_owned(),
            text: name.replace('_', " "),
            hint: String::new(),
            selected: name == chosen,
        }))
        .collect()
}

fn undo(texts: &Texts, chosen: UndoSend) -> Vec<Choice> {
    UndoSend::ALL
        .into_iter()
        .map(|undo| Choice {
            value: undo.secs().to_string(),
            text: match undo {
                UndoSend::Off => texts.get("undo-send-off").into_owned(),
                _ => texts.with("undo-send-secs", &[("count", Value::Number(undo.secs()))]),
            },
            hint: String::new(),
            selected: undo == chosen,
        })
        .collect()
}

/// `POST /mail/settings`.
pub async fn save(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let (wanted, errors) = read(reader.texts, reader.times.zone_name(), &form);
    if !errors.is_empty() {
        return again(&web, &reader, &session, &headers, &wanted, errors);
    }
    let kept = wanted.clone();
    let saved = profile::update(&web.service, &session.actor, move |profile| {
        *profile = kept.clone();
    })
    .await;
    let saved = match saved {
        Ok(saved) => saved,
        Err(ServiceError::Invalid { field, .. }) => {
            let key = match field {
                "name" => "error-profile-name",
                "signature" => "error-profile-signature",
                "away" => "error-away",
                "away_until" => "error-away-days",
                "blocked" => "error-blocked",
                _ => return Err(Fault::Bad),
            };
            let errors = vec![wrong(reader.texts, field, key)];
            return again(&web, &reader, &session, &headers, &wanted, errors);
        }
        Err(error) => return Err(error.into()),
    };
    let mut response = redirect(&web, "/mail/settings", Some(&Flash::new("done-settings")));
    for cookie in cookies(&web, &saved) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The cookies that make pages appear as a profile says.
pub(super) fn cookies(web: &Web, profile: &Profile) -> [HeaderValue; 2] {
    [
        language_cookie(web, &profile.language),
        zone_cookie(web, &profile.zone),
    ]
}

fn again(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    wanted: &Profile,
    errors: Vec<FormError>,
) -> Result<Response, Fault> {
    let framed = frame(web, reader, session, headers, None)?;
    let page = settings_page(web, reader, session, framed, wanted, errors)?;
    let mut response = respond(web, page.shell.notice.is_some(), &page);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn wrong(texts: &Texts, field: &'static str, key: &str) -> FormError {
    FormError {
        field: Some(field),
        text: texts.get(key).into_owned(),
    }
}

/// The profile in a posted form, and what is wrong with it. Pure.
fn read(texts: &Texts, zone_here: &str, form: &Form) -> (Profile, Vec<FormError>) {
    let mut errors = Vec::new();
    let language = form.get("language");
    if !language.is_empty() && Texts::of(language).is_none() {
        errors.push(wrong(texts, "language", "error-language"));
    }
    let zone_name = form.get("zone");
    if !zone_name.is_empty() && zone(zone_name).is_none() {
        errors.push(wrong(texts, "zone", "error-zone"));
    }
    let undo = form.get("undo").parse().ok().and_then(UndoSend::of_secs);
    if undo.is_none() {
        errors.push(wrong(texts, "undo", "error-undo-send"));
    }
    let text = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let zone_there = if zone_name.is_empty() {
        zone_here
    } else {
        zone_name
    };
    let mut day_of = |field: &'static str| {
        day(form.get(field), zone_there).unwrap_or_else(|()| {
            errors.push(wrong(texts, field, "error-away-days"));
            None
        })
    };
    let away = Away {
        on: !form.get("away_on").is_empty(),
        text: text(form.get("away")),
        from: day_of("away_from"),
        until: day_of("away_until"),
    };
    let blocked = form
        .get("blocked")
        .split_whitespace()
        .map(str::to_lowercase);
    let addresses = form
        .all("address")
        .zip(form.all("address-name"))
        .zip(form.all("address-signature"))
        .map(|((address, name), signature)| AddressProfile {
            address: address.to_lowercase(),
            name: name.trim().to_owned(),
            signature: text(signature),
        })
        .filter(|own| !own.name.is_empty() || !own.signature.is_empty())
        .collect();
    let profile = Profile {
        name: form.get("name").trim().to_owned(),
        signature: text(form.get("signature")),
        addresses,
        language: language.to_owned(),
        zone: zone_name.to_owned(),
        keys: !form.get("keys").is_empty(),
        density: match form.get("density") {
            "compact" => Density::Compact,
            _ => Density::Roomy,
        },
        conversations: !form.get("conversations").is_empty(),
        undo_send: undo.unwrap_or_default(),
        images_from: form.all("images-from").map(str::to_lowercase).collect(),
        away: (away != Away::default()).then_some(away),
        blocked: blocked.collect(),
    };
    (profile, errors)
}
