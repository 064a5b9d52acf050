//! The worker of automatic answers: takes questions off the list (`store::owed`), decides ([`super::answer`])
//! and puts answers into the queue, where they go the way of all mail, with a null reverse-path.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::answer::{self, Answer, Question, Writing};
use super::late::{self, Late};
use super::receipt::Confirmation;
use crate::clock::{SharedClock, Timestamp};
use crate::ids::{Address, BodyId, DeliveryId, MailboxId, QueueId, random_bytes};
use crate::mail::{Mailbox as Person, Role, Summary};
use crate::store::delay_words::{self, Words};
use crate::store::delivery::{IngestRecord, Receipt};
use crate::store::directory::{self, MailboxRecord};
use crate::store::messages::{self, MessageRecord, Origin, folder_of};
use crate::store::owed::{self, Kind, Owed};
use crate::store::queue::{self, NewEntry, Tell};
use crate::store::{NewBody, ReadTx, Store, StoreError, Tx, bodies, delivery, profile};

/// How often the list is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Questions looked at in one go.
const STEP: usize = 100;

/// The worker of automatic answers.
#[derive(Debug)]
pub struct Answerer {
    store: Store,
    clock: SharedClock,
    /// How long an answer is tried.
    give_up_after: Duration,
    /// This server's name, in notices.
    hostname: String,
}

/// An answer that is ready.
struct Ready {
    to: Address,
    entry: NewEntry,
    body: NewBody,
}

/// What a question is about.
struct Asked {
    address: Address,
    record: MailboxRecord,
    reverse_path: Option<String>,
    summary: Summary,
    received_at: Timestamp,
    says: Says,
}

impl Asked {
    /// The addresses of the mailbox, its own first.
    fn own(&self) -> Vec<String> {
        let own = std::iter::once(&self.address).chain(&self.record.aliases);
        own.map(ToString::to_string).collect()
    }

    /// The address that it was written to by, which may be an alias: who knows no other learns of none.
    fn speaks_as(&self) -> Address {
        let own = self.own();
        let written_to = match &self.says {
            Says::Delivered { receipts, .. } => receipts.first().map(|one| one.given.as_str()),
            Says::Away { .. } | Says::Late { .. } => answer::written_to(&Question {
                reverse_path: self.reverse_path.as_deref(),
                summary: &self.summary,
                own: &own,
            }),
        };
        let written_to = written_to.and_then(|address| address.parse().ok());
        written_to.unwrap_or_else(|| self.address.clone())
    }
}

/// What is said.
enum Says {
    /// What the user wrote, under their name.
    Away { text: String, name: Option<String> },
    /// That the message is not read yet.
    Late {
        words: Words,
        /// The message.
        body: BodyId,
    },
    /// That it was delivered.
    Delivered {
        receipts: Vec<Receipt>,
        envelope_id: Option<String>,
        /// The message.
        body: BodyId,
    },
}

impl Answerer {
    /// A worker that does nothing before it is run.
    pub const fn new(
        store: Store,
        clock: SharedClock,
        give_up_after: Duration,
        hostname: String,
    ) -> Self {
        Self {
            store,
            clock,
            give_up_after,
            hostname,
        }
    }

    /// Answers until `stop` is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let more = match self.step().await {
                Ok(count) => count == STEP,
                Err(error) => {
                    tracing::error!(%error, "automatic answers cannot be worked off");
                    false
                }
            };
            let rest = if more { Duration::ZERO } else { LOOK_EVERY };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = sleep(rest) => {}
            }
        }
    }

    /// Works off what is due; returns how much that was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let due = self.store.read(|tx| owed::due(tx, now, STEP))?;
        for owed in &due {
            match self.work_off(*owed, now).await {
                // It would be the first in the list for ever, and hold up all behind it.
                Err(error @ (StoreError::Corrupt { .. } | StoreError::FromTheFuture { .. })) => {
                    tracing::error!(%error, "an automatic answer is given up: what it is about cannot be read");
                    let owed = *owed;
                    let settle = move |tx: &mut dyn Tx| {
                        owed::settle(tx, &owed);
                        Ok::<_, StoreError>(())
                    };
                    self.store.write(settle).await?;
                }
                other => other?,
            }
        }
        Ok(due.len())
    }

    async fn work_off(&self, owed: Owed, now: Timestamp) -> Result<(), StoreError> {
        let ready = match self.asked(&owed, now)? {
            Some(asked) => self.ready(&asked, now)?,
            None => None,
        };
        let Some(Ready { to, entry, body }) = ready else {
            let settle = move |tx: &mut dyn Tx| {
                owed::settle(tx, &owed);
                Ok(())
            };
            return self.store.write(settle).await;
        };
        let queued = self.store.write_with_body(body, move |tx, body| {
            // The same question is answered once, whatever happened in between.
            let is_open = owed::waits(tx, &owed)?;
            owed::settle(tx, &owed);
            let is_due = match owed.kind {
                // Each message that asks for one has one.
                Kind::Receipt => true,
                kind => is_open && owed::answer_now(tx, owed.mailbox, kind, to.as_str(), now)?,
            };
            if is_open && is_due {
                queue::enqueue(tx, &entry)?;
                return Ok(true);
            }
            bodies::forget(tx, body);
            Ok::<_, StoreError>(false)
        });
        if queued.await? {
            tracing::info!(mailbox = %owed.mailbox, message = %owed.message, "a message is answered automatically");
        }
        Ok(())
    }

    /// What the question is about; none if there is nothing to answer any more.
    fn asked(&self, owed: &Owed, now: Timestamp) -> Result<Option<Asked>, StoreError> {
        self.store.read(|tx| {
            let Some(message) = messages::get(tx, owed.mailbox, owed.message)? else {
                return Ok(None);
            };
            let Origin::Received {
                ingest,
                delivery: of,
                ..
            } = &message.origin
            else {
                return Ok(None);
            };
            let of = *of;
            let (Some(ingest), Some(address)) = (
                delivery::ingest(tx, *ingest)?,
                directory::address_of(tx, owed.mailbox)?,
            ) else {
                return Ok(None);
            };
            let Some(record) = directory::mailbox(tx, &address)? else {
                return Ok(None);
            };
            if record.id != owed.mailbox {
                return Ok(None);
            }
            let says = match owed.kind {
                Kind::Receipt => delivered(&ingest, of),
                Kind::Away | Kind::Delay => says(tx, owed.kind, &message, &address, &record, now)?,
            };
            Ok(says.map(|says| Asked {
                says,
                reverse_path: ingest.reverse_path,
                received_at: message.received_at,
                summary: message.summary,
                address,
                record,
            }))
        })
    }

    fn answer(
        &self,
        asked: &Asked,
        to: &Address,
        now: Timestamp,
    ) -> Result<Option<Answer>, StoreError> {
        let own = &asked.speaks_as();
        let message_id = new_message_id(own);
        let answer = match &asked.says {
            Says::Away { text, name } => answer::write(&Writing {
                from: &Person {
                    name: name.clone(),
                    address: own.to_string(),
                },
                to,
                answered: &asked.summary,
                text,
                message_id: &message_id,
                now,
            }),
            Says::Late { words, body } => Some(late::late(&Late {
                hostname: &self.hostname,
                recipient: own,
                to,
                answered: &asked.summary,
                original: &self.beginning(*body),
                received_at: asked.received_at,
                words,
                message_id: &message_id,
                now,
            })),
            Says::Delivered {
                receipts,
                envelope_id,
                body,
            } => {
                let confirmation = Confirmation {
                    hostname: &self.hostname,
                    mailbox: own,
                    to,
                    answered: &asked.summary,
                    original: &self.beginning(*body),
                    envelope_id: envelope_id.as_deref(),
                    receipts,
                    delivered_at: asked.received_at,
                    message_id: &message_id,
                    now,
                };
                Some(confirmation.write())
            }
        };
        Ok(answer)
    }

    /// The beginning of a message, with its header. What is said is as true without it: then it is empty.
    fn beginning(&self, body: BodyId) -> Bytes {
        let reader = self.store.body_reader(body);
        match reader.and_then(|mut reader| reader.read_piece()) {
            Ok(piece) => piece.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "an answer goes without what the message's header says");
                Bytes::new()
            }
        }
    }

    /// Whom what is said goes to, if to anybody.
    fn whom(asked: &Asked) -> Option<Address> {
        let reverse_path = asked.reverse_path.as_deref();
        // Who asked whether it arrived is told, person or machine (RFC 3461 §5.2.3).
        if let Says::Delivered { .. } = asked.says {
            return reverse_path?.parse().ok();
        }
        let own = asked.own();
        let question = Question {
            reverse_path,
            summary: &asked.summary,
            own: &own,
        };
        answer::whom(&question).ok()
    }

    fn ready(&self, asked: &Asked, now: Timestamp) -> Result<Option<Ready>, StoreError> {
        let Some(to) = Self::whom(asked) else {
            return Ok(None);
        };
        let Some(answer) = self.answer(asked, &to, now)? else {
            return Ok(None);
        };
        let body = self.store.new_body(now, &answer.text)?;
        Ok(Some(Ready {
            entry: entry(asked.record.id, asked, &to, answer.header, &body, now, self),
            to,
            body,
        }))
    }
}

/// What is said about a message as it is now; nothing if nothing is any more.
fn says(
    tx: &dyn ReadTx,
    kind: Kind,
    message: &MessageRecord,
    address: &Address,
    record: &MailboxRecord,
    now: Timestamp,
) -> Result<Option<Says>, StoreError> {
    let is_in_inbox = message.folder == folder_of(Role::Inbox);
    match kind {
        Kind::Away => {
            let set = profile::get(tx, record.id)?;
            let is_junk = message.folder == folder_of(Role::Junk);
            let away = set.away.filter(|away| away.answers_at(now) && !is_junk);
            let name = Some(set.name).filter(|name| !name.is_empty());
            Ok(away.map(|away| Says::Away {
                text: away.text,
                name: name.or_else(|| record.name.clone()),
            }))
        }
        // What is home again is late no more, and what was put away was seen.
        Kind::Delay if message.flags.seen || message.merged.is_some() || !is_in_inbox => Ok(None),
        Kind::Delay => Ok(Some(Says::Late {
            words: delay_words::of_domain(tx, &address.domain_name())?,
            body: message.body,
        })),
        Kind::Receipt => Ok(None),
    }
}

/// Whose delivery is to be confirmed, whatever became of the message since.
fn delivered(ingest: &IngestRecord, delivery: DeliveryId) -> Option<Says> {
    let receipts: Vec<Receipt> = ingest
        .receipts
        .iter()
        .filter(|(of, _)| *of == delivery)
        .map(|(_, receipt)| receipt.clone())
        .collect();
    (!receipts.is_empty()).then(|| Says::Delivered {
        receipts,
        envelope_id: ingest.envelope_id.clone(),
        body: ingest.body,
    })
}

fn entry(
    mailbox: MailboxId,
    asked: &Asked,
    to: &Address,
    header: Vec<u8>,
    body: &NewBody,
    now: Timestamp,
    answerer: &Answerer,
) -> NewEntry {
    NewEntry {
        id: QueueId::generate(now),
        mailbox,
        sender: asked.address.clone(),
        // RFC 3834 §3.3: so that nothing can be answered or returned.
        reverse_path: None,
        // As it was given: only its own server knows whether it reads the local part by case.
        recipients: vec![asked.reverse_path.clone().unwrap_or_else(|| to.to_string())],
        copy: None,
        prefix: header,
        body: body.id(),
        created_at: now,
        not_before: now,
        expires_at: now.after(answerer.give_up_after),
        tell: Tell::default(),
    }
}

fn new_message_id(address: &Address) -> String {
    let random: [u8; 16] = random_bytes();
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{text}@{}", address.domain())
}

#[cfg(test)]
mod tests;
