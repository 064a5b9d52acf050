//! The card of an invitation, and answering it.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::message::find;
use super::shell::redirect;
use crate::clock::Timestamp;
use crate::mail::Mailbox as Person;
use crate::mail::calendar::{Answer, Frequency, Invitation, Method, Moment, Repeat, Said};
use crate::service::invitations::{self, Given, Words};
use crate::service::mailbox_write::{WriteError, identities};
use crate::store::answers::AnswerRecord;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::reader::Reader;
use crate::web::session::{Session, User};
use crate::web::texts::{Texts, Value};
use crate::web::when::Times;

/// Most people named on a card.
const PEOPLE_SHOWN_MAX: usize = 20;

/// What is shown of an invitation.
#[derive(Clone, Debug, Default)]
pub struct Card {
    pub(super) heading: String,
    pub(super) title: String,
    pub(super) is_cancelled: bool,
    pub(super) lines: Vec<Fact>,
    /// What was answered, if anything was.
    pub(super) said: Option<String>,
    /// To whom an answer goes.
    pub(super) note: Option<String>,
    /// The answers that can be given; none: it cannot be answered.
    pub(super) answers: Vec<Choice>,
    pub(super) action: String,
}

/// One thing about an event.
#[derive(Clone, Debug)]
pub struct Fact {
    pub(super) label: String,
    pub(super) text: String,
}

/// An answer that can be given.
#[derive(Clone, Debug)]
pub struct Choice {
    pub(super) value: &'static str,
    pub(super) text: String,
    pub(super) is_given: bool,
}

/// The card of an invitation in the message at `here`.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub(super) fn card(
    web: &Web,
    reader: &Reader,
    session: &Session,
    invitation: &Invitation,
    here: &str,
) -> Result<Card, Fault> {
    let texts = reader.texts;
    let given = invitations::answered(&web.service, &session.actor, invitation)?;
    let own = identities(&web.service, &session.actor)?;
    let can_answer = invitations::can_answer(invitation, &own);
    let heading = match (invitation.method, invitation.is_cancelled) {
        (_, true) => "invite-cancelled",
        (Method::Request, _) => "invite-request",
        (Method::Reply, _) => "invite-reply",
        (Method::Publish | Method::Cancel, _) => "invite-event",
    };
    let said = given.map(|given| said(reader, &given));
    let choices = Answer::ALL.into_iter().map(|answer| Choice {
        value: answer.slug(),
        text: texts.get(&format!("invite-{}", answer.slug())).into_owned(),
        is_given: given.is_some_and(|given| given.answer == answer),
    });
    let organizer = invitation.organizer.as_ref();
    let organizer = organizer.map_or("", |organizer| organizer.address.as_str());
    Ok(Card {
        heading: texts.get(heading).into_owned(),
        title: match invitation.summary.as_str() {
            "" => texts.get("no-subject").into_owned(),
            summary => summary.to_owned(),
        },
        is_cancelled: invitation.is_cancelled,
        lines: facts(reader, invitation),
        said: said.filter(|_| invitation.method == Method::Request),
        note: can_answer.then(|| texts.with("invite-to", &[("who", Value::Text(organizer))])),
        answers: if can_answer {
            choices.collect()
        } else {
            Vec::new()
        },
        action: format!("{here}/answer"),
    })
}

fn said(reader: &Reader, given: &AnswerRecord) -> String {
    let time = reader.times.since(given.at);
    let key = format!("invite-said-{}", given.answer.slug());
    reader.texts.with(&key, &[("time", Value::Text(&time))])
}

fn facts(reader: &Reader, invitation: &Invitation) -> Vec<Fact> {
    let texts = reader.texts;
    let fact = |key: &str, text: String| {
        (!text.is_empty()).then(|| Fact {
            label: texts.get(key).into_owned(),
            text,
        })
    };
    let repeat = invitation.repeat.map(|repeat| repeats(reader, repeat));
    let organizer = invitation.organizer.as_ref().map(named);
    [
        fact("invite-when", when(reader, invitation)),
        fact("invite-repeats", repeat.unwrap_or_default()),
        fact("invite-where", invitation.location.clone()),
        fact("invite-organizer", organizer.unwrap_or_default()),
        fact("invite-people", people(texts, invitation)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn named(person: &Person) -> String {
    match &person.name {
        Some(name) if person.address.is_empty() => name.clone(),
        Some(name) => format!("{name} <{}>", person.address),
        None => person.address.clone(),
    }
}

fn people(texts: &Texts, invitation: &Invitation) -> String {
    let one = |attendee: &crate::mail::calendar::Attendee| {
        let label = attendee.person.label().to_owned();
        let Said::Answer(answer) = attendee.said else {
            return label;
        };
        let said = texts.get(&format!("invite-state-{}", answer.slug()));
        format!("{label} ({said})")
    };
    let shown: Vec<String> = invitation
        .attendees
        .iter()
        .take(PEOPLE_SHOWN_MAX)
        .map(one)
        .collect();
    let more = invitation.attendees.len().saturating_sub(PEOPLE_SHOWN_MAX);
    let more = more.saturating_add(invitation.attendees_more);
    let mut text = shown.join(", ");
    if more > 0 {
        text.push(' ');
        text.push_str(&texts.with("people-more", &[("count", more.into())]));
    }
    text
}

/// When an event is, in the reader's zone.
fn when(reader: &Reader, invitation: &Invitation) -> String {
    // Days and times without a zone are formatted as if the reader were in UTC.
    let civil = Times::new(reader.texts, TimeZone::UTC, reader.times.now());
    let stamp = |at: jiff::civil::DateTime| {
        let at = at.to_zoned(TimeZone::UTC).map(|at| at.timestamp());
        Timestamp::from_millis(at.unwrap_or_default().as_millisecond())
    };
    let of = |at: &jiff::Timestamp| Timestamp::from_millis(at.as_millisecond());
    match (&invitation.start, &invitation.end) {
        (None, _) => String::new(),
        (Some(Moment::Day(first)), end) => {
            let last = match end {
                Some(Moment::Day(end)) => end.yesterday().unwrap_or(*end),
                _ => *first,
            };
            let day = |day: jiff::civil::Date| civil.day(stamp(day.at(0, 0, 0, 0)));
            if last > *first {
                format!("{} – {}", day(*first), day(last))
            } else {
                day(*first)
            }
        }
        (Some(Moment::At(start)), end) => {
            let end = match end {
                Some(Moment::At(end)) if end > start => Some(of(end)),
                _ => None,
            };
            let span = span(&reader.times, of(start), end);
            format!("{span} ({})", reader.times.zone_name())
        }
        (Some(Moment::Local(start)), end) => {
            let end = match end {
                Some(Moment::Local(end)) if end > start => Some(stamp(*end)),
                _ => None,
            };
            let span = span(&civil, stamp(*start), end);
            format!("{span} ({})", reader.texts.get("invite-local"))
        }
    }
}

fn span(times: &Times, start: Timestamp, end: Option<Timestamp>) -> String {
    let from = times.date_time(start);
    match end {
        Some(end) if times.day(end) == times.day(start) => {
            format!("{from} – {}", times.clock(end))
        }
        Some(end) => format!("{from} – {}", times.date_time(end)),
        None => from,
    }
}

fn repeats(reader: &Reader, repeat: Repeat) -> String {
    let texts = reader.texts;
    let key = match repeat.frequency {
        Frequency::Daily => "invite-daily",
        Frequency::Weekly => "invite-weekly",
        Frequency::Monthly => "invite-monthly",
        Frequency::Yearly => "invite-yearly",
        Frequency::Other => "invite-repeated",
    };
    let mut text = texts.with(key, &[("count", u64::from(repeat.interval).into())]);
    let civil = Times::new(texts, TimeZone::UTC, reader.times.now());
    let end = match (repeat.count, repeat.until) {
        (Some(count), _) => texts.with("invite-times", &[("count", u64::from(count).into())]),
        (None, Some(until)) => {
            let at = until.at(0, 0, 0, 0).to_zoned(TimeZone::UTC);
            let at = at.map(|at| at.timestamp()).unwrap_or_default();
            let day = civil.day(Timestamp::from_millis(at.as_millisecond()));
            texts.with("invite-until", &[("day", Value::Text(&day))])
        }
        (None, None) => return text,
    };
    text.push_str(", ");
    text.push_str(&end);
    text
}

/// `POST /mail/{folder}/{id}/answer`.
pub async fn answer(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let opened = find(&web, &session, &folder, &id)?;
    let given = Answer::of_slug(form.get("answer")).ok_or(Fault::Bad)?;
    let texts = reader.texts;
    let words = |summary: &str| {
        let values = [("event", Value::Text(summary))];
        Words {
            subject: texts.with(&format!("invite-subject-{}", given.slug()), &values),
            text: texts.with(&format!("invite-text-{}", given.slug()), &values),
        }
    };
    let id = opened.message.id;
    let done = invitations::answer(&web.service, &session.actor, id, given, words).await;
    let key = match done {
        Ok(Given::Now) => "done-answered",
        Ok(Given::Before) => "done-answered-before",
        Err(WriteError::Daily(_)) => "done-daily",
        Err(WriteError::Service(error)) => return Err(error.into()),
        // An answer has no files and no fields of its own.
        Err(_) => return Err(Fault::Bad),
    };
    let to = format!("/mail/{folder}/{id}");
    Ok(redirect(&web, &to, Some(&Flash::new(key))))
}
