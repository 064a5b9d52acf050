//! One message on its way: read, signed, sent, and what became of it recorded.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};

use super::content::Content;
use super::notice::{self, Filed, Notice, file};
use super::outcome::ours;
use super::pool::{Open, Pool};
use super::relay::{Outgoing, Relay, Reports, Unreachable};
use super::worker::SenderOptions;
use crate::clock::{SharedClock, Timestamp};
use crate::ids::{Address, DomainName, random_bytes};
use crate::store::queue::tries::{self, Asked};
use crate::store::queue::{self, Outcome, QueueEntry, Recorded};
use crate::store::{Store, StoreError, Tx};

/// The longest that a message may take.
pub(super) const SENDING_MAX: Duration = Duration::from_secs(2400);

/// What became of a message is written again after these pauses, while the store fails.
const RECORD_AGAIN: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

fn jitter() -> u8 {
    let [byte] = random_bytes();
    byte
}

/// One message on its way.
pub(super) struct Lane {
    pub(super) store: Store,
    pub(super) clock: SharedClock,
    pub(super) options: Arc<SenderOptions>,
    pub(super) pool: Arc<Pool>,
}

/// What a try found out.
struct Found {
    outcomes: Vec<Outcome>,
    /// The smarthost that was asked, if any was.
    smarthost: Option<String>,
    /// What those said that were asked before it.
    passed_over: Vec<Asked>,
    /// When to try again, if not as usual.
    again: Option<Duration>,
    /// The smarthost tells the sender that the message arrived.
    passed_on: bool,
    /// The connection that it went over, if it is used up.
    used_up: Option<Open>,
}

impl Found {
    /// The same for all that still wait, to be tried again as usual.
    fn of_all(entry: &QueueEntry, outcome: Outcome) -> Self {
        Self {
            outcomes: vec![outcome; entry.pending().count()],
            smarthost: None,
            passed_over: Vec::new(),
            again: None,
            passed_on: false,
            used_up: None,
        }
    }
}

impl Lane {
    /// Sends a message that was claimed, lets go of `connection`, and records what became of it.
    pub(super) async fn work(self, entry: QueueEntry, connection: OwnedSemaphorePermit) {
        let (head, mut found) = match Content::load(&self.store, &entry).await {
            Ok(content) => {
                let head = content.head().to_vec();
                (head, self.attempt(&entry, content).await)
            }
            Err(error) => {
                tracing::error!(queue_id = %entry.id, %error, "a message to be sent cannot be read");
                (Vec::new(), Found::of_all(&entry, unread(&error)))
            }
        };
        match found.used_up.take() {
            // Until it is closed it is one of the connections that there may be.
            Some(open) => drop(tokio::spawn(async move {
                open.close().await;
                drop(connection);
            })),
            None => drop(connection),
        }
        self.record(&entry, &head, found).await;
    }

    /// Records that a message that was claimed cannot be sent now, without a try.
    pub(super) async fn untried(self, entry: QueueEntry) {
        let head = match Content::load(&self.store, &entry).await {
            Ok(content) => content.head().to_vec(),
            Err(_) => Vec::new(),
        };
        let found = self.unreachable(&entry, &Unreachable::None);
        self.record(&entry, &head, found).await;
    }

    /// Records that a try fell over half-way: what became of it is not known.
    pub(super) async fn fell_over(self, entry: QueueEntry) {
        let why = ours("4.3.0 Sending the message failed half-way");
        let found = Found::of_all(&entry, Outcome::Deferred(why));
        self.record(&entry, &[], found).await;
    }

    fn unreachable(&self, entry: &QueueEntry, error: &Unreachable) -> Found {
        let outcome = Outcome::Deferred(ours(&format!("4.4.1 {error}")));
        Found {
            again: Some(self.options.reconnect.delay(1, jitter())),
            ..Found::of_all(entry, outcome)
        }
    }

    async fn attempt(&self, entry: &QueueEntry, content: Content) -> Found {
        let open = match self.pool.get(0, jitter()).await {
            Ok(open) => open,
            Err(error) => return self.unreachable(entry, &error),
        };
        let signers = self.options.signers.get();
        let content = match signers.sign(&signed_by(entry), content).await {
            Ok(content) => content,
            Err(error) => {
                // Without it receivers might take it for forged; it waits until the key is mended.
                tracing::error!(queue_id = %entry.id, %error, "a message is not sent unsigned");
                let why = ours("4.7.0 The message cannot be signed now");
                return Found {
                    used_up: self.pool.give(open),
                    ..Found::of_all(entry, Outcome::Deferred(why))
                };
            }
        };
        self.send_by(open, entry, &content, Vec::new()).await
    }

    /// Sends it over a connection; if its smarthost takes no mail now, over one to the next.
    async fn send_by(
        &self,
        mut open: Open,
        entry: &QueueEntry,
        content: &Content,
        mut passed_over: Vec<Asked>,
    ) -> Found {
        let smarthost = self.pool.name(open.host);
        let mut outcomes = Vec::new();
        let sending = send(&mut open.relay, entry, content, &mut outcomes);
        if timeout(SENDING_MAX, sending).await.is_err() {
            // What the connection is in the middle of is not known: it is dropped. Who was sent the message
            // before that is not sent it again.
            let why = Outcome::Deferred(ours("4.4.2 It took too long"));
            outcomes.resize(entry.pending().count(), why);
            return Found {
                outcomes,
                smarthost,
                passed_over,
                again: None,
                passed_on: open.relay.reports(),
                used_up: None,
            };
        }
        if open.relay.refuses_us() {
            tracing::error!(
                queue_id = %entry.id,
                smarthost = smarthost.as_deref().unwrap_or_default(),
                "a smarthost takes no mail for others from this server: its operator has to let it, mail waits until then"
            );
        }
        let nobody_has_it = !outcomes.iter().any(|o| matches!(o, Outcome::Relayed(_)));
        // One that was in use for a while may just have ended; a new one tells how its smarthost is.
        let from = match !open.relay.is_usable() && open.messages > 0 {
            true => open.host,
            false => open.host + 1,
        };
        let (reports, may_pass) = (open.relay.reports(), open.relay.declined() && nobody_has_it);
        // One that is broken ends here: it is no connection of its smarthost any more, to be waited for.
        let open = Some(open).filter(|open| !may_pass || open.relay.is_usable());
        if may_pass && let Ok(next) = self.pool.get(from, jitter()).await {
            drop(open.and_then(|open| self.pool.give(open)));
            passed_over.push(Asked {
                smarthost,
                outcomes,
            });
            return Box::pin(self.send_by(next, entry, content, passed_over)).await;
        }
        Found {
            outcomes,
            smarthost,
            passed_over,
            again: None,
            passed_on: reports,
            used_up: open.and_then(|open| self.pool.give(open)),
        }
    }

    /// Records the outcomes, together with the DSN that they call for.
    async fn record(&self, entry: &QueueEntry, head: &[u8], found: Found) {
        let now = self.clock.now();
        let again = found.again.unwrap_or_else(|| {
            self.options
                .retry
                .delay(entry.attempts.saturating_add(1), jitter())
        });
        let mut asked = found.passed_over;
        asked.push(Asked {
            smarthost: found.smarthost,
            outcomes: found.outcomes.clone(),
        });
        let result = Arc::new(Tried {
            entry: entry.clone(),
            outcomes: found.outcomes,
            asked,
            now,
            retry_at: now.after(again),
        });
        let mut pauses = RECORD_AGAIN.iter();
        loop {
            let recorded = match self.notice(&result, head, found.passed_on) {
                Ok(Some(notice)) => result.record_with_notice(&self.store, notice).await,
                Ok(None) => result.record_alone(&self.store).await,
                Err(error) => Err(error),
            };
            let error = match recorded {
                Ok(recorded) => return log(&recorded),
                Err(error) => error,
            };
            let is_lasting = matches!(error, StoreError::Conflict(_) | StoreError::Missing(_));
            match pauses.next().filter(|_| !is_lasting) {
                Some(pause) => sleep(*pause).await,
                // The claim runs out, and it is sent again: better twice than never.
                None => {
                    tracing::error!(queue_id = %entry.id, %error, "what became of a message could not be recorded");
                    return;
                }
            }
        }
    }

    /// The DSN for this result, if it needs one.
    ///
    /// # Errors
    /// When it cannot be made ready: nothing is recorded without it, or nobody would hear of the failure.
    fn notice(
        &self,
        result: &Tried,
        head: &[u8],
        passed_on: bool,
    ) -> Result<Option<Filed>, StoreError> {
        let expected = result.applied();
        let told = notice::told(&expected, passed_on);
        if told.is_empty() {
            return Ok(None);
        }
        let notice = Notice {
            hostname: &self.options.hostname,
            entry: &expected.entry,
            told: &told,
            original: head,
            now: result.now,
        };
        Filed::new(&self.store, &notice).map(Some)
    }
}

/// What it means that a message cannot be read: a disk or a limit may be well again, what is gone is gone.
fn unread(error: &StoreError) -> Outcome {
    match error {
        StoreError::Corrupt { .. } | StoreError::Missing(_) => {
            Outcome::Failed(ours("5.3.0 The message cannot be read any more"))
        }
        _ => Outcome::Deferred(ours("4.3.0 The message cannot be read now")),
    }
}

/// Whose signature a message bears: that of the domain in its From field, which is also its reverse-path's.
fn signed_by(entry: &QueueEntry) -> DomainName {
    let path = entry.reverse_path.as_deref();
    let from = path.and_then(|path| path.parse::<Address>().ok());
    from.as_ref().unwrap_or(&entry.sender).domain_name()
}

async fn send(
    relay: &mut Relay,
    entry: &QueueEntry,
    content: &Content,
    outcomes: &mut Vec<Outcome>,
) {
    let recipients: Vec<&str> = entry.pending().map(|to| to.address.as_str()).collect();
    let message = Outgoing {
        reverse_path: entry.reverse_path.as_deref(),
        recipients: &recipients,
        content,
        reports: Reports {
            envelope_id: &entry.id.to_string(),
            success: entry.tell.success,
        },
    };
    relay.send_into(&message, outcomes).await;
}

/// What a try led to, to be recorded.
struct Tried {
    entry: QueueEntry,
    outcomes: Vec<Outcome>,
    asked: Vec<Asked>,
    now: Timestamp,
    retry_at: Timestamp,
}

impl Tried {
    fn applied(&self) -> Recorded {
        queue::apply(self.entry.clone(), &self.outcomes, self.now, self.retry_at)
    }

    fn record(&self, tx: &mut dyn Tx) -> Result<Recorded, StoreError> {
        let recorded =
            queue::record_result(tx, &self.entry, &self.outcomes, self.now, self.retry_at)?;
        tries::note(tx, &self.entry, &self.asked, self.now)?;
        Ok(recorded)
    }

    async fn record_alone(self: &Arc<Self>, store: &Store) -> Result<Recorded, StoreError> {
        let tried = Arc::clone(self);
        store.write(move |tx| tried.record(tx)).await
    }

    async fn record_with_notice(
        self: &Arc<Self>,
        store: &Store,
        filed: Filed,
    ) -> Result<Recorded, StoreError> {
        let Filed { body, new } = filed;
        let tried = Arc::clone(self);
        store
            .write_with_body(body, move |tx, _| {
                let recorded = tried.record(tx)?;
                file(tx, &tried.entry, &new)?;
                Ok(recorded)
            })
            .await
    }
}

fn log(recorded: &Recorded) {
    let entry = &recorded.entry;
    let waiting = entry.pending().count();
    let failed = recorded.failed.len();
    tracing::info!(queue_id = %entry.id, attempts = entry.attempts, waiting, failed, "tried to send a message");
}
