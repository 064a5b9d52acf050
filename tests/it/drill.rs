//! A drill on real parts: by way of the MX and the smarthost, and what Dovecot has afterwards.

use std::time::Duration;

use serde_json::Value;

use crate::binary;
use crate::rig::{
    Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Port, Postfix,
    PostfixOptions, RigDir, User, wait_until,
};

const CANARY: &str = "canary@drill.test";

struct Bed {
    a1: Dovecot,
    lifeboat: Lifeboat,
    mx: Postfix,
    _dir: RigDir,
}

impl Bed {
    fn new() -> Self {
        let dir = RigDir::new("drill");
        let options = DovecotOptions {
            users: vec![User::plain(CANARY, "pw")],
            ..DovecotOptions::default()
        };
        let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
        let mut lifeboat = Lifeboat::prepare(
            binary(),
            &dir.sub("lifeboat"),
            LifeboatOptions {
                mailstores: vec![MailstoreOptions::of(&a1)],
                ..LifeboatOptions::default()
            },
        );
        let mx = Postfix::start(
            &dir.sub("mx"),
            PostfixOptions {
                domains: vec!["drill.test".into()],
                socketmap: Some(lifeboat.socketmap().addr()),
                routes: vec![("drill.test".into(), "a1".into())],
                mailstores: vec![("a1".into(), a1.lmtp().addr())],
                ..PostfixOptions::default()
            },
        );
        lifeboat.set_options(|options| {
            options.smarthost = Some(mx.smtp().to_string());
            options.extra = configured(mx.smtp());
        });
        lifeboat.restart();
        let users = a1.passwd_file().display().to_string();
        lifeboat.cli(&[
            "provision",
            &users,
            "--format",
            "passwd-file",
            "--mailstore",
            "a1",
        ]);
        Self {
            a1,
            lifeboat,
            mx,
            _dir: dir,
        }
    }

    /// Holds a drill; the exit status and the report.
    fn hold(&self) -> (Option<i32>, Value) {
        let output = self.lifeboat.cli_output(&["drill", "run", "--json"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let report = serde_json::from_str(&said);
        let error = String::from_utf8_lossy(&output.stderr);
        (
            output.status.code(),
            report.unwrap_or_else(|_| panic!("{said}{error}")),
        )
    }

    fn goes_home(&self) -> bool {
        let scope = format!("mailbox:{CANARY}");
        let view = self
            .lifeboat
            .cli_json(&["failover", "show", &scope, "--json"]);
        view["route"] == "primary"
    }
}

fn configured(mx: &Port) -> String {
    format!(
        "[drill]\nmailbox = \"{CANARY}\"\nmx = \"{mx}\"\nstep_timeout = \"20s\"\n\
         [probe]\ninterval = \"500ms\"\n"
    )
}

#[test]
fn a_drill_goes_all_the_way_and_one_that_fails_goes_back() {
    let mut bed = Bed::new();
    wait_until("the mailstore is seen", Duration::from_secs(20), || {
        bed.lifeboat
            .cli_output(&["check", "probes"])
            .status
            .success()
    });
    let (status, report) = bed.hold();
    assert_eq!(status, Some(0), "{report:#}");
    assert!(["passed", "slow"].contains(&report["verdict"].as_str().unwrap()));
    let steps: Vec<&str> = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    let all = [
        "prepare", "switch", "receive", "read", "send", "return", "merge", "verify",
    ];
    assert_eq!(steps, all, "{report:#}");
    for step in report["steps"].as_array().unwrap() {
        let (name, took) = (&step["step"], &step["took_ms"]);
        println!(
            "drill: {name} took {took} ms (target {} ms)",
            step["target_ms"]
        );
    }
    assert_eq!(bed.a1.session(CANARY).fetch_all("INBOX").len(), 2);
    assert_eq!(bed.a1.session(CANARY).fetch_all("Sent").len(), 1);
    assert!(bed.goes_home());

    let domain = ["domain:drill.test", "--reason", "a test"];
    bed.lifeboat
        .cli(&[&["failover", "pin-primary"], &domain[..]].concat());
    let (status, report) = bed.hold();
    assert_eq!(status, Some(1), "{report:#}");
    let shown = bed
        .lifeboat
        .cli_json(&["failover", "show", domain[0], "--json"]);
    assert_eq!(
        shown["mode"], "primary",
        "somebody's override is still there"
    );
    bed.lifeboat
        .cli(&[&["failover", "auto"], &domain[..]].concat());

    bed.mx.kill();
    let (status, report) = bed.hold();
    assert_eq!(status, Some(1), "{report:#}");
    assert_eq!(report["verdict"], "failed", "{report:#}");
    let last: Vec<&Value> = report["steps"].as_array().unwrap().iter().rev().collect();
    assert_eq!(last[0]["step"], "return", "{report:#}");
    assert_eq!(
        (&last[1]["step"], &last[1]["passed"]),
        (&"receive".into(), &false.into())
    );
    assert!(bed.goes_home());
    let history = bed.lifeboat.cli_json(&["drill", "list", "--json"]);
    let verdicts: Vec<&Value> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|drill| &drill["verdict"])
        .collect();
    assert_eq!(verdicts.len(), 3, "{history:#}");
    assert_eq!(verdicts[0], "failed");
}
