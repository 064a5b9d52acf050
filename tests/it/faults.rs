//! From a fault to the first new message that its user reads in the webmail, in seconds: the server as
//! a process, a real Dovecot that breaks, a real Postfix, and the quick policy. The times are printed
//! (`cargo test --test it faults:: -- --nocapture`) and bounded only by what a busy machine may need.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::binary;
use crate::rig::nfs::{Version, on_nfs};
use crate::rig::{
    Browser, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix,
    PostfixOptions, RigDir, TestMessage, User, wait_until,
};

const ANN: &str = "ann@example.com";
/// Somebody else who gets mail: Postfix remembers its last answer for one recipient for 30 seconds
/// (`resolve_clnt(3)`), which a busy MX never sees and a test with one recipient always does.
const BEN: &str = "ben@example.com";
const SENTINEL: &str = "sentinel@a1.test";
const PATIENCE: Duration = Duration::from_secs(120);
/// How often somebody writes to Ann.
const MAIL_EVERY: Duration = Duration::from_millis(500);

/// How quickly failing probes are believed: a section of the configuration, and how long it takes
/// until twice as many observations were made as count.
struct Policy(&'static str, Duration);

/// Confirmed in seconds.
const QUICK: Policy = Policy(
    "[probe]\ninterval = \"1s\"\ntimeout = \"2s\"\nsentinel_interval = \"1s\"\n\n\
     [failover]\nfailures = 2\nobservations = 3\nconfirm = \"2s\"\n\n",
    Duration::from_secs(6),
);
/// The same where a login alone takes a second: a process costs 40 ms in a user-mode Linux.
const QUICK_IN_GUEST: Policy = Policy(
    "[probe]\ninterval = \"3s\"\ntimeout = \"10s\"\nsentinel_interval = \"3s\"\n\n\
     [failover]\nfailures = 2\nobservations = 3\nconfirm = \"2s\"\n\n",
    Duration::from_secs(18),
);

/// A small volume for the mail, to be filled; unmounted when dropped.
struct Volume(PathBuf);

impl Volume {
    fn mount(at: PathBuf) -> Self {
        std::fs::create_dir_all(&at).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=8m", "none"])
            .arg(&at);
        assert!(mount.status().unwrap().success(), "{mount:?}");
        Self(at)
    }

    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        let piece = [b'x'; 4096];
        while file.write_all(&piece).is_ok() {}
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A mailstore, the MX before it, and Lifeboat.
struct Bed {
    a1: Dovecot,
    server: Lifeboat,
    postfix: Postfix,
}

impl Bed {
    fn new(dir: &Path, Policy(policy, settle): Policy, options: DovecotOptions) -> Self {
        let options = DovecotOptions {
            users: [(ANN, "pw"), (BEN, "pw"), (SENTINEL, "pw")]
                .map(|(address, password)| User::plain(address, password))
                .to_vec(),
            ..options
        };
        let a1 = Dovecot::start("a1", &dir.join("a1"), options);
        let mx = dir.join("mx");
        let flush = Postfix::flush_command(&mx);
        let options = LifeboatOptions {
            mailstores: vec![MailstoreOptions {
                sentinel: Some(SENTINEL.into()),
                ..MailstoreOptions::of(&a1)
            }],
            smarthost: Some("127.0.0.1:1".into()),
            extra: format!(
                "{policy}[postfix]\nflush_command = {flush:?}\nflush_interval = \"1s\"\n"
            ),
            ..LifeboatOptions::default()
        };
        let server = Lifeboat::start(binary(), &dir.join("lifeboat"), options);
        let users = a1.passwd_file().display().to_string();
        let words = ["--format", "passwd-file", "--mailstore", "a1"];
        server.cli(&[&["provision", &users], &words[..]].concat());
        let postfix = Postfix::start(
            &mx,
            PostfixOptions {
                domains: vec!["example.com".into()],
                socketmap: Some(server.socketmap().addr()),
                routes: vec![(ANN.into(), "a1".into()), (BEN.into(), "a1".into())],
                mailstores: vec![("a1".into(), a1.lmtp().addr())],
                ..PostfixOptions::default()
            },
        );
        let bed = Self {
            a1,
            server,
            postfix,
        };
        wait_until("the sentinel is known", PATIENCE, || {
            bed.state()["sentinel"] == "known"
        });
        std::thread::sleep(settle);
        assert_eq!(bed.state()["state"], "normal");
        bed
    }

    fn state(&self) -> serde_json::Value {
        self.server
            .cli_json(&["failover", "show", "mailstore:a1", "--json"])
    }

    /// The fault strikes; somebody writes to both, again and again, and Ann looks at her inbox.
    fn measure(&mut self, what: &str, strike: impl FnOnce(&mut Dovecot)) {
        let begin = Instant::now();
        strike(&mut self.a1);
        let mut browser = Browser::new(self.server.http().addr());
        let door = browser.open("/login");
        let form = door.form("/login");
        let form = form.set("address", ANN).set("password", "pw");
        assert_eq!(browser.submit(&form).status, 200);
        let mut activated = None;
        let mut written: Vec<Instant> = Vec::new();
        let read = loop {
            assert!(begin.elapsed() < PATIENCE, "{what}: nothing can be read");
            if written.last().is_none_or(|at| at.elapsed() >= MAIL_EVERY) {
                let token = format!("news-{}", written.len());
                for to in [ANN, BEN] {
                    let message = TestMessage::plain("bob@elsewhere.test", to, &token, 0);
                    self.postfix
                        .submit("bob@elsewhere.test", &[to], &message.bytes);
                }
                written.push(Instant::now());
            }
            if activated.is_none() && self.state()["state"] == "active" {
                activated = Some(begin.elapsed());
            }
            if let Some(link) = browser.open("/mail/inbox").links("news-").first() {
                let page = browser.open(link);
                assert!(page.status == 200 && page.text().contains("news-"));
                break begin.elapsed();
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        println!(
            "{what}: active after {:.1} s, first new message read after {:.1} s",
            activated.unwrap_or(read).as_secs_f32(),
            read.as_secs_f32()
        );
    }
}

#[test]
fn new_mail_is_read_in_the_webmail_soon_after_dovecot_is_killed() {
    let dir = RigDir::new("fault-killed");
    let mut bed = Bed::new(dir.path(), QUICK, DovecotOptions::default());
    bed.measure("Dovecot killed", Dovecot::kill);
}

#[test]
fn new_mail_is_read_in_the_webmail_soon_after_dovecot_is_stopped() {
    let dir = RigDir::new("fault-stopped");
    let mut bed = Bed::new(dir.path(), QUICK, DovecotOptions::default());
    bed.measure("Dovecot stopped", |a1| a1.freeze());
    bed.a1.thaw();
}

#[test]
fn new_mail_is_read_in_the_webmail_soon_after_the_disk_is_full() {
    let dir = RigDir::new("fault-full");
    let volume = Volume::mount(dir.path().join("a1/mail"));
    let mut bed = Bed::new(dir.path(), QUICK, DovecotOptions::default());
    bed.measure("disk full", |_| volume.fill());
}

#[test]
fn new_mail_is_read_in_the_webmail_soon_after_nfs_freezes() {
    let test = "faults::new_mail_is_read_in_the_webmail_soon_after_nfs_freezes";
    on_nfs(test, Version::V4, |nfs| {
        let dir = RigDir::new("fault-nfs");
        let mail = nfs.client(1).join("mail");
        std::fs::create_dir_all(&mail).unwrap();
        std::os::unix::fs::chown(&mail, Some(5000), Some(5000)).unwrap();
        let options = DovecotOptions {
            extra: format!(
                "mmap_disable = yes\nmail_nfs_storage = yes\nmail_nfs_index = yes\n\
                 lock_method = fcntl\nmail_home = {}/%d/%n\n",
                mail.display()
            ),
            mail_location: format!("maildir:{}/%d/%n/Maildir", mail.display()),
            ..DovecotOptions::default()
        };
        let mut bed = Bed::new(dir.path(), QUICK_IN_GUEST, options);
        bed.measure("NFS frozen", |_| nfs.freeze());
        nfs.thaw();
    });
}
