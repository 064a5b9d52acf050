//! On a real NFS server with two clients: what the rig claims of them, and the merge while a Dovecot
//! serves the same mailbox.

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use crate::rig::nfs::{Nfs, Version, on_nfs};
use crate::rig::{
    Cut, CutProxy, Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions,
    RigDir, SmtpClient, TestMessage, User, wait_until,
};
use crate::standby::{Standby, accepted};

const ANN: &str = "ann@example.com";
const PATIENCE: Duration = Duration::from_secs(60);

fn open(path: &std::path::Path) -> File {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    options.open(path).expect("open a file on NFS")
}

/// Two clients see each other's files, keep each other out by locks, and lose them when the server
/// does; a client that hangs goes on where it was.
fn is_nfs(nfs: &Nfs, keeps_quiet: bool) {
    let (mut one, two) = (
        open(&nfs.client(1).join("file")),
        open(&nfs.client(2).join("file")),
    );
    one.lock().expect("lock a file");
    assert!(two.try_lock().is_err(), "the other client is kept out");

    nfs.forget_locks();
    wait_until("the lock is forgotten", PATIENCE, || two.try_lock().is_ok());
    one.write_all(b"one").expect("write into the cache");
    assert_eq!(
        one.sync_all().is_ok(),
        keeps_quiet,
        "the loser of a lock is told"
    );
    drop((one, two));

    nfs.hang(2);
    let path = nfs.client(2).join("hung");
    let (tell, told) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        let mut file = open(&path);
        file.write_all(b"two")
            .and_then(|()| file.sync_all())
            .expect("write");
        tell.send(()).expect("tell");
    });
    assert!(
        told.recv_timeout(Duration::from_secs(3)).is_err(),
        "the writer hangs"
    );
    nfs.heal(2);
    told.recv_timeout(PATIENCE).expect("the writer goes on");
    writer.join().expect("the writer");
    let mut text = String::new();
    open(&nfs.client(1).join("hung"))
        .read_to_string(&mut text)
        .expect("read");
    assert_eq!(text, "two");

    nfs.restart_server();
    let file = open(&nfs.client(1).join("file"));
    file.lock().expect("lock after a restart");
    drop(file);
    nfs.unmount(1);
    assert_eq!(std::fs::read_dir(nfs.client(1)).expect("list").count(), 0);
}

#[test]
fn the_rig_is_nfs_version_3() {
    on_nfs("nfs::the_rig_is_nfs_version_3", Version::V3, |nfs| {
        is_nfs(nfs, true)
    });
}

#[test]
fn the_rig_is_nfs_version_4() {
    on_nfs("nfs::the_rig_is_nfs_version_4", Version::V4, |nfs| {
        is_nfs(nfs, false)
    });
}

/// A mailstore whose mail lies on NFS, another Dovecot on the other client that serves the same
/// mailboxes, and a merge into the first.
struct Filer {
    one: Dovecot,
    two: Dovecot,
    proxy: CutProxy,
    lifeboat: Lifeboat,
    standby: Option<Standby>,
    _dir: RigDir,
}

/// How many messages the outage brought.
const NEW: usize = 120;
/// What the user of the other client adds meanwhile.
const USERS_OWN: [&str; 2] = ["own-0", "own-1"];

impl Filer {
    fn new(nfs: &Nfs, driver: &str) -> Self {
        let dir = RigDir::new("filer");
        // As hosters set it up for NFS.
        let options = |client: u8| {
            let mail = nfs.client(client).join("mail");
            DovecotOptions {
                users: vec![User::plain(ANN, "pw")],
                extra: format!(
                    "mmap_disable = yes\nmail_nfs_storage = yes\nmail_nfs_index = yes\n\
                     lock_method = fcntl\nmail_home = {}/%d/%n\n",
                    mail.display()
                ),
                mail_location: format!("maildir:{}/%d/%n/Maildir", mail.display()),
                ..DovecotOptions::default()
            }
        };
        let mail = nfs.client(1).join("mail");
        std::fs::create_dir_all(&mail).expect("create the mail directory");
        std::os::unix::fs::chown(&mail, Some(5000), Some(5000)).expect("chown");
        let one = Dovecot::start("a1", &dir.sub("one"), options(1));
        let two = Dovecot::start("a2", &dir.sub("two"), options(2));
        let mut session = one.session(ANN);
        for n in 0..3 {
            let old = TestMessage::plain("x@y.test", ANN, &format!("old-{n}"), 0);
            session.append("INBOX", &["\\Seen"], None, &old.bytes);
        }
        let proxy = CutProxy::start(one.imap().addr());
        let mut mailstore = MailstoreOptions::of(&one);
        mailstore.imap = proxy.port().to_string();
        // The files by way of the other client than Dovecot's.
        mailstore.extra = format!(
            "merge_driver = \"{driver}\"\nmaildir = \"{}/mail/%d/%n/Maildir\"\npolicy = \"manual\"\n",
            nfs.client(2).display()
        );
        let lifeboat = Lifeboat::prepare(
            crate::binary(),
            &dir.sub("lifeboat"),
            LifeboatOptions {
                mailstores: vec![mailstore],
                extra: "[merge]\nquiet = \"1s\"\n".to_owned(),
                ..LifeboatOptions::default()
            },
        );
        let mut standby = Standby::open(&lifeboat.store_path());
        standby.provision(ANN, "a1");
        let bodies = tokens()
            .iter()
            .map(|token| accepted(ANN, token, None, 600))
            .collect();
        standby.receive_bodies(ANN, None, bodies);
        Self {
            one,
            two,
            proxy,
            lifeboat,
            standby: Some(standby),
            _dir: dir,
        }
    }

    fn begin(&mut self) {
        if let Some(standby) = self.standby.take() {
            standby.close();
        }
        self.lifeboat.restart();
    }

    fn unmerged(&self) -> u64 {
        let status = self.lifeboat.cli_json(&["merge", "status", "--json"]);
        status["unmerged"].as_u64().expect("a number of messages")
    }

    fn wait_until_merged(&self) {
        wait_until("everything is merged", 2 * PATIENCE, || {
            self.unmerged() == 0
        });
    }

    /// Both Dovecots show the old messages under their old UIDs and every new one once.
    fn check(&self, before: u32, also: &[String]) {
        let mut expected: Vec<String> = (0..3).map(|n| format!("old-{n}")).collect();
        expected.extend(tokens());
        expected.extend_from_slice(also);
        expected.sort();
        for dovecot in [&self.one, &self.two] {
            let mut session = dovecot.session(ANN);
            assert_eq!(session.examine("INBOX").uid_validity, before);
            let inbox = session.fetch_all("INBOX");
            for (n, message) in inbox.iter().take(3).enumerate() {
                assert_eq!(message.uid as usize, n + 1);
                assert!(message.contains(&format!("old-{n}")));
            }
            let mut found: Vec<String> = inbox
                .iter()
                .map(|message| crate::standby::token(&message.body))
                .collect();
            found.sort();
            assert_eq!(found, expected);
        }
    }

    /// Files that the server has in the inbox and that Lifeboat may have placed.
    fn placed(&self) -> usize {
        let maildir = std::path::Path::new("/mnt/export/mail/example.com/ann/Maildir");
        let count = |part| {
            std::fs::read_dir(maildir.join(part))
                .into_iter()
                .flatten()
                .count()
        };
        (count("new") + count("cur")).saturating_sub(3)
    }

    fn validity(&self) -> u32 {
        self.one.session(ANN).examine("INBOX").uid_validity
    }
}

fn tokens() -> Vec<String> {
    (0..NEW).map(|n| format!("new-{n:03}")).collect()
}

/// A merge into the first client's Dovecot while a user of the second changes the same folder: in the
/// middle of a message the first client hangs, the server forgets its locks, and all goes on.
#[test]
fn a_merge_over_nfs_survives_a_hang_and_lost_locks() {
    let name = "nfs::a_merge_over_nfs_survives_a_hang_and_lost_locks";
    on_nfs(name, Version::V3, |nfs| {
        let mut filer = Filer::new(nfs, "imap");
        let validity = filer.validity();
        filer.proxy.set(Cut::Hold);
        filer.begin();
        wait_until("the merge is within a message", PATIENCE, || {
            filer.proxy.held() > 0
        });
        nfs.hang(1);
        filer.proxy.set(Cut::Never);
        // It may have to wait for a lock that the client which hangs holds, and that the server forgets:
        // an NFSv3 client asks again after 30 s.
        let mut user = filer.two.session(ANN);
        user.set_patience(2 * PATIENCE);
        let writer = std::thread::spawn(move || {
            for token in USERS_OWN {
                let message = TestMessage::plain("x@y.test", ANN, token, 0);
                user.append("INBOX", &[], None, &message.bytes);
            }
        });
        std::thread::sleep(Duration::from_secs(3));
        nfs.forget_locks();
        let merged = filer.unmerged() < NEW as u64;
        assert!(!merged, "nothing is merged while the filer hangs");
        nfs.heal(1);
        writer.join().expect("the user");
        filer.wait_until_merged();
        filer.check(validity, &USERS_OWN.map(str::to_owned));
    });
}

/// Messages are placed as files through the second client, while the Dovecot of the first serves the
/// mailbox to a user who waits for news and adds mail. The second client hangs before the first file
/// and again amid the files; the server forgets its locks; meanwhile Lifeboat goes on with the rest.
#[test]
fn files_are_placed_over_nfs_while_a_dovecot_serves_the_mailbox() {
    let name = "nfs::files_are_placed_over_nfs_while_a_dovecot_serves_the_mailbox";
    on_nfs(name, Version::V3, |nfs| {
        let mut filer = Filer::new(nfs, "maildir");
        let validity = filer.validity();
        let mut waits = filer.one.session(ANN);
        waits.select("INBOX");
        waits.idle();

        nfs.hang(2);
        filer.begin();
        let body = accepted(ANN, "meanwhile", None, 600);
        let mut mx = SmtpClient::connect(filer.lifeboat.lmtp().addr(), Dialect::Lmtp);
        let mx = mx.as_mut().expect("connect to the standby");
        let replies = mx.send("bob@elsewhere.test", &[ANN], &body);
        assert!(replies.expect("deliver")[0].is_ok(), "mail is taken");
        assert_eq!(filer.unmerged(), NEW as u64 + 1);
        nfs.heal(2);

        wait_until("files are placed", PATIENCE, || filer.placed() > 0);
        nfs.hang(2);
        let mut user = filer.one.session(ANN);
        for token in USERS_OWN {
            let message = TestMessage::plain("x@y.test", ANN, token, 0);
            user.append("INBOX", &[], None, &message.bytes);
        }
        nfs.forget_locks();
        nfs.heal(2);
        filer.wait_until_merged();
        let mut told = waits.end_idle().expect("the user's session goes on");
        told.extend(waits.command("NOOP"));
        assert!(
            told.iter().any(|line| line.ends_with(" EXISTS")),
            "{told:?}"
        );
        let also = [&USERS_OWN[..], &["meanwhile"]].concat();
        let also: Vec<String> = also.into_iter().map(str::to_owned).collect();
        filer.check(validity, &also);
    });
}
