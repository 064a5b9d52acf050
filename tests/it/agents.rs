//! Agents: vantage points as processes of their own, on a real Dovecot and a real Postfix.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::binary;
use crate::rig::lifeboat::tail;
use crate::rig::{
    Dovecot, DovecotOptions, Group, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix,
    PostfixOptions, RigDir, Server, TestMessage, User, wait_until,
};

const ANN: &str = "ann@example.com";
const SENTINEL: &str = "sentinel@a1.test";
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
        let dir = RigDir::new(name);
        let options = DovecotOptions {
            users: vec![User::plain(ANN, "pw"), User::plain(SENTINEL, PASSWORD)],
            ..DovecotOptions::default()
        };
        let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
        let mailstore = MailstoreOptions {
            sentinel: Some(SENTINEL.into()),
            ..MailstoreOptions::of(&a1)
        };
        let extra = format!(
            "[probe]\ninterval = \"300ms\"\ntimeout = \"2s\"\nsentinel_interval = \"600ms\"\n\n\
             [failover]\nvantages = [\"mx1\"]\nfailures = 2\nobservations = 3\n\
             confirm = \"{confirm}\"\n"
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
             timeout = \"2s\"\nreport_interval = \"100ms\"\n{section}\n\
             [[mailstore]]\nid = \"a1\"\nimap = \"{}\"\nlmtp = \"{}\"\nsentinel = \"{SENTINEL}\"\n\
             sentinel_password_file = {password:?}\n{mailstore}\n",
            self.server.http(),
            self.a1.imap(),
            self.a1.lmtp(),
        );
        let config = file("toml", &config);
        let log = file("log", "");
        let mut command = Command::new(binary());
        let out = std::fs::File::create(&log).expect("open an agent's log");
        command
            .args([Path::new("agent"), Path::new("--agent-config"), &config])
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
