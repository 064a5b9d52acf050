//! Answers to invitations: sent to the organizer as mail (RFC 6047), once for each answer.

use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::MimePart;

use super::mailbox::{open_to_change, own, raw_in_turn};
use super::mailbox_compose::tell;
use super::mailbox_write::{WriteError, identities};
use super::{Actor, Service, ServiceError, limits};
use crate::ids::{Address, QueueId, StandbyId, random_bytes};
use crate::mail::calendar::{Answer, Invitation, Method, reply};
use crate::mail::view::View;
use crate::mail::{Flags, Mailbox as Person, Role, summarize};
use crate::store::answers::{self, AnswerRecord};
use crate::store::messages::{self, MessageRecord, NewMessage, Origin};
use crate::store::queue::{self, NewEntry};

/// What an answer says to people; in the reader's language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The subject, on one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// What the actor answered to an event, if anything.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn answered(
    service: &Service,
    actor: &Actor,
    invitation: &Invitation,
) -> Result<Option<AnswerRecord>, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        Ok(answers::get(tx, mailbox, &invitation.identity())?)
    })
}

/// Whether the actor can answer: it is asked for, to somebody else, whom mail reaches.
pub fn can_answer(invitation: &Invitation, own: &[Person]) -> bool {
    let is_reachable = invitation
        .organizer
        .as_ref()
        .is_some_and(|organizer| organizer.address.parse::<Address>().is_ok());
    let is_own = own.iter().any(|own| invitation.is_from(&own.address));
    invitation.method == Method::Request && !invitation.is_cancelled && is_reachable && !is_own
}

/// What answering led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The organizer is told.
    Now,
    /// The organizer was told the same before.
    Before,
}

/// Answers the invitation in a message. `words` makes what is said of the event's summary.
///
/// # Errors
/// [`ServiceError::NotFound`] where there is no invitation that can be answered; [`WriteError::Daily`];
/// when the mailbox is closed, or the store fails.
pub async fn answer(
    service: &Service,
    actor: &Actor,
    id: StandbyId,
    given: Answer,
    words: impl Fn(&str) -> Words,
) -> Result<Given, WriteError> {
    const NONE: ServiceError = ServiceError::NotFound("invitation to answer");
    let message = super::mailbox::open(service, actor, id)?.message;
    let (whole, turn) = raw_in_turn(service, &message).await?;
    let read = tokio::task::spawn_blocking(move || View::parse(&whole).invitation(&whole)).await;
    drop(turn);
    let invitation = read.ok().flatten().ok_or(NONE)?;
    let own_people = identities(service, actor)?;
    if !can_answer(&invitation, &own_people) {
        return Err(NONE.into());
    }
    let from = invited(&invitation, own_people).ok_or(NONE)?;
    let words = words(&invitation.summary);
    let letter = letter(service, &invitation, &message, &from, given, &words).ok_or(NONE)?;
    send(service, actor, invitation, from, given, letter).await
}

/// As whom the actor was invited.
fn invited(invitation: &Invitation, own: Vec<Person>) -> Option<Person> {
    let is_invited = |person: &Person| {
        let mut attendees = invitation.attendees.iter();
        attendees.any(|attendee| {
            attendee
                .person
                .address
                .eq_ignore_ascii_case(&person.address)
        })
    };
    let at = own.iter().position(is_invited).unwrap_or(0);
    own.into_iter().nth(at)
}

/// The answer as bytes.
fn letter(
    service: &Service,
    invitation: &Invitation,
    message: &MessageRecord,
    from: &Person,
    given: Answer,
    words: &Words,
) -> Option<Vec<u8>> {
    let now = service.now();
    let organizer = invitation.organizer.as_ref()?;
    let calendar = reply(invitation, from, given, now)?;
    let domain = from.address.rsplit('@').next().unwrap_or_default();
    let unique: String = random_bytes::<16>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut builder = MessageBuilder::new()
        .from((from.name.clone().unwrap_or_default(), from.address.clone()))
        .to(organizer.address.clone())
        .date(now.as_secs())
        .message_id(format!("{unique}@{domain}"))
        .subject(words.subject.as_str());
    if let Some(answered) = &message.summary.message_id {
        builder = builder
            .in_reply_to(MessageId::from(answered.as_str()))
            .references(MessageId::from(answered.as_str()));
    }
    let kind = ContentType::new("text/calendar")
        .attribute("method", "REPLY")
        .attribute("charset", "utf-8");
    let parts = vec![
        MimePart::new("text/plain", words.text.replace('\n', "\r\n")),
        MimePart::new(kind, calendar),
    ];
    let body = MimePart::new("multipart/alternative", parts);
    builder.body(body).write_to_vec().ok()
}

async fn send(
    service: &Service,
    actor: &Actor,
    invitation: Invitation,
    from: Person,
    given: Answer,
    mut letter: Vec<u8>,
) -> Result<Given, WriteError> {
    let now = service.now();
    let mailbox = service.store.read(|tx| own(tx, actor))?;
    let organizer = invitation.organizer.clone().unwrap_or_default();
    let recipients = vec![organizer.address];
    if let Some(scope) = limits::reached(service, &mailbox, &recipients, now)? {
        limits::alarm(service, actor, &mailbox, scope.clone()).await;
        return Err(WriteError::Daily(scope));
    }
    let summary = summarize(&letter);
    // Its header in the record, as of all that is sent: by that it is traced.
    let header_ends = memchr::memmem::find(&letter, b"\r\n\r\n").map_or(0, |at| at + 4);
    let rest = letter.split_off(header_ends);
    let header = letter;
    let store = service.store.clone();
    let body = tokio::task::spawn_blocking(move || store.new_body(now, &rest))
        .await
        .map_err(|_| ServiceError::Unavailable("storing the answer failed".into()))??;
    let entry = NewEntry {
        id: QueueId::generate(now),
        mailbox: mailbox.record.id,
        sender: mailbox.address.clone(),
        reverse_path: Some(from.address),
        recipients,
        copy: None,
        prefix: header.clone(),
        body: body.id(),
        created_at: now,
        not_before: now,
        expires_at: now.after(service.config().relay.give_up_after.duration()),
        tell: tell(service, now, false),
    };
    let (size, event) = (body.size_bytes(), invitation.identity());
    let record = AnswerRecord {
        at: now,
        answer: given,
        sequence: invitation.sequence,
    };
    let (whose, known) = (actor, mailbox);
    let (actor, asked) = (actor.clone(), service.clone());
    let sent = service.store.write_with_body(body, move |tx, body| {
        let mailbox = open_to_change(&asked, tx, &actor)?;
        let id = mailbox.record.id;
        let before = answers::get(tx, id, &event)?;
        let is_same = |before: AnswerRecord| {
            before.answer == record.answer && before.sequence == record.sequence
        };
        if before.is_some_and(is_same) {
            return Ok(Ok(Given::Before));
        }
        // What was sent at the same time counts too.
        if let Some(scope) = limits::passed(tx, &asked, &mailbox, &entry.recipients, now)? {
            return Ok(Err(scope));
        }
        let new = NewMessage {
            folder: messages::folder_of(Role::Sent),
            flags: Flags {
                seen: true,
                ..Flags::default()
            },
            received_at: now,
            prefix: header.clone(),
            body,
            body_bytes: size,
            origin: Origin::Sent,
            summary: summary.clone(),
        };
        let copy = messages::insert(tx, &mailbox, new)?.id;
        let entry = NewEntry {
            copy: Some(copy),
            ..entry.clone()
        };
        queue::enqueue(tx, &entry)?;
        answers::put(tx, id, &event, &record)?;
        Ok::<_, ServiceError>(Ok(Given::Now))
    });
    match sent.await? {
        Ok(given) => Ok(given),
        Err(scope) => {
            limits::alarm(service, whose, &known, scope.clone()).await;
            Err(WriteError::Daily(scope))
        }
    }
}
