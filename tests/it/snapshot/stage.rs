//! A mailstore with a doveadm that listens, an MX, Lifeboat, and three clients of one mailbox.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::PATIENCE;
use crate::binary;
use crate::rig::{
    Client, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Port, Postfix,
    PostfixOptions, RigDir, TestMessage, User, clients, wait_until,
};

pub const ANN: &str = "ann@example.com";
pub const BEN: &str = "ben@example.com";
const SENTINEL: &str = "sentinel@a1.test";
const API_KEY: &str = "key-of-the-rig";
/// Messages that are there in the snapshot.
const OLD: usize = 20;
/// Messages that clients have seen and the snapshot lacks.
const LATE: usize = 12;
/// Messages that arrive during the outage.
const OUTAGE: usize = 15;
/// Messages that arrive while the route returns, at least.
const ORDINARY: usize = 10;

const SETTINGS: &str = r#"
[failover]
failures = 2
observations = 3
confirm = "1s"
active_min = "2s"
return_after = "2s"
returning = "3s"
cool_down = "1s"
flap_window = "1s"
raise_uidnext = RAISE

[probe]
interval = "500ms"
timeout = "3s"
sentinel_interval = "1s"

[watermark]
per_second = 50
refresh = "1s"

[postfix]
flush_command = FLUSH
flush_interval = "1s"
"#;

/// UIDVALIDITY and UIDNEXT of a folder.
#[derive(Clone, Copy, Debug)]
pub struct Uids {
    pub uid_validity: u32,
    pub uid_next: u32,
}

pub struct Stage {
    pub a1: Dovecot,
    pub lifeboat: Lifeboat,
    postfix: Arc<Postfix>,
    clients: Vec<Box<dyn Client>>,
    /// Tokens that every client must have in the end.
    expected: BTreeSet<String>,
    sent_to_ben: usize,
    ordinary: Option<std::thread::JoinHandle<()>>,
    ordinary_sent: Arc<AtomicUsize>,
    ordinary_stop: Arc<AtomicBool>,
    dir: RigDir,
    _doveadm: Port,
}

fn message(to: &str, token: &str) -> Vec<u8> {
    TestMessage::plain("bob@elsewhere.test", to, token, 800).bytes
}

impl Stage {
    /// Everything runs, mailboxes have old mail, and Lifeboat has remembered watermarks.
    pub fn new(name: &str, raise: bool) -> Self {
        let dir = RigDir::new(name);
        let doveadm = Port::reserve();
        let extra = format!(
            "doveadm_api_key = {API_KEY}\n\
             service doveadm {{\n  inet_listener http {{\n    port = {}\n  }}\n}}\n",
            doveadm.number()
        );
        let users = [ANN, BEN, SENTINEL];
        let options = DovecotOptions {
            users: users.iter().map(|user| User::plain(user, "pw")).collect(),
            extra,
            ..DovecotOptions::default()
        };
        let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
        let key = dir.path().join("doveadm-key");
        std::fs::write(&key, API_KEY).unwrap();
        let mut mailstore = MailstoreOptions::of(&a1);
        mailstore.sentinel = Some(SENTINEL.into());
        mailstore.extra = format!(
            "doveadm = \"127.0.0.1:{}\"\ndoveadm_key_file = \"{}\"",
            doveadm.number(),
            key.display()
        );
        let flush = Postfix::flush_command(&dir.path().join("mx"));
        let flush = serde_json::to_string(&flush.to_vec()).unwrap();
        let extra = SETTINGS
            .replace("RAISE", &raise.to_string())
            .replace("FLUSH", &flush);
        let mut lifeboat = Lifeboat::prepare(
            binary(),
            &dir.sub("lifeboat"),
            LifeboatOptions {
                mailstores: vec![mailstore],
                extra,
                ..LifeboatOptions::default()
            },
        );
        lifeboat.restart();
        provision(&lifeboat, dir.path());
        let postfix = Postfix::start(
            &dir.sub("mx"),
            PostfixOptions {
                domains: vec!["example.com".into()],
                socketmap: Some(lifeboat.socketmap().addr()),
                routes: vec![("example.com".into(), "a1".into())],
                mailstores: vec![("a1".into(), a1.lmtp().addr())],
                ..PostfixOptions::default()
            },
        );
        let stage = Self {
            clients: clients::all(&dir.path().join("clients"), &a1, ANN, "pw"),
            a1,
            lifeboat,
            postfix: Arc::new(postfix),
            expected: BTreeSet::new(),
            sent_to_ben: 0,
            ordinary: None,
            ordinary_sent: Arc::default(),
            ordinary_stop: Arc::default(),
            dir,
            _doveadm: doveadm,
        };
        let mut ann = stage.a1.session(ANN);
        ann.command("CREATE Work");
        for n in 0..OLD {
            ann.append("INBOX", &[], None, &message(ANN, &format!("old-{n}")));
        }
        ann.append("Work", &[], None, &message(ANN, "work-old"));
        stage
            .a1
            .session(BEN)
            .append("INBOX", &[], None, &message(BEN, "ben-old"));
        wait_until("the sentinel is known", PATIENCE, || {
            stage.failover()["state"] == "normal" && stage.is_open()
        });
        // A round of the watermarks and two messages of the sentinel.
        std::thread::sleep(Duration::from_secs(4));
        stage
    }

    /// The volume as it is now is kept: between two writes, as a filer's snapshot would be.
    pub fn take_snapshot(&self) {
        let (mail, snapshot) = (self.mail(), self.path("snapshot"));
        wait_until("a copy without a lock in it", PATIENCE, || {
            run("rm", &["-rf", &snapshot]);
            let copied = Command::new("cp").args(["-a", &mail, &snapshot]).status();
            copied.unwrap().success() && !has_lock(Path::new(&snapshot))
        });
    }

    /// A snapshot is taken; afterwards more mail comes, and every client fetches it.
    pub fn let_clients_see_what_will_be_lost(&mut self) {
        self.take_snapshot();
        let mut ann = self.a1.session(ANN);
        for n in 0..LATE {
            ann.append("INBOX", &[], None, &message(ANN, &format!("late-{n}")));
        }
        ann.append("Work", &[], None, &message(ANN, "work-late"));
        self.fetch_all();
        for (client, missing) in self.missing() {
            assert!(missing.is_empty(), "{client} misses {missing:?}");
        }
        std::thread::sleep(Duration::from_secs(4));
    }

    /// The mailstore fails, Lifeboat takes over, and mail comes in.
    pub fn fail(&mut self) {
        self.a1.kill();
        wait_until("it is active", PATIENCE, || {
            self.failover()["state"] == "active"
        });
        for n in 0..OUTAGE {
            let token = format!("outage-{n}");
            self.postfix
                .submit("bob@elsewhere.test", &[ANN], &message(ANN, &token));
            self.expected.insert(token);
        }
        self.postfix
            .submit("bob@elsewhere.test", &[BEN], &message(BEN, "for-ben"));
        self.sent_to_ben = 1;
        wait_until("the standby has it all", PATIENCE, || {
            self.unmerged() == OUTAGE + 1
        });
    }

    /// … and gets its mail back as it was in the snapshot. It is not started yet.
    pub fn fail_and_restore(&mut self) {
        self.fail();
        self.restore();
    }

    /// The volume is what it was when the snapshot was taken.
    pub fn restore(&self) {
        std::fs::remove_dir_all(self.mail()).unwrap();
        std::fs::rename(self.path("snapshot"), self.mail()).unwrap();
    }

    /// Before anyone notices the restore, mail comes in and gets UIDs that merged messages had.
    pub fn take_uids_again(&mut self) {
        let mut ann = self.a1.session(ANN);
        for n in 0..OUTAGE / 3 {
            let token = format!("unnoticed-{n}");
            ann.append("INBOX", &[], None, &message(ANN, &token));
            self.expected.insert(token);
        }
    }

    /// The subjects that a mailbox has more than once.
    pub fn twice(&self, address: &str) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let subjects = self.subjects(address).into_iter();
        subjects.filter(|text| !seen.insert(text.clone())).collect()
    }

    /// Whether everything that was ever accepted for ann is there.
    pub fn is_whole(&self, address: &str) -> bool {
        let there: BTreeSet<String> = self.subjects(address).into_iter().collect();
        self.expected
            .iter()
            .all(|token| there.contains(&format!("Test {token}")))
    }

    fn subjects(&self, address: &str) -> Vec<String> {
        let messages = self.a1.session(address).fetch_all("INBOX");
        let subject = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let line = text.lines().find_map(|line| line.strip_prefix("Subject: "));
            line.unwrap_or_default().to_owned()
        };
        messages.iter().map(|one| subject(&one.body)).collect()
    }

    /// A mailbox is gone from the mailstore.
    pub fn lose_mailbox(&self, address: &str) {
        std::fs::remove_dir_all(self.a1.home(address)).unwrap();
    }

    /// The volume is gone: an empty directory in which Dovecot can write is left.
    pub fn unmount(&self) {
        std::fs::rename(self.mail(), self.path("volume")).unwrap();
        std::fs::create_dir(self.mail()).unwrap();
        run("chown", &["5000:5000", &self.mail()]);
    }

    /// The volume is back.
    pub fn mount(&self) {
        std::fs::remove_dir_all(self.mail()).unwrap();
        std::fs::rename(self.path("volume"), self.mail()).unwrap();
    }

    /// Starts the server again, to die at a step if one is named.
    pub fn start_lifeboat(&mut self, crash_at: Option<&str>) {
        self.lifeboat.set_options(|options| {
            options.env = crash_at
                .map(|point| ("LIFEBOAT_CRASH_AT".to_owned(), format!("{point}:1")))
                .into_iter()
                .collect();
        });
        self.lifeboat.launch();
    }

    /// Mail for ann comes in all the time.
    pub fn begin_ordinary_mail(&mut self) {
        let (postfix, sent) = (self.postfix.clone(), self.ordinary_sent.clone());
        let stop = self.ordinary_stop.clone();
        self.ordinary = Some(std::thread::spawn(move || {
            while !stop.load(Ordering::SeqCst) || sent.load(Ordering::SeqCst) < ORDINARY {
                let n = sent.fetch_add(1, Ordering::SeqCst);
                let token = format!("ordinary-{n}");
                postfix.submit("bob@elsewhere.test", &[ANN], &message(ANN, &token));
                std::thread::sleep(Duration::from_millis(250));
            }
        }));
    }

    /// The last of it is sent and has arrived somewhere.
    pub fn end_ordinary_mail(&mut self) {
        std::thread::sleep(Duration::from_secs(2));
        self.ordinary_stop.store(true, Ordering::SeqCst);
        self.ordinary.take().unwrap().join().unwrap();
        for n in 0..self.ordinary_sent.load(Ordering::SeqCst) {
            self.expected.insert(format!("ordinary-{n}"));
        }
        wait_until("the MX's queue is empty", PATIENCE, || {
            self.postfix.flush();
            std::thread::sleep(Duration::from_secs(1));
            self.postfix.queue().is_empty()
        });
    }

    /// The route of ann's mailbox is back.
    pub fn wait_for_return(&self) {
        wait_until("ann's mail goes to the mailstore", PATIENCE, || {
            self.lifeboat
                .cli_output(&["failover", "show"])
                .status
                .success()
                && self.route(ANN) == "primary"
        });
    }

    pub fn sent_to(&self, address: &str) -> usize {
        assert_eq!(address, BEN);
        self.sent_to_ben
    }

    pub fn failover(&self) -> Value {
        self.show("mailstore:a1")
    }

    pub fn route(&self, address: &str) -> String {
        let shown = self.show(&format!("mailbox:{address}"));
        shown["route"].as_str().unwrap_or_default().to_owned()
    }

    fn show(&self, scope: &str) -> Value {
        self.lifeboat
            .cli_json(&["failover", "show", scope, "--json"])
    }

    fn is_open(&self) -> bool {
        self.merge()["mailstores"][0]["open"] == true
    }

    fn merge(&self) -> Value {
        self.lifeboat.cli_json(&["merge", "status", "--json"])
    }

    pub fn unmerged(&self) -> usize {
        let unmerged = &self.merge()["mailstores"][0]["unmerged"];
        usize::try_from(unmerged.as_u64().expect("a count")).unwrap()
    }

    pub fn uids(&self, of: &str, folder: &str) -> Uids {
        let selected = self.a1.session(of).examine(folder);
        Uids {
            uid_validity: selected.uid_validity,
            uid_next: selected.uid_next,
        }
    }

    pub fn messages_at_home(&self, of: &str) -> usize {
        self.a1.session(of).fetch_all("INBOX").len()
    }

    /// Every client fetches what is new.
    pub fn fetch_all(&self) {
        for client in &self.clients {
            // Without the guard some complain of UIDs that are not what they were.
            if let Err(said) = client.fetch() {
                println!("{}: {said}", client.name());
            }
        }
    }

    /// What each client does not have.
    pub fn missing(&self) -> Vec<(&'static str, Vec<String>)> {
        let missing_in = |client: &dyn Client| {
            let has: BTreeSet<String> = client.tokens().into_iter().collect();
            let late = (0..LATE).map(|n| format!("late-{n}"));
            let old = (0..OLD).map(|n| format!("old-{n}"));
            let expected = self.expected.iter().cloned();
            let seen = if self.expected.is_empty() {
                late.collect()
            } else {
                Vec::new()
            };
            old.chain(seen)
                .chain(expected)
                .filter(|token| !has.contains(token))
                .collect()
        };
        let clients = self.clients.iter();
        clients
            .map(|client| (client.name(), missing_in(&**client)))
            .collect()
    }

    fn mail(&self) -> String {
        self.path("mail")
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join("a1").join(name).display().to_string()
    }
}

fn provision(lifeboat: &Lifeboat, dir: &Path) {
    let rows = dir.join("users.ndjson");
    let text = [ANN, BEN].map(|user| {
        format!(
            "{{\"mailbox\":\"{user}\",\"mailstore\":\"a1\",\"reseller\":\"acme\",\
             \"password_hash\":\"{{PLAIN}}secret\"}}\n"
        )
    });
    std::fs::write(&rows, text.concat()).expect("write rows");
    lifeboat.cli(&["provision", &rows.display().to_string()]);
}

/// Whether Dovecot was just writing somewhere below `dir`.
fn has_lock(dir: &Path) -> bool {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| path.extension().is_some_and(|ending| ending == "lock") || has_lock(&path))
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}: {status}");
}
