//! How everything stands, in numbers and short words: what metrics, checks and charts are made of.
//!
//! Never names a user, a domain or an address: mailstores and states only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How everything stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// The program's version.
    pub version: String,
    /// The mailstores, as configured.
    pub mailstores: Vec<MailstoreStanding>,
    /// What is still to merge.
    pub merge: MergeStanding,
    /// What users sent and is not yet sent on.
    pub queue: QueueStanding,
    /// The store.
    pub store: StoreStanding,
    /// Mail on its way in.
    #[serde(default)]
    pub intake: IntakeStanding,
    /// Mail programs that were told that their mailbox is unavailable.
    pub held: Vec<HeldStanding>,
    /// The drills; absent where none are configured.
    pub drills: Option<DrillsStanding>,
    /// The certificates that Lifeboat itself shows.
    #[serde(default)]
    pub certificates: Vec<CertificateStanding>,
    /// Host names under which users reach the pages and that no certificate is for; empty where something else
    /// serves https.
    #[serde(default)]
    pub uncovered_hosts: Vec<String>,
    /// The sources that the directory is kept in step with, as configured.
    #[serde(default)]
    pub sources: Vec<SourceStanding>,
}

/// A certificate that Lifeboat shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CertificateStanding {
    /// The section that configures it: `http`, `smtp` or `hold`, or `certificate.NAME`.
    pub section: String,
    /// For how many seconds it is still good; negative once it has ended, absent if it cannot be read.
    pub good_for_secs: Option<i64>,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// Whether the file holds another one than is shown: the server was not told to read it (SIGHUP).
    #[serde(default)]
    pub to_be_reloaded: bool,
}

/// How a source of the directory stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceStanding {
    /// Its name.
    pub name: String,
    /// Mailboxes that are from it.
    pub mailboxes: u64,
    /// How long ago it was last read to its end, in seconds; absent if it never was.
    pub age_secs: Option<u64>,
    /// Older than this, a person is told, in seconds.
    pub stale_secs: u64,
    /// How the last round ended: `complete`, `withheld`, `unreadable`, `empty` or `broken`.
    pub end: Option<String>,
    /// The same in words, with what to do.
    pub text: String,
    /// Rows of the last round that were not taken.
    pub errors: u64,
    /// Mailboxes that are missing in it and were not deleted.
    pub withheld: u64,
}

impl SourceStanding {
    /// Whether it was not read to its end for too long.
    pub fn is_stale(&self) -> bool {
        self.age_secs.is_none_or(|age| age > self.stale_secs)
    }
}

/// The drills.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DrillsStanding {
    /// How the last one went: `passed`, `slow`, `failed`, `interrupted` or `running`; absent before the first.
    pub last: Option<String>,
    /// How long ago the last one that passed began, in seconds; absent before that.
    pub passed_secs_ago: Option<u64>,
}

/// How a mailstore stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MailstoreStanding {
    /// Its name.
    pub id: String,
    /// `normal`, `suspected`, `active` or `returning`.
    pub state: String,
    /// For how many seconds; absent where it always was.
    pub since_secs: Option<u64>,
    /// `auto`, `pin-primary`, `pin-standby` or `queue`.
    pub mode: String,
    /// For how many seconds its mail has waited in the MX by the mode `queue`; absent while it does not.
    #[serde(default)]
    pub queued_secs: Option<u64>,
    /// For how long mail may wait there, in seconds (`maximal_queue_lifetime`).
    #[serde(default)]
    pub queue_lifetime_secs: u64,
    /// Where its mail goes: `primary`, `standby` or `queue`.
    pub route: String,
    /// What a person must decide, in words.
    pub needs: Option<String>,
    /// What was last seen in the sentinel.
    pub sentinel: SentinelStanding,
    /// In words, where the sentinel is not intact.
    pub sentinel_text: Option<String>,
    /// The last result of each probe.
    pub probes: Vec<ProbeStanding>,
    /// An observation that is older says nothing, in seconds.
    pub stale_secs: u64,
    /// Messages still to merge.
    pub unmerged_messages: u64,
    /// The mailboxes they are in.
    pub unmerged_mailboxes: u64,
    /// Whether anything may be merged into it now.
    pub may_merge: bool,
    /// Whether its mailboxes wait until their UIDs are raised.
    pub raising: bool,
    /// How far its users were told of its last outage; absent where they never were.
    #[serde(default)]
    pub telling: Option<TellingStanding>,
}

/// How far the users of a mailstore were told of its last outage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TellingStanding {
    /// Who were told that it is out.
    pub told: u64,
    /// Who could not be.
    pub unreachable: u64,
    /// Who were told that it is back.
    pub told_back: u64,
    /// Letters that may still be in the queue.
    pub under_way: u64,
}

/// What was last seen in a sentinel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SentinelStanding {
    /// It was not looked at since the start.
    #[default]
    Unseen,
    /// Everything is where it was.
    Intact,
    /// It is not what it was, or gone.
    Changed,
    /// There is none.
    NotConfigured,
}

/// The last result of a probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProbeStanding {
    /// How it looks: `imap`, `lmtp` …
    pub probe: String,
    /// From where.
    pub vantage: String,
    /// What it found.
    pub result: ProbeResult,
    /// Why, in words, where it is not up.
    pub text: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How long ago, in seconds.
    pub age_secs: u64,
}

/// What a probe found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbeResult {
    /// It works.
    Up,
    /// It does not.
    Down,
    /// It could not tell.
    #[default]
    Unknown,
}

/// What is still to merge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergeStanding {
    /// Messages.
    pub unmerged_messages: u64,
    /// The mailboxes they are in.
    pub unmerged_mailboxes: u64,
    /// Mailboxes whose merge waits for a reason of their own.
    pub blocked_mailboxes: u64,
}

/// What users sent and is not yet sent on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueueStanding {
    /// Messages, counted to 100,000.
    pub entries: u64,
    /// Messages that an operator stopped for now.
    #[serde(default)]
    pub held: u64,
    /// How often, by hours, a mailbox, domain or reseller came to its limit of recipients in the last day.
    #[serde(default)]
    pub limited: u64,
    /// How long ago the oldest of them was sent, in seconds.
    pub oldest_secs: u64,
}

/// The store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StoreStanding {
    /// Whether it failed; only a new start helps.
    pub failed: bool,
    /// Durable commits since the start.
    pub commits: u64,
    /// Writes in those commits.
    pub writes: u64,
    /// Times that bodies were synced since the start.
    pub body_syncs: u64,
    /// Bytes of its file system.
    pub disk_bytes: u64,
    /// Bytes of it that the server may still use.
    pub disk_free_bytes: u64,
}

impl StoreStanding {
    /// How much of the disk is free, in percent.
    pub fn disk_free_percent(&self) -> f64 {
        match self.disk_bytes {
            0 => 100.0,
            // Exact below 2^53 bytes, and near enough above.
            all => self.disk_free_bytes as f64 * 100.0 / all as f64,
        }
    }
}

/// Mail on its way in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntakeStanding {
    /// Each way that it comes.
    pub ways: Vec<WayStanding>,
    /// Memory that bodies on their way take, in bytes.
    pub memory_bytes: u64,
    /// As much as they may.
    pub memory_max_bytes: u64,
    /// Deliveries since the start that were recognised as stored already.
    pub repeated: u64,
    /// What was refused since the start, by reason.
    pub refused: Vec<RefusedStanding>,
}

/// One way that mail comes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WayStanding {
    /// `lmtp`, `smtp` or `perimeter`.
    pub way: String,
    /// Connections that are open.
    pub connections: u64,
    /// Messages that were taken since the start.
    pub messages: u64,
}

/// What was refused for one reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RefusedStanding {
    /// The reason, such as `disk-full`.
    pub reason: String,
    /// What it means, in English.
    #[serde(default)]
    pub text: String,
    /// How often since the start.
    pub count: u64,
    /// How often in the last ten minutes.
    #[serde(default)]
    pub lately: u64,
    /// It is for want of something here: mail that should be taken waits elsewhere.
    #[serde(default)]
    pub shortage: bool,
}

/// Mail programs that were told that their mailbox is unavailable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HeldStanding {
    /// `imap`, `pop3`, `submission` or `sieve`.
    pub protocol: String,
    /// Connections since the start.
    pub told: u64,
}
