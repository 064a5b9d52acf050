//! Agents: vantage points as processes of their own, on a real Dovecot and a real Postfix.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::binary;
use crate::rig::dovecot::MAIL_UID;
use crate::rig::lifeboat::tail;
use crate::rig::nfs::{Version, on_nfs};
use crate::rig::{
    Dovecot, DovecotOptions, Group, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix,
    PostfixOptions, RigDir, Server, TestMessage, User, certificate, wait_until,
};

const ANN: &str = "ann@example.com";
const SENTINEL: &str = "sentinel@a1.test";
/// A mailbox with many messages.
const LARGE: &str = "large@a1.test";
const PASSWORD: &str = "the sentinel's own";
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with one mailstore, and where its agents keep their files.
struct Bed {
    a1: Dovecot,
    server: Lifeboat,
    dir: RigDir,
}

/// An agent that runs; killed when dropped.
struct Agent {
    log: PathBuf,
    _process: Server,
}

impl Bed {
    fn new(name: &str, confirm: &str) -> Self {
        let failover = format!("vantages = [\"mx1\"]\nconfirm = \"{confirm}\"\n");
        Self::with(RigDir::new(name), &failover, "", DovecotOptions::default())
    }

    /// With more of its sections: `[failover]`, and the mailstore's.
    fn with(dir: RigDir, failover: &str, mailstore: &str, options: DovecotOptions) -> Self {
        let options = DovecotOptions {
            users: vec![
                User::plain(ANN, "pw"),
                User::plain(SENTINEL, PASSWORD),
                User::plain(LARGE, "pw"),
            ],
            ..options
        };
        let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
        let mailstore = MailstoreOptions {
            sentinel: Some(SENTINEL.into()),
            extra: mailstore.to_owned(),
            ..MailstoreOptions::of(&a1)
        };
        let extra = format!(
            "[probe]\ninterval = \"300ms\"\ntimeout = \"2s\"\nsentinel_interval = \"600ms\"\n\
             large_interval = \"1s\"\nlarge_timeout = \"4s\"\n\n\
             [failover]\nfailures = 2\nobservations = 3\n{failover}\n"
        );
        let options = LifeboatOptions {
            mailstores: vec![mailstore],
            smarthost: Some("127.0.0.1:1".into()),
            extra,
            ..LifeboatOptions::default()
        };
        let server = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
        Self { a1, server, dir }
    }

    fn agent(&self, vantage: &str, section: &str, mailstore: &str) -> Agent {
        let token = self
            .server
            .cli(&["token", "create", "--role", "agent", "--label", vantage]);
        let file = |name: &str, text: &str| {
            let path = self.dir.path().join(format!("{vantage}.{name}"));
            std::fs::write(&path, text).expect("write a file of an agent");
            path
        };
        let token = file("token", &token);
        let password = file("password", PASSWORD);
        let config = format!(
            "[agent]\nserver = \"http://{}\"\ntoken_file = {token:?}\ninterval = \"300ms\"\n\
             timeout = \"5s\"\nreport_interval = \"100ms\"\n{section}\n\
             [[mailstore]]\nid = \"a1\"\nimap = \"{}\"\nlmtp = \"{}\"\nsentinel = \"{SENTINEL}\"\n\
             sentinel_password_file = {password:?}\n{mailstore}\n",
            self.server.http(),
            self.a1.imap(),
            self.a1.lmtp(),
        );
        let config = file("toml", &config);
        let log = file("log", "");
        // A host name of its own, by which hosts on a volume tell each other apart.
        let mut command = Command::new("unshare");
        let out = std::fs::File::create(&log).expect("open an agent's log");
        command
            .args(["--uts", "sh", "-c"])
            .arg("echo $0 >/proc/sys/kernel/hostname; exec \"$@\"")
            .args([Path::new(vantage), binary(), Path::new("agent")])
            .args([Path::new("--agent-config"), &config])
            .stdout(out.try_clone().expect("clone a file"))
            .stderr(out);
        Agent {
            log,
            _process: Server::spawn("an agent", &mut command, Group::Ours),
        }
    }

    fn show(&self) -> serde_json::Value {
        self.server
            .cli_json(&["failover", "show", "mailstore:a1", "--json"])
    }

    /// What a probe found last: `up`, `down`, `unknown`, or nothing.
    fn found(&self, vantage: &str, probe: &str) -> Option<String> {
        let show = self.show();
        let probes = show["probes"].as_array().expect("probes");
        let one = probes
            .iter()
            .find(|p| p["vantage"] == vantage && p["probe"] == probe)?;
        Some(one["found"].as_str().expect("found").to_owned())
    }

    fn wait_found(&self, vantage: &str, probe: &str, found: &str) {
        let what = format!("{probe} from {vantage} is {found}");
        wait_until(&what, PATIENCE, || {
            self.found(vantage, probe).as_deref() == Some(found)
        });
    }

    fn state(&self) -> String {
        self.show()["state"].as_str().expect("state").to_owned()
    }

    /// The sentence of the first decision with this verb.
    fn sentence(&self, verb: &str) -> Option<String> {
        let show = self.show();
        let decisions = show["decisions"].as_array().expect("decisions");
        let one = decisions.iter().find(|d| d["verb"] == verb)?;
        Some(one["text"].as_str().expect("text").to_owned())
    }
}

#[test]
fn two_vantage_points_agree_on_an_outage_and_one_alone_decides_nothing() {
    let mut bed = Bed::new("ag-quorum", "500ms");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = closed.local_addr().unwrap();
    drop(closed);
    let blind = bed.agent("mx1", &format!("control_targets = [\"{nobody}\"]"), "");
    bed.wait_found("mx1", "imap", "up");
    bed.wait_found("mx1", "lmtp", "up");
    bed.wait_found("lifeboat", "imap", "up");
    wait_until("the sentinel is known", PATIENCE, || {
        bed.show()["sentinel"] == "known"
    });

    // The agent reaches nothing else either: it does not know, and the server alone is no quorum.
    bed.a1.kill();
    bed.wait_found("mx1", "imap", "unknown");
    bed.wait_found("lifeboat", "imap", "down");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(bed.state(), "normal");
    drop(blind);

    // One that reaches its control target sees the same and says so.
    let seeing = format!(
        "control_targets = [\"{nobody}\", \"{}\"]",
        bed.server.http()
    );
    let agent = bed.agent("mx1", &seeing, "");
    wait_until("it is active", PATIENCE, || bed.state() == "active");
    let sentence = bed.sentence("activated").unwrap();
    assert!(
        sentence.contains("2 of 2 vantage points failed IMAP and LMTP for "),
        "{sentence}"
    );
    assert!(sentence.contains("from mx1"), "{sentence}");

    // It knows the old canary from the server, though it never saw the mailstore itself.
    bed.a1.restart();
    bed.wait_found("mx1", "imap", "up");
    drop(agent);
}

/// A mailbox's Maildir with so many messages, which Dovecot has not indexed yet.
fn fill(a1: &Dovecot, address: &str, messages: u32) {
    let maildir = a1.home(address).join("Maildir");
    let owned = |path: &Path| std::os::unix::fs::chown(path, Some(MAIL_UID), Some(MAIL_UID));
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(maildir.join(part)).expect("create a Maildir");
        owned(&maildir.join(part)).expect("chown a Maildir");
    }
    let above = maildir.ancestors().take(3);
    above.for_each(|path| owned(path).expect("chown a home"));
    let cur = maildir.join("cur");
    for n in 0..messages {
        let message = TestMessage::plain("bob@elsewhere.test", address, &format!("m{n}"), 0);
        let file = cur.join(format!("{}.{n}.rig:2,", 1_700_000_000 + n));
        std::fs::write(&file, message.bytes).expect("write a message");
        owned(&file).expect("chown a message");
    }
}

#[test]
fn a_large_mailbox_is_opened_and_told_of_when_it_does_not_open() {
    let mailstore = format!("large_mailbox = \"{LARGE}\"\n");
    let dir = RigDir::new("ag-large");
    let bed = Bed::with(
        dir,
        "confirm = \"60s\"",
        &mailstore,
        DovecotOptions::default(),
    );
    fill(&bed.a1, LARGE, 5_000);
    bed.wait_found("lifeboat", "large", "up");
    let ready = |says: &str| {
        let check = bed
            .server
            .cli_output(&["check", "probes", "--warning", "0"]);
        String::from_utf8_lossy(&check.stdout).contains(says)
    };
    bed.a1.freeze();
    bed.wait_found("lifeboat", "large", "down");
    wait_until("the check says so", PATIENCE, || {
        ready("a1 large from lifeboat")
    });
    bed.a1.thaw();
    bed.wait_found("lifeboat", "large", "up");
}

#[test]
fn an_agent_signs_in_by_pop3_and_looks_at_certificates() {
    let dir = RigDir::new("ag-pop3");
    let (certificate, key) = certificate(dir.path(), 10);
    let options = DovecotOptions {
        extra: format!("ssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}\n"),
        ..DovecotOptions::default()
    };
    let failover = "vantages = [\"mx1\", \"mx2\"]\nquorum = 3\nconfirm = \"60s\"\n";
    let mut bed = Bed::with(dir, failover, "", options);
    let agent = |vantage: &str, warning: &str| {
        let section = format!(
            "ca_file = \"{certificate}\"\ncertificate_interval = \"1s\"\n\
             certificate_warning = \"{warning}\"\n"
        );
        let pop3 = bed.a1.pop3();
        let mailstore = format!("tls = \"starttls\"\npop3 = \"{pop3}\"\npop3_tls = \"starttls\"\n");
        bed.agent(vantage, &section, &mailstore)
    };
    let _agents = [agent("mx1", "5d"), agent("mx2", "20d")];
    for vantage in ["mx1", "mx2"] {
        bed.wait_found(vantage, "imap", "up");
        bed.wait_found(vantage, "pop3", "up");
    }
    bed.wait_found("mx1", "tls", "up");
    bed.wait_found("mx2", "tls", "down");
    assert_eq!(bed.state(), "normal", "a certificate only warns");

    // Who may not sign in does not know; who cannot reach it does.
    let others = vec![User::plain(ANN, "pw"), User::plain(SENTINEL, "another")];
    bed.a1.set_users(others);
    bed.wait_found("mx1", "pop3", "unknown");
    bed.wait_found("mx1", "imap", "unknown");
    // Dovecot answers them later and later; that is no sign of an outage either.
    std::thread::sleep(Duration::from_secs(12));
    for probe in ["pop3", "imap"] {
        assert_eq!(bed.found("mx1", probe).as_deref(), Some("unknown"));
    }
    bed.a1.kill();
    bed.wait_found("mx1", "pop3", "down");
}

/// Two agents, each on a client of its own with locks of its own, as in the outage that began all this.
#[test]
#[ignore = "long: make soak"]
fn agents_find_locks_that_do_not_hold() {
    let test = "agents::agents_find_locks_that_do_not_hold";
    on_nfs(test, Version::V3Nolock, |nfs| {
        let failover = "vantages = [\"mx1\", \"mx2\"]\nquorum = 3\nconfirm = \"60s\"\n";
        let dir = RigDir::new("ag-nfs");
        let bed = Bed::with(dir, failover, "", DovecotOptions::default());
        let agents = ["mx1", "mx2"].map(|vantage| {
            let client = if vantage == "mx1" { 1 } else { 2 };
            let volume = format!("nfs = {:?}\n", nfs.client(client));
            bed.agent(vantage, "nfs_interval = \"1m\"", &volume)
        });
        for vantage in ["mx1", "mx2"] {
            let what = format!("{vantage} finds it");
            wait_until(&what, 3 * PATIENCE, || {
                bed.found(vantage, "nfs").as_deref() == Some("down")
            });
        }
        assert_eq!(bed.sentence("activated"), None, "it only warns");
        drop(agents);
    });
}

#[test]
fn what_the_mx_defers_is_part_of_the_evidence() {
    let mut bed = Bed::new("ag-traffic", "4s");
    let mx = bed.dir.sub("mx");
    let lmtp = bed.a1.lmtp().addr();
    let postfix = Postfix::start(
        &mx,
        PostfixOptions {
            domains: vec!["example.com".into()],
            routes: vec![(ANN.into(), "a1".into())],
            mailstores: vec![("a1".into(), lmtp)],
            ..PostfixOptions::default()
        },
    );
    let log = format!("mail_log = {:?}", postfix.log_path());
    let names = format!("log_names = [\"127.0.0.1[127.0.0.1]:{}\"]", lmtp.port());
    let _agent = bed.agent("mx1", &log, &names);
    bed.wait_found("mx1", "imap", "up");
    bed.wait_found("lifeboat", "imap", "up");
    bed.a1.kill();
    for n in 0..3 {
        let message = TestMessage::plain("bob@elsewhere.test", ANN, &format!("m{n}"), 0);
        postfix.submit("bob@elsewhere.test", &[ANN], &message.bytes);
    }
    wait_until("it is active", PATIENCE, || bed.state() == "active");
    let sentence = bed.sentence("activated").unwrap();
    assert!(sentence.contains(" s, Postfix deferred 3"), "{sentence}");
}

#[test]
fn a_report_from_an_unknown_vantage_point_is_refused_in_words() {
    let bed = Bed::new("ag-unknown", "500ms");
    let agent = bed.agent("mx9", "", "");
    wait_until("the agent says why", PATIENCE, || {
        tail(&agent.log, 20).contains("name it in failover.vantages")
    });
    assert_eq!(bed.found("mx9", "imap"), None);
}
