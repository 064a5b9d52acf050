//! Whether and when senders are told that their message is safe and not read yet: set by the operator for
//! all, by a reseller for its domains or one of them.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, reason, visible_domain};
use crate::clock::Timestamp;
use crate::ids::ResellerId;
use crate::mail::wording::{InvalidTemplate, Letter, fill, split};
use crate::send::notice::date_time;
use crate::store::access::Permission;
use crate::store::delay_words::{self, DelayWords};
use crate::store::directory::placed;
use crate::store::policies::{self, DelayPolicy, Language, PolicyScope};
use crate::store::{Order, ReadTx, audit};

/// Longest time after which senders are told, in hours.
pub const HOURS_MAX: u16 = 120;
const TEXT_CHARS_MAX: usize = 4_000;

/// What is set, and what holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelayNoticesView {
    /// For whom: `all`, `reseller:ID` or `domain:NAME`.
    pub scope: String,
    /// What is set here: hours, 0 for never; absent: as the wider scope says.
    pub own_hours: Option<u16>,
    /// What holds here: hours, 0 for never.
    pub hours: u16,
    /// The words that are set here; a language that is absent is as the wider scope says.
    pub own_words: DelayWordsView,
    /// The words that hold here, in each language.
    pub words: DelayWordsView,
}

/// In which words senders are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DelayWordsView {
    /// The language for senders whose message names none (`Accept-Language`, `Content-Language`): `en`, `de`, `fr`,
    /// `es` or `ar`; absent: as the wider scope says.
    pub language: Option<String>,
    /// Texts by language. The first line is the subject; `{address}` is the recipient, `{time}` when the message was
    /// received.
    pub texts: BTreeMap<String, String>,
}

/// What is to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelayNoticesChange {
    /// Hours, 1 to 120; 0 for never; absent: as the wider scope says.
    #[serde(default)]
    pub hours: Option<u16>,
    /// The words of one's own, all of them; absent: as they are.
    #[serde(default)]
    pub words: Option<DelayWordsView>,
    /// Why, for the audit log.
    pub reason: String,
}

/// How a scope is written, in views and in the audit log.
pub(super) fn text(scope: &PolicyScope) -> String {
    match scope {
        PolicyScope::All => "all".into(),
        PolicyScope::Reseller(id) => format!("reseller:{id}"),
        PolicyScope::Domain(name) => format!("domain:{name}"),
    }
}

/// The scope that is written so, as a [`DelayNoticesView`] names it.
pub fn scope_of(text: &str) -> Option<PolicyScope> {
    match text.split_once(':') {
        None if text == "all" => Some(PolicyScope::All),
        Some(("reseller", id)) => id.parse().ok().map(PolicyScope::Reseller),
        Some(("domain", name)) => name.parse().ok().map(PolicyScope::Domain),
        _ => None,
    }
}

/// Whether a scope is there, and the actor's business.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is not; when the store fails.
pub(super) fn check(
    tx: &dyn ReadTx,
    actor: &Actor,
    scope: &PolicyScope,
) -> Result<(), ServiceError> {
    match scope {
        PolicyScope::All => actor.operator(),
        PolicyScope::Reseller(id) => {
            // One that has no domain is a name that was written wrong, a domain's perhaps.
            let is_there = matches!(actor, Actor::Reseller(own, _) if own == id)
                || !placed::domains_of(tx, id, Order::Ascending, Bound::Unbounded, 1)?.is_empty();
            match actor.may_see(Some(id)) && is_there {
                true => Ok(()),
                false => Err(ServiceError::NotFound("such reseller")),
            }
        }
        PolicyScope::Domain(name) => visible_domain(tx, actor, name).map(drop),
    }
}

fn hours(policy: DelayPolicy) -> u16 {
    match policy {
        DelayPolicy::Off => 0,
        DelayPolicy::AfterHours(hours) => hours,
    }
}

fn view(tx: &dyn ReadTx, scope: &PolicyScope) -> Result<DelayNoticesView, ServiceError> {
    let none: Option<ResellerId> = None;
    let holds = match scope {
        PolicyScope::All => policies::of_reseller(tx, none)?,
        PolicyScope::Reseller(id) => policies::of_reseller(tx, Some(id.clone()))?,
        PolicyScope::Domain(name) => policies::of_domain(tx, name)?,
    };
    let words = match scope {
        PolicyScope::All => delay_words::of_reseller(tx, None)?,
        PolicyScope::Reseller(id) => delay_words::of_reseller(tx, Some(id.clone()))?,
        PolicyScope::Domain(name) => delay_words::of_domain(tx, name)?,
    };
    let own = delay_words::get(tx, scope)?;
    let holding = |language: Language| {
        let (language, text) = words.choose(&[language]);
        (language.as_str().to_owned(), text.to_owned())
    };
    let named = |(language, text): (Language, String)| (language.as_str().to_owned(), text);
    Ok(DelayNoticesView {
        own_words: DelayWordsView {
            language: own.language.map(|language| language.as_str().to_owned()),
            texts: own.texts.into_iter().map(named).collect(),
        },
        words: DelayWordsView {
            language: Some(words.language.as_str().to_owned()),
            texts: Language::ALL.into_iter().map(holding).collect(),
        },
        scope: text(scope),
        own_hours: policies::get(tx, scope)?.map(hours),
        hours: hours(holds),
    })
}

/// The words of somebody's own, if they can be used.
fn checked(words: &DelayWordsView) -> Result<DelayWords, ServiceError> {
    let language = |tag: &String| {
        let known = tag.parse::<Language>();
        known.map_err(|error| invalid(format!("{error} for the language")))
    };
    let mut texts = BTreeMap::new();
    for (tag, text) in &words.texts {
        let language = language(tag)?;
        let text = text.replace("\r\n", "\n").trim().to_owned();
        let wrong = |why: String| invalid(format!("{}: {why}", language.as_str()));
        if text.chars().count() > TEXT_CHARS_MAX
            || text.chars().any(|c| c.is_control() && c != '\n')
        {
            return Err(wrong(format!(
                "at most {TEXT_CHARS_MAX} characters of plain text"
            )));
        }
        sample(&text, "", Timestamp::EPOCH).map_err(|error| wrong(error.to_string()))?;
        if !text.is_empty() && !text.contains('\n') {
            return Err(wrong(
                "write a line for the subject, and below it the text".into(),
            ));
        }
        if !text.is_empty() {
            texts.insert(language, text);
        }
    }
    Ok(DelayWords {
        language: words.language.as_ref().map(language).transpose()?,
        texts,
    })
}

fn invalid(text: String) -> ServiceError {
    ServiceError::Invalid {
        field: "words",
        text,
    }
}

/// What somebody who wrote to `address` at a time would be told.
///
/// # Errors
/// When what stands in braces is not known.
pub fn sample(text: &str, address: &str, time: Timestamp) -> Result<Letter, InvalidTemplate> {
    let time = date_time(time);
    let values = [("address", address), ("time", time.as_str())];
    Ok(split(&fill(text, &values)?))
}

/// What is set for a scope, and what holds.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is not the actor's business; when the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    scope: &PolicyScope,
) -> Result<DelayNoticesView, ServiceError> {
    service.store.read(|tx| {
        check(tx, actor, scope)?;
        view(tx, scope)
    })
}

/// Sets it.
///
/// # Errors
/// As [`show`]; [`ServiceError::Invalid`] for hours that are too many, or no reason.
pub async fn set(
    service: &Service,
    actor: &Actor,
    scope: PolicyScope,
    change: &DelayNoticesChange,
) -> Result<DelayNoticesView, ServiceError> {
    service.store.read(|tx| check(tx, actor, &scope))?;
    actor.may(Permission::Notices)?;
    let why = reason(&change.reason)?;
    let policy = match change.hours {
        None => None,
        Some(0) => Some(DelayPolicy::Off),
        Some(hours) if hours <= HOURS_MAX => Some(DelayPolicy::AfterHours(hours)),
        Some(_) => {
            return Err(ServiceError::Invalid {
                field: "hours",
                text: format!("write 1 to {HOURS_MAX}, or 0 for never"),
            });
        }
    };
    let mut event = service.event(
        actor,
        Permission::Notices,
        "delay-notices.set",
        text(&scope),
        &why,
    )?;
    let words = change.words.as_ref().map(checked).transpose()?;
    event.detail = match change.hours {
        None => "as the wider scope says".into(),
        Some(0) => "never".into(),
        Some(hours) => format!("after {hours} hours"),
    };
    if let Some(words) = &words {
        let tags: Vec<&str> = words
            .texts
            .keys()
            .map(|language| language.as_str())
            .collect();
        let tags = if tags.is_empty() {
            "none"
        } else {
            &tags.join(", ")
        };
        event.detail.push_str(&format!("; own words: {tags}"));
    }
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            check(tx, &actor, &scope)?;
            policies::put(tx, &scope, policy)?;
            if let Some(words) = &words {
                delay_words::put(tx, &scope, words)?;
            }
            audit::append(tx, event.clone())?;
            view(tx, &scope)
        })
        .await
}
