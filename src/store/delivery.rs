//! Acceptance: a message handed over by the MX becomes durable, for each of its recipients.
//!
//! The body and a record of the acceptance come first, then one row per recipient, each a transaction
//! of its own and idempotent; the caller answers 250 for a recipient only after all of it is durable.
//! Nothing here needs two mailboxes to change together.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::directory::{self, Mailbox};
use super::engine::segments::BodyDigest;
use super::handover::{self, Handover, HandoverRecord};
use super::keys::{self, Key, Table};
use super::messages::{self, NewMessage, Origin, folder_of};
use super::owed::{self, Kind, Owed};
use super::profile::Profile;
use super::trace::{self, Name, Traced};
use super::{NewBody, Order, ReadTx, Store, StoreError, Tx, policies, profile, step, take};
use crate::clock::Timestamp;
use crate::ids::{Address, BodyId, DeliveryId, IngestId, MailboxId, StandbyId};
use crate::mail::{Flags, Role, Summary};

/// The ids of an acceptance and of its deliveries are not made further apart, in milliseconds.
const APART_MS: u64 = 10_000;

/// One recipient of an acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The mailbox's address, as it was resolved when the recipient was named.
    pub mailbox: Address,
    /// The id of this delivery, as in the Received header of `prefix`.
    pub delivery: DeliveryId,
    /// The trace headers for this recipient.
    pub prefix: Vec<u8>,
    /// The folder it goes to.
    pub role: Role,
    /// By what the same hand-over is recognised when it comes again, where it can be.
    pub handover: Option<Handover>,
    /// What its sender wants to be told.
    pub notices: Notices,
}

/// What a sender wants to be told of a delivery (RFC 3461 §4.1). The default is what holds where nothing was
/// asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// The recipients whose delivery is to be confirmed.
    pub receipts: Vec<Receipt>,
    /// Nothing is to be said when it takes long.
    pub no_delay: bool,
}

/// A recipient whose delivery is to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The recipient as it was given with RCPT.
    pub given: String,
    /// Whom the sender wrote to, as ORCPT said: type and address.
    pub original: Option<String>,
}

/// A message to be accepted.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// Its id.
    pub ingest: IngestId,
    /// When.
    pub received_at: Timestamp,
    /// The reverse-path; none is the null reverse-path.
    pub reverse_path: Option<String>,
    /// Who hands it over: an address or the name of a socket.
    pub client: String,
    /// The queue id under which the MX had it.
    pub mx_queue_id: Option<String>,
    /// What lists show of it.
    pub summary: Summary,
    /// The sender's name for the envelope (RFC 3461 §4.4).
    pub envelope_id: Option<String>,
    /// Whom it is for.
    pub recipients: Vec<Recipient>,
}

/// The record of one acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestRecord {
    /// When.
    pub received_at: Timestamp,
    /// The reverse-path; none is the null reverse-path.
    pub reverse_path: Option<String>,
    /// Who handed it over.
    pub client: String,
    /// The queue id under which the MX had it.
    pub mx_queue_id: Option<String>,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The body.
    pub body: BodyId,
    /// Its length in bytes.
    pub body_bytes: u64,
    /// Its checksum.
    pub sha256: BodyDigest,
    /// Whom it was for.
    pub recipients: Vec<(Address, DeliveryId)>,
    /// The sender's name for the envelope.
    pub envelope_id: Option<String>,
    /// Whose delivery is to be confirmed, with the delivery.
    pub receipts: Vec<(DeliveryId, Receipt)>,
}

impl IngestRecord {
    /// What others call it.
    fn names(&self) -> impl Iterator<Item = Name<'_>> {
        let message_id = self.message_id.as_deref().map(Name::MessageId);
        let queue_id = self.mx_queue_id.as_deref().map(Name::MxQueueId);
        message_id.into_iter().chain(queue_id)
    }
}

impl Versioned for IngestRecord {
    const NAME: &'static str = "ingest record";
}

/// What became of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// Filed, durably.
    Filed {
        /// The mailbox.
        mailbox: MailboxId,
        /// The message in it.
        id: StandbyId,
    },
    /// The same hand-over is stored already, as this delivery; nothing was filed.
    Repeated {
        /// The earlier delivery.
        delivery: DeliveryId,
    },
    /// The mailbox is not in the directory any more.
    UnknownMailbox,
}

impl Store {
    /// Accepts a message: when this answers, each recipient with [`Delivered::Filed`] has it durably.
    /// One result per recipient, in order; a recipient that fails does not touch the others.
    ///
    /// # Errors
    /// When nothing of it was accepted.
    pub async fn accept_message(
        &self,
        body: NewBody,
        acceptance: Acceptance,
    ) -> Result<Vec<Result<Delivered, StoreError>>, StoreError> {
        let body_id = body.id();
        let record = IngestRecord {
            received_at: acceptance.received_at,
            reverse_path: acceptance.reverse_path,
            client: acceptance.client,
            mx_queue_id: acceptance.mx_queue_id,
            message_id: acceptance.summary.message_id.clone(),
            body: body_id,
            body_bytes: body.size_bytes(),
            sha256: body.sha256(),
            recipients: acceptance
                .recipients
                .iter()
                .map(|to| (to.mailbox.clone(), to.delivery))
                .collect(),
            envelope_id: acceptance.envelope_id,
            receipts: acceptance.recipients.iter().flat_map(receipts).collect(),
        };
        let ingest = acceptance.ingest;
        let ingest_row = (ingest_key(ingest), codec::encode(&record)?);
        let named = record.clone();
        let (ingest_step, _) = step(move |tx| -> Result<(), StoreError> {
            tx.put(ingest_row.0.clone(), ingest_row.1.clone());
            named
                .names()
                .try_for_each(|name| trace::note(tx, name, Traced::Received(ingest)))
        });
        let mut steps = vec![ingest_step];
        let mut slots = Vec::with_capacity(acceptance.recipients.len());
        for recipient in acceptance.recipients {
            let new = NewMessage {
                folder: folder_of(recipient.role),
                flags: Flags::default(),
                received_at: record.received_at,
                prefix: recipient.prefix,
                body: body_id,
                body_bytes: record.body_bytes,
                origin: Origin::Received {
                    delivery: recipient.delivery,
                    ingest,
                    mx_queue_id: record.mx_queue_id.clone(),
                },
                summary: acceptance.summary.clone(),
            };
            let to = ToFile {
                address: recipient.mailbox,
                delivery: recipient.delivery,
                handover: recipient.handover,
                wants_receipt: !recipient.notices.receipts.is_empty(),
                no_delay: recipient.notices.no_delay,
                sender: record.reverse_path.clone(),
            };
            let (file, slot) = step(move |tx| {
                let filed = file(tx, &to, &new)?;
                if !matches!(filed, Delivered::Filed { .. }) {
                    strike(tx, to.delivery, ingest)?;
                }
                Ok(filed)
            });
            steps.push(file);
            slots.push(slot);
        }
        self.submit(Some(body), steps).await?;
        Ok(slots.iter().map(take).collect())
    }
}

fn receipts(to: &Recipient) -> impl Iterator<Item = (DeliveryId, Receipt)> {
    let wanted = to.notices.receipts.iter();
    wanted.map(|receipt| (to.delivery, receipt.clone()))
}

/// One delivery to be filed.
struct ToFile {
    address: Address,
    delivery: DeliveryId,
    handover: Option<Handover>,
    wants_receipt: bool,
    no_delay: bool,
    /// The reverse-path; none is the null reverse-path.
    sender: Option<String>,
}

/// Files one delivery, once: in Junk if its user does not want the sender's mail, and to be answered if
/// its user is away.
fn file(tx: &mut dyn Tx, to: &ToFile, new: &NewMessage) -> Result<Delivered, StoreError> {
    let (address, delivery, sender) = (&to.address, to.delivery, to.sender.as_deref());
    let Some(record) = directory::mailbox(tx, address)? else {
        return Ok(Delivered::UnknownMailbox);
    };
    let mailbox = Mailbox {
        address: address.clone(),
        record,
    };
    let id = mailbox.record.id;
    if let Some(filed) = delivered(tx, id, delivery)? {
        return Ok(Delivered::Filed {
            mailbox: id,
            id: filed,
        });
    }
    if let Some(handover) = to.handover
        && let Some(delivery) = handover::known(tx, id, handover, new.received_at)?
    {
        return Ok(Delivered::Repeated { delivery });
    }
    let set = match profile::get(tx, id) {
        // Settings that cannot be read are no reason to refuse mail.
        Err(StoreError::Corrupt { .. } | StoreError::FromTheFuture { .. }) => Profile::default(),
        set => set?,
    };
    let mut new = new.clone();
    let from = new.summary.from.as_ref().map(|from| from.address.as_str());
    if sender.into_iter().chain(from).any(|one| set.blocks(one)) {
        new.folder = folder_of(Role::Junk);
    }
    let (folder, at) = (new.folder, new.received_at);
    let message = messages::insert(tx, &mailbox, new)?;
    // What is junk is not answered: its sender is forged more often than not.
    if sender.is_some() && folder == folder_of(Role::Inbox) {
        let is_away = set.away.as_ref().is_some_and(|away| away.answers_at(at));
        let late = match to.no_delay {
            true => None,
            false => {
                policies::of_domain::<policies::DelayPolicy>(tx, &address.domain_name())?.after()
            }
        };
        let owed = [
            is_away.then_some((Kind::Away, at)),
            to.wants_receipt.then_some((Kind::Receipt, at)),
            late.map(|after| (Kind::Delay, at.after(after))),
        ];
        for (kind, due) in owed.into_iter().flatten() {
            let owed = Owed {
                due,
                mailbox: id,
                message: message.id,
                kind,
            };
            owed::owe(tx, &owed)?;
        }
    }
    let mut row = message.id.0.to_be_bytes().to_vec();
    if let Some(handover) = to.handover {
        row.extend_from_slice(handover.as_bytes());
        handover::note(tx, id, handover, &HandoverRecord { at, delivery })?;
    }
    tx.put(delivery_key(id, delivery), row);
    Ok(Delivered::Filed {
        mailbox: id,
        id: message.id,
    })
}

/// The message as which a delivery was filed, if it was.
///
/// # Errors
/// When the store cannot be read.
pub fn delivered(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    delivery: DeliveryId,
) -> Result<Option<StandbyId>, StoreError> {
    let Some(bytes) = tx.get(&delivery_key(mailbox, delivery))? else {
        return Ok(None);
    };
    let id = keys::part::<8>(&bytes, 0)
        .ok_or_else(|| StoreError::corrupt("delivery", "it names no message"))?;
    Ok(Some(StandbyId(u64::from_be_bytes(id))))
}

/// The record of an acceptance.
///
/// # Errors
/// When the store cannot be read.
pub fn ingest(tx: &dyn ReadTx, id: IngestId) -> Result<Option<IngestRecord>, StoreError> {
    tx.get(&ingest_key(id))?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// The acceptance that a delivery was part of.
///
/// # Errors
/// When the store cannot be read.
pub fn ingest_of(
    tx: &dyn ReadTx,
    delivery: DeliveryId,
) -> Result<Option<(IngestId, IngestRecord)>, StoreError> {
    let made = keys::part::<6>(delivery.as_bytes(), 0).unwrap_or_default();
    let made = made.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let range = Key::new(Table::Ingest);
    let at = |millis: u64| range.clone().bytes(&millis.to_be_bytes()[2..]).into_vec();
    let (from, to) = (at(made.saturating_sub(APART_MS)), at(made + APART_MS));
    let mut found = None;
    tx.scan(&from, &to, Order::Descending, &mut |key, value| {
        let record: IngestRecord = codec::decode(value)?;
        if record.recipients.iter().all(|(_, id)| *id != delivery) {
            return Ok(ControlFlow::Continue(()));
        }
        found = keys::tail(key).map(|id| (IngestId::from_bytes(id), record));
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// Forgets that a delivery was filed, after its message was purged. Returns whether nothing else of its
/// acceptance is left: then the acceptance is forgotten too, and its body may be.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn forget(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    delivery: DeliveryId,
    ingest_id: IngestId,
) -> Result<bool, StoreError> {
    let row = tx
        .get(&delivery_key(mailbox, delivery))?
        .unwrap_or_default();
    if let Some(handover) = keys::part(&row, 8).map(Handover::from_bytes) {
        handover::forget(tx, mailbox, handover);
    }
    tx.delete(delivery_key(mailbox, delivery));
    strike(tx, delivery, ingest_id)?;
    let Some(record) = ingest(tx, ingest_id)? else {
        return Ok(false);
    };
    for (address, other) in &record.recipients {
        // Who is not struck has its message, wherever its mailbox is: the address may be another's by now.
        let filed = match directory::mailbox(tx, address)? {
            Some(found) => delivered(tx, found.id, *other)?.map(|filed| (found.id, filed)),
            None => None,
        };
        let is_gone = match filed {
            Some((mailbox, filed)) => messages::get(tx, mailbox, filed)?.is_none(),
            None => false,
        };
        if !is_gone {
            return Ok(false);
        }
    }
    for name in record.names() {
        trace::forget(tx, name, Traced::Received(ingest_id));
    }
    tx.delete(ingest_key(ingest_id));
    Ok(true)
}

/// Takes one recipient out of an acceptance: nothing of it is kept any more, so it keeps no body either.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn strike(
    tx: &mut dyn Tx,
    delivery: DeliveryId,
    ingest_id: IngestId,
) -> Result<(), StoreError> {
    let Some(mut record) = ingest(tx, ingest_id)? else {
        return Ok(());
    };
    record.recipients.retain(|(_, other)| *other != delivery);
    record.receipts.retain(|(other, _)| *other != delivery);
    tx.put(ingest_key(ingest_id), codec::encode(&record)?);
    Ok(())
}

fn ingest_key(id: IngestId) -> Vec<u8> {
    Key::new(Table::Ingest).id(id.as_bytes()).into_vec()
}

fn delivery_key(mailbox: MailboxId, delivery: DeliveryId) -> Vec<u8> {
    Key::new(Table::Delivery)
        .mailbox(mailbox)
        .id(delivery.as_bytes())
        .into_vec()
}
