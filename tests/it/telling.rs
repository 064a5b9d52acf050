//! Users who are told at their other address that their usual mail is out, and that it is back; and the link by
//! which they sign in when they have no password here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::binary;
use crate::rig::sink::SinkMessage;
use crate::rig::{
    Browser, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix, PostfixOptions, RigDir, Sink,
    wait_for, wait_until,
};

const PATIENCE: Duration = Duration::from_secs(60);
/// Users who are to be told.
const USERS: usize = 300;

/// A server over mailstores that do not answer.
fn server(dir: &RigDir, smarthost: &str, rows: &str) -> Lifeboat {
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").expect("write a password");
    let mailstore = |id: &str| MailstoreOptions {
        id: id.into(),
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        master_password_file: password.clone(),
        sentinel: None,
        extra: String::new(),
    };
    let extra = format!(
        "[relay]\nsmarthost = \"{smarthost}\"\nretry_after = \"1s\"\nretry_after_max = \"2s\"\n\
         [failover]\npolicy = \"manual\"\nreturning = \"1s\"\n[probe]\ninterval = \"60s\"\n\
         [announce]\nmail_from = \"service@ops.test\"\nusers_after = \"0s\"\n\
         users_per_minute = 3000\n"
    );
    let options = LifeboatOptions {
        mailstores: vec![mailstore("a1"), mailstore("b1")],
        extra,
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
    let file = dir.path().join("rows");
    std::fs::write(&file, rows).expect("write rows");
    let file = file.display().to_string();
    lifeboat.cli(&["provision", &file, "--format", "ndjson"]);
    lifeboat
}

fn row(address: &str, mailstore: &str, reseller: &str, recovery: Option<&str>) -> String {
    let recovery = recovery.map_or(String::new(), |to| format!(",\"recovery\":\"{to}\""));
    format!(
        "{{\"mailbox\":\"{address}\",\"mailstore\":\"{mailstore}\",\"reseller\":\"{reseller}\"{recovery}}}\n"
    )
}

/// The Message-IDs of the letters that each address got.
fn letters(sink: &Sink, subject: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in sink.messages() {
        if message.contains(subject) {
            let id = header(&message, "Message-ID:");
            found.entry(message.to[0].clone()).or_default().insert(id);
        }
    }
    found
}

fn header(message: &SinkMessage, name: &str) -> String {
    let text = String::from_utf8_lossy(&message.data).into_owned();
    let line = text.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("no {name} in {text}"))
        .to_owned()
}

fn failover(lifeboat: &Lifeboat, what: &str, more: &[&str]) {
    let order = ["failover", what, "mailstore:a1", "--reason", "test"];
    lifeboat.cli(&[&order[..], more].concat());
}

#[test]
fn each_user_is_told_once_whatever_dies_in_between_and_told_again_when_it_is_over() {
    const OUT: &str = "your usual mail is out";
    const BACK: &str = "your usual mail works again";
    let dir = RigDir::new("telling");
    let sink = Sink::start();
    let mut rows: String = (0..USERS)
        .map(|n| {
            let to = format!("user{n}@elsewhere.test");
            row(&format!("u{n:03}@acme.test"), "a1", "acme", Some(&to))
        })
        .collect();
    // Reached at a mailbox of the platform that is as usual, and at one that is out as well.
    rows += &row("well@acme.test", "b1", "acme", Some("other@elsewhere.test"));
    rows += &row("x-well@acme.test", "a1", "acme", Some("well@acme.test"));
    rows += &row("x-out@acme.test", "a1", "acme", Some("u000@acme.test"));
    rows += &row("x-out2@acme.test", "a1", "acme", Some("u000+y@acme.test"));
    rows += &row("x-self@acme.test", "a1", "acme", Some("x-self@acme.test"));
    rows += &row("x-none@acme.test", "a1", "acme", None);
    rows += &row(
        "x-refused@acme.test",
        "a1",
        "acme",
        Some("refused@elsewhere.test"),
    );
    rows += &row("eve@rival.test", "a1", "rival", Some("eve@elsewhere.test"));
    let mut lifeboat = server(&dir, &sink.port().to_string(), &rows);
    sink.refuse("refused@", "550 5.1.1 No such user");
    // These have to wait, so that whenever it is killed it is in the middle.
    sink.refuse("user2", "450 4.2.0 Later");
    let set = |scope, tell, more: &[&str]| {
        let set = [
            "user-notices",
            "set",
            scope,
            "--tell",
            tell,
            "--reason",
            "test",
        ];
        lifeboat.cli(&[&set[..], more].concat())
    };
    let said = set("reseller:acme", "yes", &["--link"]);
    assert!(
        said.contains("users are told, in en, with where to ask"),
        "{said}"
    );

    failover(&lifeboat, "activate", &[]);
    wait_until("some are told", PATIENCE, || {
        letters(&sink, OUT).len() > USERS / 5
    });
    lifeboat.kill();
    let before = letters(&sink, OUT).len();
    assert!(before < USERS, "it was killed in the middle: {before}");
    sink.accept_all();
    sink.refuse("refused@", "550 5.1.1 No such user");
    lifeboat.restart();
    wait_until("all had their turn", PATIENCE, || {
        let progress = lifeboat.cli_json(&["user-notices", "progress", "--json"]);
        progress[0]["all"] == true
    });
    let mut expected: BTreeSet<String> = (0..USERS)
        .map(|n| format!("user{n}@elsewhere.test"))
        .collect();
    expected.insert("well@acme.test".to_owned());
    wait_until("all are told", PATIENCE, || {
        letters(&sink, OUT).len() >= expected.len()
    });
    let told = letters(&sink, OUT);
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), expected);
    // What the sink took and nobody noted before the kill comes again, as the same letter.
    let twice: Vec<_> = told.iter().filter(|(_, ids)| ids.len() != 1).collect();
    assert!(twice.is_empty(), "more than one letter: {twice:?}");
    let letter = sink.wait_for(OUT, PATIENCE);
    assert_eq!(letter.from, "", "nothing comes back");
    for needed in [
        "Auto-Submitted: auto-generated",
        "service@ops.test",
        "/login/forgotten",
    ] {
        assert!(letter.contains(needed), "{needed}: {letter:?}");
    }

    // Whose turn was passed over has it when the policy says so later.
    assert!(!told.contains_key("eve@elsewhere.test"));
    let set = |scope, tell| {
        lifeboat.cli(&[
            "user-notices",
            "set",
            scope,
            "--tell",
            tell,
            "--reason",
            "test",
        ])
    };
    set("domain:rival.test", "yes");
    wait_until("eve is told", PATIENCE, || {
        letters(&sink, OUT).contains_key("eve@elsewhere.test")
    });
    assert!(letters(&sink, OUT).values().all(|ids| ids.len() == 1));

    // Users whom the first letter did not reach get no second.
    wait_until("the refused letter is given up", PATIENCE, || {
        let queue = lifeboat.cli_json(&["queue", "list", "--json"]);
        queue.as_array().is_some_and(Vec::is_empty)
    });
    failover(&lifeboat, "return", &["--accept-changed-mailstore"]);
    expected.insert("eve@elsewhere.test".to_owned());
    wait_until("all are told that it is back", PATIENCE, || {
        letters(&sink, BACK).len() >= expected.len()
    });
    let back = letters(&sink, BACK);
    assert_eq!(back.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert!(back.values().all(|ids| ids.len() == 1), "{back:?}");
    wait_until("it is counted", PATIENCE, || {
        let progress = lifeboat.cli_json(&["user-notices", "progress", "--json"]);
        progress[0]["told_back"].as_u64() == Some(expected.len() as u64)
    });
    lifeboat.cli(&["store", "check"]);
    lifeboat.cli(&["audit", "verify"]);
}

#[test]
fn an_outage_that_ends_before_their_turn_is_not_told() {
    let dir = RigDir::new("telling-late");
    let sink = Sink::start();
    // The smarthost takes nothing: the letters wait.
    sink.refuse("user", "450 4.2.0 Later");
    let rows: String = (0..5)
        .map(|n| {
            let to = format!("user{n}@elsewhere.test");
            row(&format!("u{n}@acme.test"), "a1", "acme", Some(&to))
        })
        .collect();
    let lifeboat = server(&dir, &sink.port().to_string(), &rows);
    lifeboat.cli(&[
        "user-notices",
        "set",
        "all",
        "--tell",
        "yes",
        "--reason",
        "test",
    ]);
    failover(&lifeboat, "activate", &[]);
    let queued = || {
        let queue = lifeboat.cli_json(&["queue", "list", "--json"]);
        queue.as_array().map_or(0, Vec::len)
    };
    wait_until("five letters wait", PATIENCE, || queued() == 5);
    failover(&lifeboat, "return", &["--accept-changed-mailstore"]);
    wait_until("they are stopped", PATIENCE, || queued() == 0);
    sink.accept_all();
    // A sixth that is sent now arrives behind any of them.
    lifeboat.cli(&["contact", "add", "boss@elsewhere.test"]);
    lifeboat.cli(&["failover", "activate", "mailstore:b1", "--reason", "test"]);
    sink.wait_for("the emergency webmail is open", PATIENCE);
    let to_users: Vec<_> = sink
        .messages()
        .into_iter()
        .filter(|m| m.to[0].starts_with("user"))
        .collect();
    assert!(to_users.is_empty(), "{to_users:?}");
}

#[test]
fn a_link_is_mailed_to_the_other_address_and_opens_the_mailbox_once() {
    let dir = RigDir::new("forgotten");
    let sink = Sink::start();
    let postfix = Postfix::start(
        &dir.sub("postfix"),
        PostfixOptions {
            relayhost: Some(sink.port().addr()),
            ..PostfixOptions::default()
        },
    );
    let rows = row("ann@acme.test", "a1", "acme", Some("ann@elsewhere.test"))
        + &row("bob@acme.test", "a1", "acme", None)
        + &row("cat@acme.test", "a1", "acme", Some("cat@elsewhere.test"));
    let lifeboat = server(&dir, &postfix.smtp().to_string(), &rows);
    let mut browser = Browser::new(lifeboat.http().addr());
    let ask = |browser: &mut Browser, address: &str| {
        let page = browser.open("/login/forgotten");
        let form = page.form("/login/forgotten").set("address", address);
        browser.submit(&form).text()
    };
    assert!(browser.open("/login").text().contains("/login/forgotten"));
    let unknown = ask(&mut browser, "nobody@acme.test");
    let known = ask(&mut browser, "ann@acme.test");
    assert_eq!(unknown, known, "the answer tells nothing");
    assert_eq!(ask(&mut browser, "bob@acme.test"), known);
    let letter = sink.wait_for("your link to sign in", PATIENCE);
    assert_eq!(letter.to, ["ann@elsewhere.test"]);
    let text = String::from_utf8_lossy(&letter.data)
        .replace("=\r\n", "")
        .replace("=3D", "=");
    let key = text.split("/login/link?key=").nth(1).expect("a link");
    let path = format!(
        "/login/link?key={}",
        key.split_whitespace().next().expect("a key")
    );
    let page = wait_for("the link's page", PATIENCE, || {
        let page = browser.open(&path);
        (page.status == 200).then_some(page)
    });
    let inbox = browser.submit(&page.form("/login/link"));
    assert!(inbox.text().contains("ann@acme.test"), "{}", inbox.text());
    let mut other = Browser::new(lifeboat.http().addr());
    assert_eq!(other.open(&path).status, 404, "it opens once");
    // The second comes later, whoever asks.
    ask(&mut other, "ann@acme.test");
    ask(&mut other, "cat@acme.test");
    wait_until("the next one's link is there", PATIENCE, || {
        sink.messages()
            .iter()
            .any(|m| m.to == ["cat@elsewhere.test"])
    });
    let to_ann = |m: &&SinkMessage| m.to == ["ann@elsewhere.test"];
    assert_eq!(sink.messages().iter().filter(to_ann).count(), 1);
}
