use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::clock::ManualClock;
use crate::ids::Address;
use crate::mail::{Flags, Role, Summary};
use crate::merge::Settings;
use crate::store::directory::MailboxRecord;
use crate::store::messages::{NewMessage, Origin, folder_of};
use crate::store::{Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_secs(1_793_610_000);

struct Env {
    context: Context,
    open: Arc<AtomicBool>,
    line: Line,
    _dir: tempfile::TempDir,
}

fn mailstore() -> MailstoreId {
    "a1".parse().unwrap()
}

fn address(name: &str) -> Address {
    format!("{name}@example.com").parse().unwrap()
}

impl Env {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        let open = Arc::new(AtomicBool::new(true));
        let gate = open.clone();
        let context = Context {
            store,
            clock: Arc::new(ManualClock::new(NOW)),
            settings: Settings {
                poll: Duration::ZERO,
                ..Settings::default()
            },
            gate: Arc::new(move |_, _| gate.load(Ordering::SeqCst).then_some(crate::ids::Epoch(1))),
        };
        Self {
            context,
            open,
            line: Line::new(mailstore()),
            _dir: dir,
        }
    }

    /// A message for a mailbox, so many seconds after the others.
    async fn receive(&self, name: &str, after_secs: u64) -> MailboxId {
        self.receive_all(vec![(name.to_owned(), after_secs)]).await;
        let address = address(name);
        let store = &self.context.store;
        let record = store.read(|tx| directory::mailbox(tx, &address));
        record.unwrap().unwrap().id
    }

    async fn receive_all(&self, what: Vec<(String, u64)>) {
        let store = &self.context.store;
        let body = store.new_body(NOW, b"x").unwrap();
        let filing = store.write_with_body(body, move |tx, body| {
            for (name, after_secs) in &what {
                let address = address(name);
                let record = directory::mailbox(tx, &address)?.unwrap_or_else(|| MailboxRecord {
                    id: MailboxId::generate(),
                    mailstore: mailstore(),
                    password_hash: None,
                    name: None,
                    aliases: Vec::new(),
                });
                let mailbox = Mailbox { address, record };
                directory::put_mailbox(tx, &mailbox.address, &mailbox.record)?;
                let new = NewMessage {
                    folder: folder_of(Role::Inbox),
                    flags: Flags::default(),
                    received_at: NOW.after(Duration::from_secs(*after_secs)),
                    prefix: Vec::new(),
                    body,
                    body_bytes: 1,
                    origin: Origin::Sent,
                    summary: Summary::default(),
                };
                messages::insert(tx, &mailbox, new)?;
            }
            Ok(())
        });
        let filed: Result<(), StoreError> = filing.await;
        filed.unwrap();
    }

    /// Who is next, until nobody is.
    async fn order(&mut self, busy: &[MailboxId]) -> Vec<String> {
        let busy = busy.iter().copied().collect();
        self.line.look_anew();
        self.line.look(&self.context, &busy).await.unwrap();
        let mut order = Vec::new();
        while let Some(mailbox) = self.line.next(&self.context).unwrap() {
            order.push(mailbox.address.local().to_owned());
        }
        order
    }
}

#[tokio::test]
async fn the_most_recently_active_go_first_and_a_word_puts_one_before_them() {
    let mut env = Env::new();
    let old = env.receive("old", 0).await;
    env.receive("new", 20).await;
    let middle = env.receive("middle", 10).await;
    assert_eq!(env.order(&[]).await, ["new", "middle", "old"]);
    assert_eq!(env.order(&[middle]).await, ["new", "old"]);
    env.receive("old", 30).await;
    assert_eq!(env.order(&[]).await, ["old", "new", "middle"]);

    env.line.put_last(old);
    assert_eq!(env.order(&[]).await, ["new", "middle", "old"]);
    let ordering = env
        .context
        .store
        .write(move |tx| orders::put_first(tx, &mailstore(), middle, NOW));
    let ordered: Result<(), StoreError> = ordering.await;
    ordered.unwrap();
    assert_eq!(env.order(&[]).await, ["middle", "new", "old"]);
    env.line.done(old);
    assert_eq!(env.order(&[]).await, ["middle", "old", "new"]);
}

#[tokio::test]
async fn nobody_is_next_while_the_gate_is_closed() {
    let mut env = Env::new();
    env.receive("ann", 0).await;
    env.open.store(false, Ordering::SeqCst);
    assert_eq!(env.order(&[]).await, Vec::<String>::new());
    env.open.store(true, Ordering::SeqCst);
    assert_eq!(env.order(&[]).await, ["ann"]);
}

#[tokio::test]
async fn a_long_list_is_gone_through_in_slices_and_the_line_stays_bounded() {
    let mut env = Env::new();
    let count = LINE_MAX + 40;
    let all = (0..count as u64).map(|n| (format!("u{n}"), n)).collect();
    env.receive_all(all).await;
    env.line.look(&env.context, &HashSet::new()).await.unwrap();
    assert_eq!(env.line.len(), LINE_MAX);
    let first = env.line.next(&env.context).unwrap().unwrap();
    assert_eq!(first.address.local(), format!("u{}", count - 1));
    while env.line.next(&env.context).unwrap().is_some() {}
    // Those that did not fit are found at once.
    env.line.look(&env.context, &HashSet::new()).await.unwrap();
    assert_eq!(env.line.len(), LINE_MAX);
}
