//! The command line, the API and the admin socket of the running program: what scripts rely on.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use super::binary;
use crate::rig::{
    Dialect, Lifeboat, LifeboatOptions, MailstoreOptions, RigDir, SmtpClient, TestMessage, http,
    wait_until,
};

const ANN: &str = "ann@example.com";

/// A server over a mailstore that does not answer; nothing here needs it.
fn prepare(dir: &RigDir) -> Lifeboat {
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").expect("write a password");
    let mailstore = MailstoreOptions {
        id: "a1".into(),
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        master_password_file: password,
        sentinel: None,
        extra: String::new(),
    };
    let options = LifeboatOptions {
        mailstores: vec![mailstore],
        smarthost: Some("127.0.0.1:1".into()),
        ..LifeboatOptions::default()
    };
    Lifeboat::prepare(binary(), dir.path(), options)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn write_rows(dir: &Path) -> String {
    let path = dir.join("users.ndjson");
    let rows = "{\"mailbox\":\"ann@example.com\",\"mailstore\":\"a1\",\"reseller\":\"acme\",\
                \"password_hash\":\"{PLAIN}secret\",\"aliases\":[\"sales@example.com\"]}\n";
    std::fs::write(&path, rows).expect("write rows");
    path.display().to_string()
}

/// Delivers `count` messages by LMTP and returns them.
fn deliver(lifeboat: &Lifeboat, count: usize) -> Vec<Vec<u8>> {
    let mut lmtp = SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp).expect("connect");
    (0..count)
        .map(|n| {
            let message = TestMessage::plain("bob@example.net", ANN, &format!("token{n}"), 3000);
            let mut bytes = message.bytes;
            bytes.extend_from_slice(b"From the start of a line\r\n>From behind a mark\r\n");
            let replies = lmtp.send("bob@example.net", &[ANN], &bytes).expect("send");
            assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
            bytes
        })
        .collect()
}

#[test]
fn commands_work_with_and_without_a_server() {
    let dir = RigDir::new("surfaces");
    let mut lifeboat = prepare(&dir);
    let rows = write_rows(dir.path());
    let first = lifeboat.cli_json(&["provision", &rows, "--json"]);
    assert_eq!(first["created"], 1);
    let offline = lifeboat.cli(&["token", "create", "--role", "operator"]);
    let order = ["failover", "activate", "mailstore:a1", "--reason", "test"];
    let refused = lifeboat.cli_output(&order);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("lifeboat serve"),
        "{}",
        stderr(&refused)
    );

    lifeboat.restart();
    let again = lifeboat.cli_json(&["provision", &rows, "--json"]);
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&0.into(), &1.into())
    );
    let token = lifeboat.cli(&["token", "create", "--role", "operator", "--label", "script"]);
    let token = token.trim();
    assert_eq!(token.lines().count(), 1, "the token is printed alone");
    for token in [token, offline.trim()] {
        let bearer = format!("Bearer {token}");
        let page = http::request(
            lifeboat.http().addr(),
            "GET",
            "/api/v1/mailboxes/sales@example.com",
            &[("Authorization".to_owned(), bearer)],
            None,
        )
        .expect("ask the API");
        assert_eq!(page.status, 200, "{}", page.text());
    }
    let shown = lifeboat.cli_json(&[
        "failover",
        "pin-standby",
        "mailbox:ann@example.com",
        "--reason",
        "trial",
        "--json",
    ]);
    assert_eq!(
        (&shown["mode"], &shown["route"]),
        (&"standby".into(), &"standby".into())
    );
    let back = lifeboat.cli_json(&[
        "failover",
        "auto",
        "mailbox:ann@example.com",
        "--reason",
        "over",
        "--json",
    ]);
    assert_eq!(back["mode"], "follow");
    let active = lifeboat.cli_json(&[
        "failover",
        "activate",
        "mailstore:a1",
        "--reason",
        "test",
        "--json",
    ]);
    assert_eq!(
        (&active["state"], &active["route"]),
        (&"active".into(), &"standby".into())
    );
    deliver(&lifeboat, 1);
    let merge = lifeboat.cli_json(&["merge", "status", "--json"]);
    assert_eq!(merge["unmerged"], 1);
    let second = Lifeboat::cli_output(&lifeboat, &["serve"]);
    assert_eq!(second.status.code(), Some(2), "a store in use");
    assert!(stderr(&second).contains("in use"), "{}", stderr(&second));
    assert!(lifeboat.stop(), "SIGTERM drains and ends it");
}

#[test]
fn a_server_waits_for_a_store_that_is_still_in_use() {
    let dir = RigDir::new("surfaces");
    let mut lifeboat = prepare(&dir);
    let store = lifeboat.store_path();
    std::fs::create_dir_all(&store).expect("make the store's directory");
    let lock = std::fs::File::create(store.join("lock")).expect("make the lock file");
    lock.lock().expect("lock the store");
    lifeboat.launch();
    wait_until("it says that it waits", Duration::from_secs(30), || {
        std::fs::read_to_string(lifeboat.log_path()).is_ok_and(|log| log.contains("in use"))
    });
    drop(lock);
    wait_until("it is ready", Duration::from_secs(30), || {
        http::get(lifeboat.http().addr(), "/readyz").is_ok_and(|page| page.status == 200)
    });
    assert!(lifeboat.stop(), "SIGTERM drains and ends it");
}

#[test]
fn what_cannot_work_is_said_with_status_2() {
    let dir = RigDir::new("surfaces");
    let lifeboat = prepare(&dir);
    let good = std::fs::read_to_string(lifeboat.config_path()).expect("read");
    let check = |args: &[&str], part: &str| {
        let output = lifeboat.cli_output(args);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(part), "{args:?}: {part:?} is not in {text}");
    };
    check(
        &["failover", "activate", "a1", "--reason", "x"],
        "mailstore:NAME",
    );
    check(&["failover", "show", "mailstore:a9"], "mailstore");
    check(&["provision", "/nonexistent"], "cannot read");
    check(
        &["store", "check", "--server", "http://127.0.0.1:1"],
        "server's host",
    );
    check(&["failover", "show", "--server", "x"], "https://");
    check(&["nonsense"], "unrecognized");
    let write = |text: String| std::fs::write(lifeboat.config_path(), text).expect("write");
    write(good.replace("[lmtp]", "[ltmp]"));
    check(&["serve"], "ltmp");
    check(&["config", "check"], "ltmp");
    write(good.replace("/password\"", "/missing\""));
    check(&["serve"], "master_password_file");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").to_string();
    write(good.replace(&lifeboat.lmtp().addr().to_string(), &port));
    check(&["serve"], "lmtp.listen");
}

#[test]
fn a_wrong_row_is_named_and_the_exit_status_says_so() {
    let dir = RigDir::new("surfaces");
    let lifeboat = prepare(&dir);
    let path = dir.path().join("users");
    std::fs::write(
        &path,
        "ann@example.com:{PLAIN}x\nnobody\nbob@example.com:{PLAIN}y\n",
    )
    .expect("write rows");
    let path = path.display().to_string();
    let output = lifeboat.cli_output(&["provision", &path, "--mailstore", "a1", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("line 2: "), "{}", stderr(&output));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&summary["created"], &summary["errors"]),
        (&2.into(), &1.into())
    );
}

#[test]
fn an_export_is_what_was_accepted_and_a_backup_can_be_restored() {
    let dir = RigDir::new("surfaces");
    let mut lifeboat = prepare(&dir);
    lifeboat.cli(&["provision", &write_rows(dir.path())]);
    lifeboat.restart();
    let sent = deliver(&lifeboat, 3);
    let path = |name: &str| dir.path().join(name).display().to_string();
    let backup = path("backup");
    lifeboat.cli(&["store", "backup", &backup]);
    lifeboat.cli(&["store", "check"]);
    let exported = path("eml");
    lifeboat.cli(&["store", "export", ANN, "--format", "eml", &exported]);
    assert_exported(Path::new(&exported), &sent);
    let refused = lifeboat.cli_output(&["store", "export", ANN, "--format", "mbox", &exported]);
    assert_eq!(
        refused.status.code(),
        Some(2),
        "a directory that is not empty"
    );
    lifeboat.cli(&["store", "export", ANN, "--format", "mbox", &path("mbox")]);
    lifeboat.cli(&[
        "store",
        "export",
        ANN,
        "--format",
        "maildir",
        &path("maildir"),
    ]);
    lifeboat.stop();
    std::fs::remove_dir_all(lifeboat.store_path()).expect("lose the store");
    lifeboat.cli(&["store", "restore", &backup]);
    let restored = path("restored");
    lifeboat.cli(&["store", "export", ANN, "--format", "eml", &restored]);
    assert_exported(Path::new(&restored), &sent);
}

/// Each file ends with a message as it was sent; above it are only trace headers.
fn assert_exported(directory: &Path, sent: &[Vec<u8>]) {
    let mut files: Vec<Vec<u8>> = std::fs::read_dir(directory.join("INBOX"))
        .expect("a folder")
        .map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a message"))
        .collect();
    assert_eq!(files.len(), sent.len());
    for message in sent {
        let at = files
            .iter()
            .position(|file| file.ends_with(message))
            .expect("the message is there byte for byte");
        let file = files.remove(at);
        let trace = String::from_utf8_lossy(&file[..file.len() - message.len()]).into_owned();
        assert!(
            trace.starts_with("Return-Path: <bob@example.net>\r\n"),
            "{trace}"
        );
    }
}
