//! The merge by its commands, over the admin socket and the API of the running program, into a real
//! Dovecot: orders, receipts, plan and verify.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::Value;

use super::binary;
use crate::rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, RigDir,
    SmtpClient, TestMessage, User, http, wait_until,
};

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";
const SENTINEL: &str = "sentinel@a1.test";
const PATIENCE: Duration = Duration::from_secs(60);

struct Bench {
    a1: Dovecot,
    lifeboat: Lifeboat,
    _dir: RigDir,
}

impl Bench {
    /// A mailstore with a sentinel, and a server that knows both mailboxes.
    fn new(name: &str) -> Self {
        Self::with(name, "")
    }

    /// As [`Self::new`], with more configuration.
    fn with(name: &str, extra: &str) -> Self {
        let dir = RigDir::new(name);
        let users = [ANN, BEN, SENTINEL];
        let options = DovecotOptions {
            users: users.iter().map(|user| User::plain(user, "pw")).collect(),
            ..DovecotOptions::default()
        };
        let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
        let mut mailstore = MailstoreOptions::of(&a1);
        mailstore.sentinel = Some(SENTINEL.into());
        let lifeboat = Lifeboat::start(
            binary(),
            &dir.sub("lifeboat"),
            LifeboatOptions {
                mailstores: vec![mailstore],
                extra: extra.to_owned(),
                ..LifeboatOptions::default()
            },
        );
        let rows = dir.path().join("users.ndjson");
        let text = [(ANN, "acme"), (BEN, "acme")].map(|(user, reseller)| {
            format!(
                "{{\"mailbox\":\"{user}\",\"mailstore\":\"a1\",\"reseller\":\"{reseller}\",\
                 \"password_hash\":\"{{PLAIN}}secret\"}}\n"
            )
        });
        std::fs::write(&rows, text.concat()).expect("write rows");
        lifeboat.cli(&["provision", &rows.display().to_string()]);
        let bench = Self {
            a1,
            lifeboat,
            _dir: dir,
        };
        wait_until("it may be merged into", PATIENCE, || {
            bench.mailstore()["open"] == true
        });
        bench
    }

    fn mailstore(&self) -> Value {
        self.lifeboat.cli_json(&["merge", "status", "--json"])["mailstores"][0].clone()
    }

    fn failover(&self, what: &str) {
        let order = ["failover", what, "mailstore:a1", "--reason", "a test"];
        self.lifeboat.cli(&order);
    }

    fn deliver(&self, to: &str, token: &str) {
        let server = self.lifeboat.lmtp().addr();
        let mut lmtp = SmtpClient::connect(server, Dialect::Lmtp).expect("connect");
        let message = TestMessage::plain("bob@elsewhere.test", to, token, 2_000);
        let replies = lmtp
            .send("bob@elsewhere.test", &[to], &message.bytes)
            .expect("send");
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }

    fn receipts(&self, of: &str) -> Value {
        let of = format!("mailbox:{of}");
        self.lifeboat.cli_json(&["merge", "receipt", &of, "--json"])
    }

    fn api(&self, token: &str, path: &str) -> (u16, String) {
        let bearer = (
            "Authorization".to_owned(),
            format!("Bearer {}", token.trim()),
        );
        let server = self.lifeboat.http().addr();
        let answer = http::request(server, "GET", path, &[bearer], None).expect("ask the API");
        (answer.status, answer.text())
    }
}

#[test]
fn orders_hold_and_receipts_say_what_was_merged_and_where_it_is() {
    let mut bench = Bench::new("merge-commands");
    bench.failover("activate");
    for token in ["one", "two", "three"] {
        bench.deliver(ANN, token);
    }
    bench.deliver(BEN, "for-ben");
    let paused = bench
        .lifeboat
        .cli_json(&["merge", "pause", "a1", "--reason", "hold it", "--json"]);
    assert_eq!(
        (&paused["paused"], &paused["unmerged"]),
        (&true.into(), &4.into())
    );
    bench.failover("return");
    wait_until("it may be merged into", PATIENCE, || {
        bench.mailstore()["open"] == true
    });
    // An order outlives the server.
    bench.lifeboat.kill();
    bench.lifeboat.restart();
    wait_until("it may be merged into again", PATIENCE, || {
        bench.mailstore()["open"] == true
    });
    std::thread::sleep(Duration::from_secs(3));
    let held = bench.mailstore();
    assert_eq!(
        (&held["unmerged"], &held["reason"]),
        (&4.into(), &"hold it".into())
    );
    assert_eq!(bench.receipts(ANN), Value::Array(Vec::new()));

    let run = [
        "merge",
        "run",
        "mailstore:a1",
        "--reason",
        "go on",
        "--wait",
        "--json",
    ];
    let done = bench.lifeboat.cli_json(&run);
    assert_eq!(
        (&done["unmerged"], &done["paused"]),
        (&0.into(), &false.into())
    );
    let receipts = bench.receipts(ANN);
    let receipt = &receipts[0];
    assert_eq!(receipt["standing"], "verified");
    assert_eq!(receipt["counts"]["received"], 3);
    assert_eq!(receipt["folders"][0]["name"], "INBOX");
    assert_eq!(receipt["folders"][0]["uid_next_before"], 1);
    let of = format!("mailbox:{ANN}");
    let whole = bench
        .lifeboat
        .cli_json(&["merge", "receipt", &of, "--messages", "--json"]);
    let messages = whole["messages"].as_array().expect("messages");
    let inbox = bench.a1.session(ANN).fetch_all("INBOX");
    assert_eq!(messages.len(), inbox.len());
    for (message, stored) in messages.iter().zip(&inbox) {
        assert_eq!(message["uid"], stored.uid);
        let delivery = message["delivery"].as_str().expect("a delivery");
        assert!(String::from_utf8_lossy(&stored.body).contains(delivery));
    }

    // What arrives late is added, and makes the receipt's next version.
    bench.deliver(ANN, "late");
    wait_until("it is merged and receipted", PATIENCE, || {
        bench.receipts(ANN)[0]["version"] == 2
    });
    assert_eq!(bench.receipts(ANN)[0]["counts"]["received"], 4);
    let outage = bench
        .lifeboat
        .cli_json(&["merge", "receipt", "outage:last", "--json"]);
    assert_eq!(
        (&outage["mailboxes"], &outage["counts"]["received"]),
        (&2.into(), &5.into())
    );
    bench.lifeboat.cli(&["store", "check"]);
}

#[test]
fn a_merged_mailbox_can_only_be_read_until_the_next_activation() {
    let bench = Bench::new("merge-closed");
    bench.failover("activate");
    bench.deliver(ANN, "one");
    let mut browser = http::Browser::new(bench.lifeboat.http().addr());
    let sign_in = browser.open("/login").form("/login");
    browser.submit(&sign_in.set("address", ANN).set("password", "secret"));
    let inbox = browser.open("/mail/inbox");
    let href = inbox.links("Test one").into_iter().next();
    let message = browser.open(&href.expect("a link to the message"));
    let actions = message.form("/mail/actions");

    bench.failover("return");
    wait_until("it is merged", PATIENCE, || {
        bench.receipts(ANN)[0]["version"] == 1
    });
    let inbox = browser.open("/mail/inbox").text();
    assert!(inbox.contains("no longer be changed"), "{inbox}");
    assert!(!inbox.contains("/mail/compose"), "nothing to write with");
    let refused = browser.press(&actions, "action", "archive");
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert_eq!(browser.open("/mail/compose").status, 409);
    let receipt = browser.open("/mail/receipt").text();
    let said = "1 message that arrived here was added";
    assert!(receipt.contains(said), "{receipt}");

    bench.failover("activate");
    let moved = browser.press(&actions, "action", "archive");
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(browser.open("/mail/archive").links("Test one").len(), 1);
}

#[test]
fn receipts_are_their_owners_business() {
    let bench = Bench::new("merge-owners");
    bench.failover("activate");
    bench.deliver(ANN, "one");
    bench.failover("return");
    wait_until("it is merged", PATIENCE, || {
        bench.receipts(ANN)[0]["version"] == 1
    });
    let token = |reseller: &str| {
        let role = [
            "token",
            "create",
            "--role",
            "reseller",
            "--reseller",
            reseller,
        ];
        bench.lifeboat.cli(&role)
    };
    let (acme, rival) = (token("acme"), token("rival"));
    let paths = [
        format!("/api/v1/merges/mailboxes/{ANN}/receipts"),
        format!("/api/v1/merges/mailboxes/{ANN}"),
        "/api/v1/merges/domains/example.com/receipts".to_owned(),
    ];
    for path in &paths {
        assert_eq!(bench.api(&rival, path).0, 404, "{path}");
        let (status, text) = bench.api(&acme, path);
        assert_eq!(status, 200, "{path}: {text}");
        assert!(text.contains(ANN), "{path}: {text}");
    }
    // How it stands, of what is its own: all of it is merged.
    for of in [&acme, &rival] {
        let (status, text) = bench.api(of, "/api/v1/merges");
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("\"unmerged\":0"), "{text}");
        assert!(!text.contains(ANN), "{text}");
    }
}

#[test]
fn a_plan_touches_nothing_and_a_verification_finds_what_is_gone() {
    let bench = Bench::new("merge-plan");
    bench.failover("activate");
    for token in ["one", "two"] {
        bench.deliver(ANN, token);
    }
    let pause = ["merge", "pause", "a1", "--reason", "look first"];
    bench.lifeboat.cli(&pause);
    bench.failover("return");
    let before = bench.a1.session(ANN).examine("INBOX");
    let folders = bench.a1.session(ANN).folders();
    let plan = bench
        .lifeboat
        .cli_json(&["merge", "plan", "mailstore:a1", "--json"]);
    let verdict = |check: &str| {
        let checks = plan["door"].as_array().expect("the door");
        let found = checks.iter().find(|found| found["check"] == check);
        found.expect(check)["verdict"].clone()
    };
    for check in [
        "connection",
        "sign-in",
        "multiappend",
        "uidplus",
        "move",
        "inbox",
        "junk",
    ] {
        assert_eq!(verdict(check), "good", "{check}: {plan:#}");
    }
    let mailbox = &plan["mailboxes"][0];
    assert_eq!(mailbox["mailbox"], ANN, "{plan:#}");
    assert_eq!(mailbox["folders"][0]["name"], "INBOX");
    assert_eq!(mailbox["folders"][0]["messages"], 2);
    assert_eq!(mailbox["problem"], Value::Null);
    let after = bench.a1.session(ANN).examine("INBOX");
    assert_eq!(
        (after.uid_next, after.exists),
        (before.uid_next, before.exists)
    );
    assert_eq!(bench.a1.session(ANN).folders(), folders);

    let run = ["merge", "run", "mailstore:a1", "--reason", "go", "--wait"];
    bench.lifeboat.cli(&run);
    let of = format!("mailbox:{ANN}");
    let verify = ["merge", "verify", &of, "--json"];
    let sound = bench.lifeboat.cli_json(&verify);
    assert_eq!((&sound["same"], &sound["gone"]), (&2.into(), &0.into()));
    let mut session = bench.a1.session(ANN);
    session.select("INBOX");
    session.command("UID STORE 1 +FLAGS (\\Deleted)");
    session.command("EXPUNGE");
    drop(session);
    let later = bench.lifeboat.cli_json(&verify);
    assert_eq!(
        (&later["same"], &later["gone"], &later["different"]),
        (&1.into(), &1.into(), &0.into())
    );
}

#[test]
fn a_message_is_traced_from_its_acceptance_to_its_merge() {
    let bench = Bench::new("trace");
    bench.failover("activate");
    bench.deliver(ANN, "traced");
    let trace = |what: &str| {
        let view = bench.lifeboat.cli_json(&["trace", what, "--json"]);
        view["journeys"][0].clone()
    };
    let waits = trace("<traced@rig.test>");
    let recipient = &waits["recipients"][0];
    assert_eq!(
        (&recipient["address"], &recipient["state"]),
        (&ANN.into(), &"standby".into()),
        "{waits:#}"
    );
    let delivery = recipient["delivery"].as_str().expect("a delivery");
    for name in [ANN, delivery] {
        assert_eq!(trace(name), waits, "{name}");
    }
    bench.failover("return");
    let run = ["merge", "run", "mailstore:a1", "--reason", "go", "--wait"];
    bench.lifeboat.cli(&run);
    let merged = trace(delivery);
    assert_eq!(merged["recipients"][0]["state"], "merged", "{merged:#}");
    let text = merged.to_string();
    assert!(text.contains("INBOX, UIDVALIDITY"), "{text}");
    assert!(text.contains("UID 1, read back"), "{text}");
    assert!(
        !text.contains("Subject") && !text.contains("Test traced"),
        "{text}"
    );
    let unknown = bench.lifeboat.cli_output(&["trace", "nobody@nowhere.test"]);
    assert!(!unknown.status.success(), "{unknown:?}");
}

/// One copy stays, one is moved, one is deleted, as a mailstore that lost it would show: only the last is
/// appended again.
#[test]
fn what_is_gone_is_merged_again_by_order_and_the_rest_is_not_doubled() {
    let bench = Bench::new("merge-again");
    let of = format!("mailbox:{ANN}");
    let again = ["merge", "again", &of, "--reason", "restored", "--wait"];
    let early = bench.lifeboat.cli_output(&again);
    assert!(!early.status.success(), "nothing was merged yet: {early:?}");
    bench.failover("activate");
    for token in ["stays", "moved", "lost"] {
        bench.deliver(ANN, token);
    }
    bench.failover("return");
    let run = ["merge", "run", "mailstore:a1", "--reason", "go", "--wait"];
    bench.lifeboat.cli(&run);
    let mut session = bench.a1.session(ANN);
    session.select("INBOX");
    session.command("CREATE Kept");
    session.command("UID MOVE 2 Kept");
    session.command("UID STORE 3 +FLAGS (\\Deleted)");
    session.command("EXPUNGE");
    drop(session);
    for round in ["first", "second"] {
        bench.lifeboat.cli(&again);
        let view = bench.lifeboat.cli_json(&["merge", "verify", &of, "--json"]);
        let inbox = bench.a1.session(ANN).examine("INBOX");
        let kept = bench.a1.session(ANN).examine("Kept");
        assert_eq!((inbox.exists, kept.exists), (2, 1), "{round}: {view:#}");
        assert_eq!(inbox.uid_next, 5, "{round}: one message was appended");
        assert_eq!(view["different"], 0, "{round}: {view:#}");
    }
    bench.failover("activate");
    let closed = bench.lifeboat.cli_output(&again);
    let said = String::from_utf8_lossy(&closed.stderr);
    assert!(said.contains("proves nothing"), "{said}");
}

#[test]
fn merged_mail_is_purged_after_its_retention_and_leaves_its_receipt() {
    let bench = Bench::with(
        "merge-purge",
        "[merge]\nretention = \"3s\"\n[failover]\nreturning = \"2s\"\n",
    );
    bench.failover("activate");
    bench.deliver(ANN, "one");
    bench.deliver(BEN, "two");
    bench.failover("return");
    wait_until("it is purged", Duration::from_secs(120), || {
        let receipts = [bench.receipts(ANN), bench.receipts(BEN)];
        receipts
            .iter()
            .all(|receipts| receipts[0]["purged_at"].is_string())
    });
    assert_eq!(bench.receipts(ANN)[0]["counts"]["received"], 1);
    bench.lifeboat.cli(&["store", "check"]);
    assert_eq!(bench.a1.session(ANN).fetch_all("INBOX").len(), 1);
    let of = format!("mailbox:{ANN}");
    let sound = bench.lifeboat.cli_json(&["merge", "verify", &of, "--json"]);
    assert_eq!(sound["same"], 1);
    // The next outage begins with an empty mailbox and appends only what is new.
    bench.failover("activate");
    bench.deliver(ANN, "again");
    bench.failover("return");
    wait_until("it is merged too", PATIENCE, || {
        bench.a1.session(ANN).fetch_all("INBOX").len() == 2
    });
}

/// The reseller's script of the README, up to the line that begins with `later`, and from there on.
fn script_of_the_readme(server: &str) -> (String, String) {
    const LATER: &str = "# Later:";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("read the README");
    let start = readme.find("at=https://webmail").expect("the script");
    let script = readme[start..].split("```").next().expect("its end");
    let script = script
        .replace("https://webmail.example.com", &format!("http://{server}"))
        .replace("sleep 5", "sleep 0.2")
        // Two mailboxes are more than a page then.
        .replace("pages \"$at/mailboxes?", "pages \"$at/mailboxes?limit=1&");
    let (before, after) = script.split_once(LATER).expect("two parts");
    let (head, _) = before.split_once("# A domain that moves").expect("a head");
    (before.to_owned(), format!("{head}{LATER}{after}"))
}

#[test]
fn a_resellers_script_of_the_readme_does_what_it_says() {
    let bench = Bench::new("readme-script");
    let lifeboat = &bench.lifeboat;
    let token = lifeboat.cli(&[
        "token",
        "create",
        "--role",
        "reseller",
        "--reseller",
        "acme",
    ]);
    let dir = bench._dir.path();
    // What is asked in the waiting fails at first, as while the server is started again.
    let curl = dir.join("curl");
    let fails = "#!/bin/sh\ncase \"$*\" in *limit=1*domain=*) [ -e failed ] || { touch failed; exit 22; };; esac\n\
                 exec /usr/bin/curl \"$@\"\n";
    std::fs::write(&curl, fails).expect("write a curl that fails");
    let may_run = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&curl, may_run).expect("make it a program");
    let path = format!(
        "{}:{}",
        dir.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let run = |script: &str| {
        let output = std::process::Command::new("timeout")
            .args(["60", "sh", "-euc", script])
            .env("LIFEBOAT_TOKEN", token.trim())
            .env("PATH", &path)
            .current_dir(dir)
            .output()
            .expect("run the script");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{errors}");
        said
    };
    let (first, later) = script_of_the_readme(&lifeboat.http().addr().to_string());
    let said = run(&first);
    for user in [ANN, BEN] {
        assert!(said.contains(&format!("{user}\n")), "{said}");
    }
    let csv = std::fs::read_to_string(dir.join("affected.csv")).expect("the file");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(
        csv.contains("ann@example.com,a1,acme,standby,domain,"),
        "{csv}"
    );
    bench.deliver(ANN, "moving");
    let said = run(&later);
    assert!(dir.join("failed").exists(), "it was asked");
    assert!(said.contains("\"verified\""), "{said}");
    assert!(said.contains("\"total\": 2"), "{said}");
    assert_eq!(bench.receipts(ANN)[0]["counts"]["received"], 1, "{said}");
}
