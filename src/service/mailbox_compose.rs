//! From a letter to a message that is ready to be filed: header and text in its prefix, files in its
//! body, and the draft's own body again where that is still right.

use std::time::Duration;

use super::attach::{Attached, Attaching, PREFIX_TEXT_BYTES_MAX, kept_of};
use super::mailbox::{self, own};
use super::mailbox_draft::draft_of;
use super::mailbox_letter::{
    self, Envelope, FIELD_BYTES_MAX, Stage, cut, header, multipart_head, new_message_id, text_part,
};
use super::mailbox_write::{Answers, Letter, WriteError, identities};
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::{BodyId, QueueId};
use crate::mail::{Summary, summarize};
use crate::store::directory::Mailbox;
use crate::store::messages::{MessageRecord, Tail, Typed, Written};
use crate::store::queue::{NewEntry, Tell};
use crate::store::{NewBody, Tx};

/// What is known of a letter before its body.
pub(super) struct Begun {
    pub(super) mailbox: Mailbox,
    pub(super) envelope: Envelope,
    /// The draft that it was, if it can be written over.
    pub(super) draft: Option<MessageRecord>,
    pub(super) thread: mailbox_letter::Thread,
    pub(super) stage: Stage,
    pub(super) now: Timestamp,
}

impl Begun {
    pub(super) fn new(
        service: &Service,
        actor: &Actor,
        letter: &Letter,
        stage: Stage,
    ) -> Result<Self, WriteError> {
        let (mailbox, draft) = service.store.read(|tx| {
            let mailbox = own(tx, actor)?;
            let draft = match letter.draft {
                Some(draft) => draft_of(tx, mailbox.record.id, draft)?,
                None => None,
            };
            Ok::<_, ServiceError>((mailbox, draft))
        })?;
        let own = identities(service, actor)?;
        let envelope = match stage {
            Stage::Draft => Envelope::of_draft(letter, &own),
            Stage::Final => Envelope::of(letter, &own)?,
        };
        Ok(Self {
            thread: thread_of(service, actor, letter)?,
            mailbox,
            envelope,
            draft,
            stage,
            now: service.now(),
        })
    }

    /// The body: what arrived, the draft's own if that is still right, or a new one.
    pub(super) async fn content(
        &self,
        service: &Service,
        actor: &Actor,
        letter: &Letter,
        files: Option<Attached>,
    ) -> Result<Content, WriteError> {
        let text = text_part(letter);
        if files.is_none()
            && text.len() <= PREFIX_TEXT_BYTES_MAX
            && let Some(draft) = &self.draft
            && let Some(written) = &draft.written
            && draft.merged.is_none()
            && !written.tail.has_text
            && kept_of(draft) == letter.kept
        {
            let bytes = draft.size_bytes.saturating_sub(draft.prefix.len() as u64);
            return Ok(Content {
                body: Body::Same(draft.body, bytes),
                tail: written.tail.clone(),
                is_missing: false,
                text,
            });
        }
        let attached = match files {
            Some(attached) => attached,
            None => {
                Attaching::begin(service, actor, letter)
                    .await?
                    .finish()
                    .await?
            }
        };
        Ok(Content {
            body: Body::New(attached.body),
            tail: attached.tail,
            is_missing: attached.is_missing,
            text,
        })
    }

    /// The message over a body.
    pub(super) fn message(
        &self,
        letter: &Letter,
        body_bytes: u64,
        tail: Tail,
        text: &[u8],
    ) -> Result<Composed, WriteError> {
        let known = self
            .draft
            .as_ref()
            .and_then(|d| d.summary.message_id.clone());
        // A draft whose sender chose another of their addresses since has one of that address's domain.
        let domain = self.envelope.from.address.rsplit('@').next();
        let known = known.filter(|id| id.rsplit('@').next() == domain);
        let message_id = known.unwrap_or_else(|| new_message_id(&self.envelope));
        let mut prefix = header(
            letter,
            &self.envelope,
            &self.thread,
            self.stage,
            &message_id,
            self.now,
        )?;
        if !tail.files.is_empty() {
            prefix.extend_from_slice(&multipart_head(&tail.boundary));
        }
        let start = text.get(..PREFIX_TEXT_BYTES_MAX).unwrap_or(text);
        let mut summary = summarize(&[&prefix[..], start].concat());
        summary.has_attachment = !tail.files.is_empty();
        if !tail.has_text {
            prefix.extend_from_slice(text);
        }
        let typed = |text: &str| cut(text, FIELD_BYTES_MAX).to_owned();
        Ok(Composed {
            prefix,
            body_bytes,
            summary,
            written: Written {
                answers: letter.answer,
                hold: None,
                typed: Typed {
                    to: typed(&letter.to),
                    cc: typed(&letter.cc),
                    bcc: typed(&letter.bcc),
                    subject: typed(&letter.subject),
                },
                tail,
                tell_success: letter.tell_success,
            },
            at: self.now,
        })
    }

    pub(super) fn entry(
        &self,
        service: &Service,
        letter: &Letter,
        body: BodyId,
        hold: Duration,
    ) -> NewEntry {
        let give_up_after = service.config().relay.give_up_after.duration();
        NewEntry {
            id: QueueId::generate(self.now),
            mailbox: self.mailbox.record.id,
            sender: self.mailbox.address.clone(),
            reverse_path: Some(self.envelope.from.address.clone()),
            recipients: self.envelope.recipients(),
            copy: None,
            prefix: Vec::new(),
            body,
            created_at: self.now,
            not_before: self.now.after(hold),
            expires_at: self.now.after(give_up_after),
            tell: tell(service, self.now, letter.tell_success),
        }
    }
}

/// What a writer is told of a message besides failures: a delay, as configured, and success if asked.
pub(super) fn tell(service: &Service, now: Timestamp, success: bool) -> Tell {
    let after = service.config().relay.delay_notice_after.duration();
    Tell {
        success,
        delay_at: (!after.is_zero()).then(|| now.after(after)),
    }
}

/// A message over its body.
pub(super) struct Composed {
    pub(super) prefix: Vec<u8>,
    pub(super) body_bytes: u64,
    pub(super) summary: Summary,
    pub(super) written: Written,
    pub(super) at: Timestamp,
}

/// The body of a letter, and what stands before it.
pub(super) struct Content {
    pub(super) body: Body,
    pub(super) tail: Tail,
    pub(super) is_missing: bool,
    /// The text as a part.
    pub(super) text: Vec<u8>,
}

/// The bytes that a message's files are in.
pub(super) enum Body {
    /// To be stored.
    New(NewBody),
    /// The draft's, and its length in bytes.
    Same(BodyId, u64),
}

impl Body {
    pub(super) fn id(&self) -> BodyId {
        match self {
            Self::New(body) => body.id(),
            Self::Same(id, _) => *id,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::New(body) => body.size_bytes(),
            Self::Same(_, bytes) => *bytes,
        }
    }

    pub(super) const fn is_same(&self) -> bool {
        matches!(self, Self::Same(..))
    }

    pub(super) async fn commit<T: Send + 'static>(
        self,
        service: &Service,
        mut write: impl FnMut(&mut dyn Tx) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        match self {
            Self::New(body) => {
                let write = service.store.write_with_body(body, move |tx, _| write(tx));
                write.await
            }
            Self::Same(..) => service.store.write(write).await,
        }
    }
}

/// What goes into In-Reply-To and References.
fn thread_of(
    service: &Service,
    actor: &Actor,
    letter: &Letter,
) -> Result<mailbox_letter::Thread, ServiceError> {
    let summary = |id| match mailbox::open(service, actor, id) {
        Ok(opened) => Ok(Some(opened.message.summary)),
        Err(ServiceError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    };
    Ok(match (letter.answer, letter.draft) {
        (Some(Answers::Reply(id)), _) => summary(id)?
            .map(|answered| mailbox_letter::Thread::answering(&answered))
            .unwrap_or_default(),
        (_, Some(draft)) => summary(draft)?
            .map(|draft| mailbox_letter::Thread::continued(&draft))
            .unwrap_or_default(),
        _ => mailbox_letter::Thread::default(),
    })
}
