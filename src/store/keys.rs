//! How keys are made: one byte that names the table, then components that sort as they should.
//!
//! Text components end with a NUL, which no id contains, so that no key is a prefix of another by
//! accident. Everything that belongs to a mailbox starts with its id right after the table byte:
//! an engine can partition by it.

use super::Order;
use crate::ids::{Address, DomainName, FolderId, MailboxId, MailstoreId, StandbyId};

/// What a key is about. The numbers are on disk: never change or reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Table {
    /// Schema version, generation: facts about the store itself.
    Meta = 0x01,
    /// address → [`super::directory::MailboxRecord`].
    Mailbox = 0x10,
    /// alias → address of its mailbox.
    Alias = 0x11,
    /// domain → [`super::directory::DomainRecord`].
    Domain = 0x12,
    /// (mailstore, address) → nothing: who lives there.
    Placed = 0x19,
    /// (reseller, domain) → nothing: what is whose.
    ResellerDomain = 0x1a,
    /// domain → [`super::directory::moved::Since`], if it was another's before.
    DomainSince = 0x1b,
    /// (address, mailbox id) → nothing: those that left and are being forgotten.
    Forgetting = 0x1c,
    /// address → [`super::directory::details::Details`].
    Details = 0x13,
    /// (source, its own id) → address of the mailbox, or that it had last.
    SourceId = 0x14,
    /// (address, mailbox id) → [`super::directory::gone::GoneRecord`].
    Gone = 0x15,
    /// source → [`super::directory::sources::SourceRecord`].
    Source = 0x16,
    /// mailbox id → [`super::messages::MailboxState`]; made when a mailbox is first used.
    MailboxState = 0x18,
    /// mailstore → its failover state.
    MailstoreState = 0x20,
    /// scope → its override.
    Override = 0x21,
    /// outage id → its record.
    Outage = 0x22,
    /// (outage id, number) → one entry of its timeline.
    OutageEntry = 0x23,
    /// mailstore → what is known of its sentinel.
    Sentinel = 0x24,
    /// mailbox id → [`super::watermarks::WatermarkRecord`].
    Watermark = 0x25,
    /// mailstore → how far the collecting of watermarks came.
    WatermarkCursor = 0x26,
    /// (mailstore, epoch, kind, address) → [`super::watermarks::RaiseRecord`].
    Raise = 0x27,
    /// mailstore, or nothing for all → [`super::words::WordsRecord`].
    Words = 0x28,
    /// drill id → [`super::drills::DrillRecord`].
    Drill = 0x2c,
    /// mailstore → [`super::latency::LatencyRecord`].
    Latency = 0x29,
    /// number → [`super::events::EventRecord`].
    Event = 0xb0,
    /// destination id → [`super::destinations::DestinationRecord`].
    Destination = 0xb1,
    /// (destination id, announcement id) → [`super::announcements::AnnouncementRecord`].
    Announcement = 0xb2,
    /// (destination id, due time, announcement id) → nothing: what is still to be told.
    AnnouncementDue = 0xb3,
    /// key of an alert → [`super::alerts::AlertRecord`].
    Alert = 0xb4,
    /// reseller, or nothing for the operator → [`super::brand::BrandRecord`].
    Brand = 0xb5,
    /// host name → the reseller whose brand it shows.
    BrandHost = 0xb6,
    /// hash of asker and key → [`super::repeats::RepeatRecord`].
    Repeat = 0xb7,
    /// (time, hash of asker and key) → nothing: requests in the order in which they are forgotten.
    RepeatAt = 0xb8,
    /// reseller, or nothing for the operator → [`super::brand::Logo`].
    BrandLogo = 0xbc,
    /// body id → [`super::bodies::BodyRecord`].
    Body = 0x30,
    /// ingest id → [`super::delivery::IngestRecord`].
    Ingest = 0x31,
    /// (hash of a name, id) → [`super::trace::Traced`].
    Trace = 0x32,
    /// (mailbox id, hash of a hand-over) → [`super::handover::HandoverRecord`].
    Handover = 0x33,
    /// (mailbox id, standby id) → [`super::messages::MessageRecord`].
    Message = 0x40,
    /// (mailbox id, folder, standby id) → nothing: the messages of a folder in order of arrival.
    FolderIndex = 0x41,
    /// (mailbox id, delivery id) → standby id: a delivery is filed once.
    Delivery = 0x42,
    /// (mailbox id, term, standby id) → nothing: the search index.
    Search = 0x43,
    /// mailbox id → how far its search index has come.
    SearchState = 0x44,
    /// (mailbox id, key) → what a form's first posting led to.
    Once = 0x45,
    /// (mailbox id, time, number) → [`super::undo::UndoRecord`].
    Undo = 0x47,
    /// mailbox id → [`super::profile::Profile`].
    Profile = 0x46,
    /// (mailbox id, standby id) → where a message stands among conversations.
    Thread = 0x4a,
    /// (mailbox id, standby id of the conversation, standby id) → nothing: its messages.
    ThreadMember = 0x4b,
    /// (mailbox id, hash of a Message-ID) → standby id of a message that names it.
    ThreadName = 0x4c,
    /// mailbox id → how far its conversations are known.
    ThreadState = 0x4d,
    /// (mailbox id, hash of an event) → [`super::answers::AnswerRecord`].
    Answer = 0x4e,
    /// (mailstore, mailbox id, standby id) → nothing: what is still to merge.
    Unmerged = 0x50,
    /// mailbox id → state of its merge.
    MergeState = 0x51,
    /// (mailbox id, batch id) → one journalled batch.
    MergeBatch = 0x52,
    /// mailstore → what an operator ordered about its merge.
    MergeOrders = 0x53,
    /// (mailstore, mailbox id) → when it was put first.
    MergeFirst = 0x54,
    /// (mailbox id, outage id or zeros, mailstore) → [`super::merge::receipt::Receipt`].
    Receipt = 0x55,
    /// (mailbox id, outage id or zeros, mailstore, standby id) → one message of a receipt.
    ReceiptItem = 0x56,
    /// (mailstore, outage id or zeros, mailbox id) → what a summary needs of a receipt.
    ReceiptOf = 0x57,
    /// (mailbox id, standby id) → the proof with which a message was purged.
    Purged = 0x58,
    /// (mailbox id, batch id) → messages placed as files that IMAP has not shown yet.
    MergePlacement = 0x59,
    /// (mailbox id, queue id) → [`super::queue::QueueEntry`].
    Queue = 0x60,
    /// (due time, hash of the sender's domain, mailbox id, queue id) → nothing: what is still to be sent.
    QueueDue = 0x61,
    /// (queue id, mailbox id) → how it stands: entries of the queue that are not finished, oldest first.
    QueueOpen = 0x62,
    /// (time, mailbox id, queue id) → nothing: entries that are finished, in the order in which they go.
    QueueFinished = 0x63,
    /// (mailbox id, queue id, number) → [`super::queue::tries::TryRecord`].
    QueueTry = 0x6d,
    /// (due time, mailbox id, standby id) → [`super::owed::Kind`]: what may have to be answered.
    Owed = 0x64,
    /// (mailbox id, hash of a sender) → when they were answered.
    Answered = 0x65,
    /// (mailbox, domain or reseller; hour) → [`super::sent::Counted`].
    SentCount = 0x66,
    /// (mailbox id, hash of an address) → nothing: to whom it wrote.
    WroteTo = 0x67,
    /// (hour; mailbox, domain or reseller) → nothing: who came to a limit.
    SentLimited = 0x68,
    /// all, a reseller or a domain → [`super::policies::DelayPolicy`].
    DelayPolicy = 0x69,
    /// all, a reseller or a domain → [`super::policies::UserPolicy`].
    UserPolicy = 0x6a,
    /// all, a reseller or a domain → [`super::delay_words::DelayWords`].
    DelayWords = 0x6e,
    /// mailstore → [`super::told::TellingRecord`].
    Telling = 0x6b,
    /// (mailstore, mailbox id) → [`super::told::ToldRecord`].
    Told = 0x6c,
    /// hash of a session's secret → session.
    Session = 0x70,
    /// token id → API token.
    Token = 0x71,
    /// person id → [`super::persons::PersonRecord`].
    Person = 0x72,
    /// what a person enters at the door → person id.
    PersonName = 0x73,
    /// hash of a link's secret → [`super::sign_in_links::LinkRecord`].
    SignInLink = 0x76,
    /// mailbox id → [`super::sign_in_links::LastLink`].
    SignInLinkOf = 0x79,
    /// (who made it, until, hash of its secret) → nothing: links in the order in which they end.
    SignInLinkUntil = 0x78,
    /// job id → [`super::jobs::JobRecord`].
    Job = 0x74,
    /// (job id, number) → [`super::jobs::ItemRecord`].
    JobItem = 0x75,
    /// mailbox id → [`super::remembered::RememberedRecord`].
    Remembered = 0x77,
    /// number → one entry of the audit log.
    Audit = 0x80,
}

/// A key under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key of `table` without components: also the start of the table's range.
    pub fn new(table: Table) -> Self {
        let mut bytes = Vec::with_capacity(48);
        bytes.push(table as u8);
        Self(bytes)
    }

    /// Appends text and its terminator. NUL inside the text would break the order, and no id that
    /// is used in a key can hold one; such bytes are left out.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.extend(text.bytes().filter(|&byte| byte != 0));
        self.0.push(0);
        self
    }

    /// Appends an address so that a domain's mailboxes lie together.
    #[must_use]
    pub fn address(self, address: &Address) -> Self {
        self.text(address.domain()).text(address.local())
    }

    /// Appends a domain.
    #[must_use]
    pub fn domain(self, domain: &DomainName) -> Self {
        self.text(domain.as_str())
    }

    /// Appends a mailstore.
    #[must_use]
    pub fn mailstore(self, mailstore: &MailstoreId) -> Self {
        self.text(mailstore.as_str())
    }

    /// Appends a mailbox id.
    #[must_use]
    pub fn mailbox(self, mailbox: MailboxId) -> Self {
        self.id(mailbox.as_bytes())
    }

    /// Appends the bytes of a wide id.
    #[must_use]
    pub fn id(mut self, id: &[u8; 16]) -> Self {
        self.0.extend_from_slice(id);
        self
    }

    /// Appends a folder id.
    #[must_use]
    pub fn folder(mut self, folder: FolderId) -> Self {
        self.0.extend_from_slice(&folder.0.to_be_bytes());
        self
    }

    /// Appends a message's standby id.
    #[must_use]
    pub fn standby(self, id: StandbyId) -> Self {
        self.number(id.0)
    }

    /// Appends a number so that keys sort by it.
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Appends fixed-length bytes (a hash).
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// The key.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The key, owned.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// From where to where is what lies behind `row` of all that starts with this key, in an order; without a row,
    /// all of it. A row that is not there has its place all the same, and none of it lies outside.
    pub fn behind(&self, row: Option<&Self>, order: Order) -> (Vec<u8>, Vec<u8>) {
        let (from, to) = (self.0.clone(), self.end());
        match (row, order) {
            (None, _) => (from, to),
            (Some(row), Order::Ascending) => (row.end().max(from), to),
            (Some(row), Order::Descending) => (from, row.0.clone().min(to)),
        }
    }

    /// The first key after everything that starts with this one.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            if last < 0xff {
                end.push(last + 1);
                return end;
            }
        }
        vec![0xff; 64]
    }
}

/// The `N` bytes of `key` at `at`, if it is long enough.
pub fn part<const N: usize>(key: &[u8], at: usize) -> Option<[u8; N]> {
    key.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The last `N` bytes of `key`, if it is long enough.
pub fn tail<const N: usize>(key: &[u8]) -> Option<[u8; N]> {
    part(key, key.len().checked_sub(N)?)
}
