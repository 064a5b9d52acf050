//! The pages in a real Chromium: every task with and without JavaScript and by keyboard, axe on every
//! page, and what the inbox costs. The walk itself is `tests/browser/walk.mjs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::rig::{Dialect, Lifeboat, LifeboatOptions, MailstoreOptions, Port, RigDir, SmtpClient};

const ANN: &str = "ann@example.com";
const PASSWORD: &str = "usual password";
/// More than a page of the inbox.
const MESSAGES: usize = 57;

/// The mail that lies in the inbox, over and over: sender, subject, and what follows the header.
const MAIL: [(&str, &str, &str); 7] = [
    (
        "Bob Marley <bob@remote.example>",
        "Invoice 2026-114",
        INVOICE,
    ),
    (
        "Kathrin von Hohenstein-Lauenburg <kathrin@firma.example>",
        "Termin morgen um zehn, sonst verschieben wir auf die Woche danach",
        "\nPasst dir zehn Uhr? Ich bringe die Unterlagen mit.\n",
    ),
    (
        "Shop <noreply@shop.example>",
        "Your order has shipped",
        ORDER,
    ),
    (
        "info@arabic.example",
        "=?utf-8?B?2YXYsdit2KjYpyDYqNin2YTYudin2YTZhQ==?=",
        "Content-Type: text/plain; charset=utf-8\n\nهذه رسالة تجريبية باللغة العربية.\n",
    ),
    ("dad@family.example", "", "\nCall me when you can.\n"),
    (
        "Team <cal@firma.example>",
        "Minutes of the Monday meeting",
        "\nAs spoken.\n",
    ),
    (
        "Status <status@host.example>",
        "We are working on the mail service",
        "\nSoon.\n",
    ),
];

const INVOICE: &str = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n\
    Dear Ann,\n\nplease find the invoice for November attached.\n\
    Details: https://shop.example/invoice/114\n\nKind regards\nBob\n\n> Could you send it again?\n\
    --b\nContent-Type: application/pdf\n\
    Content-Disposition: attachment; filename=\"invoice-2026-114.pdf\"\n\
    Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n\
    --b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=\"list.csv\"\n\na,b\n--b--\n";

const ORDER: &str = "Content-Type: multipart/alternative; boundary=b\n\n\
    --b\n\nYour order is on its way.\n--b\nContent-Type: text/html\n\n\
    <table width=\"600\"><tr><td style=\"padding:16px\" onclick=\"x()\"><p>Hello Ann,</p>\
    <script>alert(1)</script><img src=\"http://tracker.example/p.gif\">\
    <p><a href=\"https://shop.example/track\">Order 4711</a></p></td></tr></table>\n--b--\n";

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// A Lifeboat that serves one mailstore, which is out, with mail for Ann.
fn site(dir: &RigDir) -> (Lifeboat, String) {
    let dead = Port::reserve();
    let password = dir.path().join("master");
    std::fs::write(&password, "master\n").expect("the master password");
    let options = LifeboatOptions {
        mailstores: vec![MailstoreOptions {
            id: "a1".into(),
            imap: dead.addr().to_string(),
            lmtp: dead.addr().to_string(),
            master_password_file: password,
            sentinel: None,
            extra: String::new(),
        }],
        smarthost: Some(dead.addr().to_string()),
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(crate::binary(), &dir.sub("lifeboat"), options);
    let users = dir.path().join("users.ndjson");
    let row = serde_json::json!({
        "mailbox": ANN, "mailstore": "a1", "password_hash": format!("{{PLAIN}}{PASSWORD}"),
        "name": "Ann Schmidt", "aliases": ["sales@example.com"],
    });
    std::fs::write(&users, format!("{row}\n")).expect("the users");
    lifeboat.cli(&[
        "provision",
        users.to_str().expect("a path"),
        "--format",
        "ndjson",
    ]);
    lifeboat.cli(&["failover", "activate", "mailstore:a1", "--reason", "a walk"]);
    let token = lifeboat.cli(&["token", "create", "--role", "operator"]);
    let mut client =
        SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp).expect("LMTP answers");
    for number in 0..MESSAGES {
        let (from, subject, rest) = MAIL[(MESSAGES - 1 - number) % MAIL.len()];
        let message = format!(
            "From: {from}\nTo: Ann Schmidt <{ANN}>, carl@x.example\nMessage-ID: <{number}@x>\n\
             Date: Sun, 22 Nov 2026 18:00:00 +0000\nSubject: {subject}\nMIME-Version: 1.0\n{rest}"
        );
        let message = message.replace('\n', "\r\n");
        let replies = client
            .send("x@remote.example", &[ANN], message.as_bytes())
            .expect("LMTP takes the message");
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }
    (lifeboat, token.trim().to_owned())
}

#[test]
fn every_task_in_chromium_with_and_without_javascript() {
    let tools = tools();
    if !tools.join("node_modules/playwright-core").exists() {
        let installed = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&tools)
            .status()
            .expect("npm runs");
        assert!(installed.success(), "npm ci in tests/browser failed");
    }
    let dir = RigDir::new("browser");
    let (lifeboat, token) = site(&dir);
    let walked = Command::new("node")
        .arg("walk.mjs")
        .current_dir(&tools)
        .env("LIFEBOAT_URL", format!("http://{}", lifeboat.http().addr()))
        .env("LIFEBOAT_USER", ANN)
        .env("LIFEBOAT_PASSWORD", PASSWORD)
        .env("LIFEBOAT_TOKEN", token)
        .output()
        .expect("node runs");
    println!("{}", String::from_utf8_lossy(&walked.stdout));
    assert!(
        walked.status.success(),
        "{}",
        String::from_utf8_lossy(&walked.stderr)
    );
}
