//! What an event says to whom: the payload for programs, the letter for people. Pure.
//!
//! Operators learn everything. A reseller learns of what touches its own domains, with its own numbers; not
//! of decisions, evidence, alerts or drills.

use serde::Serialize;

use super::tenants::Share;
use crate::ids::{Address, DomainName, ResellerId};
pub use crate::mail::wording::{InvalidTemplate, Letter, fill, split};
use crate::route::Scope;
use crate::store::brand::BrandRecord;
use crate::store::directory::{self, moved};
use crate::store::events::{EventRecord, Happened, Limited, MailboxStep, is_for_resellers};
use crate::store::policies::Language;
use crate::store::{ReadTx, StoreError};

mod usual;

use usual::usual;

/// The name of what the test button sends.
pub const TEST: &str = "test";
/// Domains that a letter names.
const DOMAINS_IN_LETTER_MAX: usize = 20;

/// Who is told: an operator without a reseller.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Whose domains count.
    pub reseller: Option<&'a ResellerId>,
    /// What the reseller, or all, have on the mailstore of the event.
    pub share: &'a Share,
    /// The owner of the domain of the event; the outer none: it is about no domain, or one that is gone.
    pub owner: Option<Option<&'a ResellerId>>,
}

impl Told<'_> {
    /// Whether an event is its business.
    pub fn concerns(&self, what: &Happened) -> bool {
        let Some(reseller) = self.reseller else {
            return true;
        };
        if !is_for_resellers(what.name()) {
            return false;
        }
        match what {
            Happened::Outage { .. } | Happened::Mode { .. } => self.share.mailboxes > 0,
            Happened::Override { .. }
            | Happened::OverrideExpired { .. }
            | Happened::Mailbox { .. } => self.owner == Some(Some(reseller)),
            Happened::SendingLimited { whose } => match whose {
                Limited::Reseller(id) => id == reseller,
                Limited::Mailbox(_) | Limited::Domain(_) => self.owner == Some(Some(reseller)),
            },
            // The one who had it is told that it left, and not where to.
            Happened::DomainMoved { from, to, .. } => {
                [from, to].into_iter().flatten().any(|one| one == reseller)
            }
            Happened::MailboxesChanged { .. } => true,
            Happened::Alert { .. } | Happened::Drill { .. } => false,
        }
    }
}

/// Whose an event is that is about a domain: of whoever owns the domain now, unless it happened before it became
/// theirs; then it is nobody's but the operator's.
///
/// # Errors
/// When the store cannot be read.
pub fn owner(
    tx: &dyn ReadTx,
    number: u64,
    what: &Happened,
) -> Result<Option<Option<ResellerId>>, StoreError> {
    let Some(domain) = domain_of(what) else {
        return Ok(None);
    };
    let since = moved::since(tx, &domain)?;
    if since.is_some_and(|since| number < since.event) {
        return Ok(Some(None));
    }
    Ok(directory::domain(tx, &domain)?.map(|record| record.reseller))
}

/// The domain that an event is about.
fn domain_of(what: &Happened) -> Option<DomainName> {
    match what {
        Happened::Override { scope, .. } | Happened::OverrideExpired { scope, .. } => match scope {
            Scope::Domain(domain) => Some(domain.clone()),
            Scope::Mailbox(address) => Some(address.domain_name()),
            Scope::Mailstore(_) => None,
        },
        Happened::DomainMoved { domain, .. } => Some(domain.clone()),
        Happened::Mailbox { mailbox, .. } => Some(mailbox.domain_name()),
        Happened::SendingLimited { whose } => match whose {
            Limited::Mailbox(address) => Some(address.domain_name()),
            Limited::Domain(domain) => Some(domain.clone()),
            Limited::Reseller(_) => None,
        },
        _ => None,
    }
}

/// As programs get it: the shape that Standard Webhooks advises ("Payload structure").
#[derive(Debug, Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    name: &'a str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Debug, Default, Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailstore: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailbox: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    went: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected<'a>>,
}

#[derive(Debug, Serialize)]
struct Affected<'a> {
    mailboxes: u64,
    domains_total: u64,
    domains: Vec<AffectedDomain<'a>>,
}

#[derive(Debug, Serialize)]
struct AffectedDomain<'a> {
    domain: &'a str,
    mailboxes: u64,
}

fn affected(share: &Share) -> Affected<'_> {
    let named = share
        .named
        .iter()
        .map(|(domain, mailboxes)| AffectedDomain {
            domain: domain.as_str(),
            mailboxes: *mailboxes,
        });
    Affected {
        mailboxes: share.mailboxes,
        domains_total: share.domains,
        domains: named.collect(),
    }
}

fn data<'a>(number: u64, what: &'a Happened, told: &Told<'a>) -> Data<'a> {
    let is_operator = told.reseller.is_none();
    let base = Data {
        event: Some(number),
        mailstore: what.mailstore().map(AsRef::as_ref),
        ..Data::default()
    };
    match what {
        Happened::Outage { outage, text, .. } => Data {
            outage: outage.map(|id| id.to_string()),
            text: is_operator.then_some(text.as_str()),
            affected: Some(affected(told.share)),
            ..base
        },
        Happened::Mode { mode, .. } => Data {
            mode: Some(mode.to_string()),
            affected: Some(affected(told.share)),
            ..base
        },
        Happened::Override { scope, setting } | Happened::OverrideExpired { scope, setting } => {
            Data {
                scope: Some(scope.to_string()),
                setting: Some(setting.map_or("follow", |setting| setting.as_str())),
                ..base
            }
        }
        Happened::Alert { key, text, .. } => Data {
            alert: Some(key),
            text: Some(text),
            ..base
        },
        Happened::Drill { drill, verdict, .. } => Data {
            drill: Some(drill.to_string()),
            verdict: Some(verdict),
            ..base
        },
        Happened::DomainMoved { domain, from, to } => Data {
            domain: Some(domain.as_str()),
            went: told.reseller.map(|own| match to.as_ref() == Some(own) {
                true => "here",
                false => "away",
            }),
            from: from
                .as_ref()
                .map(ResellerId::as_str)
                .filter(|_| is_operator),
            to: to.as_ref().map(ResellerId::as_str).filter(|_| is_operator),
            ..base
        },
        Happened::Mailbox { mailbox, step } => of_mailbox(mailbox, step, base),
        Happened::MailboxesChanged { until } => Data {
            until: Some(until.to_string()),
            ..base
        },
        Happened::SendingLimited { whose } => Data {
            scope: Some(whose.to_string()),
            ..base
        },
    }
}

fn of_mailbox<'a>(mailbox: &'a Address, step: &'a MailboxStep, base: Data<'a>) -> Data<'a> {
    let base = Data {
        mailbox: Some(mailbox.as_str()),
        ..base
    };
    match step {
        MailboxStep::Moved { from, to } => Data {
            from: Some(from.as_str()),
            to: Some(to.as_str()),
            ..base
        },
        MailboxStep::Renamed { from } => Data {
            from: Some(from.as_str()),
            ..base
        },
        MailboxStep::Merged { mailstore } => Data {
            mailstore: Some(mailstore.as_str()),
            ..base
        },
        MailboxStep::Deleted | MailboxStep::Forgotten => base,
    }
}

/// An event as programs get it: JSON.
pub fn payload(number: u64, event: &EventRecord, told: &Told<'_>) -> String {
    let payload = Payload {
        name: event.what.name(),
        timestamp: event.at.to_string(),
        data: data(number, &event.what, told),
    };
    // It has text keys and finite numbers only, so it cannot fail.
    serde_json::to_string(&payload).unwrap_or_default()
}

/// What the test button sends.
pub fn test_payload(at: crate::clock::Timestamp) -> String {
    let payload = Payload {
        name: TEST,
        timestamp: at.to_string(),
        data: Data {
            text: Some("a test: nothing has happened"),
            ..Data::default()
        },
    };
    serde_json::to_string(&payload).unwrap_or_default()
}

/// Where users of a brand find things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// What users know the service by.
    pub name: String,
    /// The webmail.
    pub webmail: String,
    /// The status page.
    pub status: String,
}

impl Places {
    /// Of a brand, by its first host name, or else under the server's own address.
    pub fn of(brand: &BrandRecord, public_url: &str) -> Self {
        let own = public_url.trim_end_matches('/');
        let base = match (brand.hosts.first(), own.split_once("://")) {
            (Some(host), Some((scheme, _))) => format!("{scheme}://{host}"),
            _ => own.to_owned(),
        };
        Self {
            name: match brand.name.as_str() {
                "" => "Lifeboat".to_owned(),
                name => name.to_owned(),
            },
            status: format!("{base}/status"),
            webmail: base,
        }
    }
}

/// The texts that a brand can replace: name, what may stand in braces.
pub const TEXTS: [(&str, &[&str]); 11] = [
    ("mail-outage-began", PLACEHOLDERS),
    ("mail-outage-returned", PLACEHOLDERS),
    ("mail-outage-resumed", PLACEHOLDERS),
    ("mail-outage-ended", PLACEHOLDERS),
    ("mail-merge-finished", PLACEHOLDERS),
    ("user-outage-began", USER_PLACEHOLDERS),
    ("user-outage-ended", USER_PLACEHOLDERS),
    ("user-sign-in-link", LINK_PLACEHOLDERS),
    ("banner-outage", &["name"]),
    ("status-outage", &["name", "time"]),
    ("status-normal", &["name"]),
];

const PLACEHOLDERS: &[&str] = &[
    "name",
    "time",
    "mailboxes",
    "domains",
    "webmail",
    "status",
    "mailstore",
];

const USER_PLACEHOLDERS: &[&str] = &[
    "name", "address", "webmail", "status", "help", "time", "trouble",
];

const LINK_PLACEHOLDERS: &[&str] = &[
    "name", "address", "webmail", "status", "help", "time", "link",
];

/// Whether a text is read by users, each in a language of their own.
pub fn is_per_language(name: &str) -> bool {
    name == "help"
        || ["user-", "banner-", "status-"]
            .iter()
            .any(|start| name.starts_with(start))
}

/// What may stand in braces in the text of that name; none if it is none. What users read may be there once more
/// for each language: `user-outage-began.de`; the help, which has a field of its own, only so: `help.de`.
pub fn placeholders(name: &str) -> Option<&'static [&'static str]> {
    let base = match name.split_once('.') {
        Some((base, tag)) if is_per_language(base) => tag.parse::<Language>().ok().map(|_| base),
        Some(_) => None,
        None => Some(name),
    }?;
    if base == "help" {
        return (name != base).then_some(&[]);
    }
    let known = TEXTS.iter().find(|(known, _)| *known == base);
    known.map(|(_, names)| *names)
}

/// An event as people get it, in the words of their brand where it has some.
pub fn letter(
    event: &EventRecord,
    told: &Told<'_>,
    brand: &BrandRecord,
    places: &Places,
) -> Letter {
    let what = &event.what;
    let share = told.share;
    let mailboxes = share.mailboxes.to_string();
    let domains = domains(share);
    let time = event.at.to_string();
    let own = match what {
        Happened::Mode { mode, .. } => mode.to_string(),
        Happened::Override { scope, setting } | Happened::OverrideExpired { scope, setting } => {
            let setting = setting.map_or("follow", |setting| setting.as_str());
            format!("{scope}: {setting}")
        }
        Happened::DomainMoved { domain, to, .. } => match told.reseller {
            Some(own) if to.as_ref() != Some(own) => {
                format!("{domain} is not one of your domains any more.")
            }
            Some(_) => format!("{domain} is one of your domains now."),
            None => {
                let to = to.as_ref().map_or("the operator", ResellerId::as_str);
                format!("{domain} belongs to {to} now.")
            }
        },
        Happened::Mailbox { mailbox, step } => mailbox_text(mailbox, step),
        Happened::MailboxesChanged { until } => {
            format!("Many mailboxes changed; until {until} they are not named one by one.")
        }
        Happened::SendingLimited { whose } => limited_text(whose),
        Happened::Outage { text, .. } | Happened::Alert { text, .. } => text.clone(),
        Happened::Drill { verdict, .. } => verdict.clone(),
    };
    let alert = match what {
        Happened::Alert { key, .. } => key.as_str(),
        _ => "",
    };
    let values = [
        ("name", places.name.as_str()),
        ("time", time.as_str()),
        ("mailboxes", mailboxes.as_str()),
        ("domains", domains.as_str()),
        ("webmail", places.webmail.as_str()),
        ("status", places.status.as_str()),
        ("mailstore", what.mailstore().map_or("", |id| id.as_str())),
    ];
    let name = format!("mail-{}", what.name().replace('.', "-"));
    let replaced = brand
        .texts
        .get(&name)
        .and_then(|text| fill(text, &values).ok());
    let text = replaced.unwrap_or_else(|| {
        let mut values = values.to_vec();
        values.extend([("text", own.as_str()), ("alert", alert)]);
        fill(usual(what), &values).unwrap_or_default()
    });
    split(&text)
}

fn mailbox_text(mailbox: &Address, step: &MailboxStep) -> String {
    match step {
        MailboxStep::Moved { from, to } => format!("{mailbox} moved from {from} to {to}."),
        MailboxStep::Renamed { from } => format!("{from} is {mailbox} now."),
        MailboxStep::Deleted => format!("{mailbox} was deleted; its mail here is kept."),
        MailboxStep::Merged { mailstore } => {
            format!("Everything of {mailbox} was merged into {mailstore} and verified there.")
        }
        MailboxStep::Forgotten => format!("What was kept of {mailbox} is deleted."),
    }
}

fn limited_text(whose: &Limited) -> String {
    match whose {
        Limited::Mailbox(address) => {
            format!("{address} has written to as many people as a mailbox may in a day.")
        }
        Limited::Domain(domain) => {
            format!(
                "The mailboxes of {domain} have written to as many people as a domain may in a day."
            )
        }
        Limited::Reseller(id) => {
            format!(
                "The mailboxes of {id} have written to as many people as a reseller's may in a day."
            )
        }
    }
}

/// What the test button sends to a person.
pub fn test_letter(places: &Places) -> Letter {
    split(&format!(
        "[{}] A test\n\nThis is a test: nothing has happened. Word of outages will come to this address.\n",
        places.name
    ))
}

fn domains(share: &Share) -> String {
    let named = share.named.iter().take(DOMAINS_IN_LETTER_MAX);
    let mut text: Vec<String> = named
        .map(|(domain, mailboxes)| format!("{domain} ({mailboxes})"))
        .collect();
    let more = share.domains.saturating_sub(text.len() as u64);
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    text.join(", ")
}

#[cfg(test)]
mod tests;
