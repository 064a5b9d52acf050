//! The pages in real browsers, Chromium and Firefox: every task with and without JavaScript and by
//! keyboard, axe on every page, and what the pages cost. The walks themselves are in `tests/browser`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Port, RigDir,
    SmtpClient, User, wait_until,
};

/// Mailboxes with the same mail, one for each walk of a run.
const USERS: [&str; 4] = [
    "ann@example.com",
    "bea@example.com",
    "cleo@example.com",
    "dora@example.com",
];
const PASSWORD: &str = "usual password";
/// Whose mailstore is back, and has the mail that came in here.
const MERGED: &str = "emil@merged.example";
/// Whose mailstore never failed: nothing of theirs is here.
const AT_HOME: &str = "frida@merged.example";
const SENTINEL: &str = "sentinel@a2.test";
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

/// A Lifeboat whose one mailstore is out, with the same mail for everyone, as the walks see it.
struct Site {
    lifeboat: Lifeboat,
    smarthost: Port,
    token: String,
    merged: Option<Dovecot>,
    dir: RigDir,
}

impl Site {
    fn start(name: &str) -> Self {
        Self::beside(name, |_| None)
    }

    /// As [`Self::start`], with a mailbox that was merged into a real Dovecot.
    fn with_merged(name: &str) -> Self {
        let site = Self::beside(name, |dir| {
            let options = DovecotOptions {
                users: [MERGED, SENTINEL]
                    .map(|user| User::plain(user, "pw"))
                    .into(),
                ..DovecotOptions::default()
            };
            Some(Dovecot::start("a2", &dir.sub("a2"), options))
        });
        site.merge();
        site
    }

    fn beside(name: &str, mailstore: impl FnOnce(&RigDir) -> Option<Dovecot>) -> Self {
        let dir = RigDir::new(name);
        let merged = mailstore(&dir);
        let dead = Port::reserve();
        let smarthost = Port::reserve();
        let password = dir.path().join("master");
        std::fs::write(&password, "master\n").expect("the master password");
        let mut mailstores = vec![MailstoreOptions {
            id: "a1".into(),
            imap: dead.addr().to_string(),
            lmtp: dead.addr().to_string(),
            master_password_file: password,
            sentinel: None,
            extra: String::new(),
        }];
        mailstores.extend(merged.as_ref().map(|dovecot| MailstoreOptions {
            sentinel: Some(SENTINEL.into()),
            ..MailstoreOptions::of(dovecot)
        }));
        let options = LifeboatOptions {
            mailstores,
            smarthost: Some(smarthost.addr().to_string()),
            extra: "[announce]\nmail_from = \"lifeboat@ops.test\"\n".into(),
            ..LifeboatOptions::default()
        };
        let lifeboat = Lifeboat::start(crate::binary(), &dir.sub("lifeboat"), options);
        let users = dir.path().join("users.ndjson");
        let mut rows: String = USERS.iter().map(|user| provisioned(user, "a1")).collect();
        if merged.is_some() {
            rows += &(provisioned(MERGED, "a2") + &provisioned(AT_HOME, "a2"));
        }
        std::fs::write(&users, rows).expect("the users");
        lifeboat.cli(&[
            "provision",
            users.to_str().expect("a path"),
            "--format",
            "ndjson",
        ]);
        lifeboat.cli(&["failover", "activate", "mailstore:a1", "--reason", "a walk"]);
        let token = lifeboat.cli(&["token", "create", "--role", "operator"]);
        let token = token.trim().to_owned();
        deliver(&lifeboat);
        Self {
            lifeboat,
            smarthost,
            token,
            merged,
            dir,
        }
    }

    /// An outage of the real mailstore, from the first message to the receipt.
    fn merge(&self) {
        let ask = |args: &[&str]| self.lifeboat.cli_json(args);
        let patience = Duration::from_secs(60);
        wait_until("it may be merged into", patience, || {
            let status = ask(&["merge", "status", "--json"]);
            let mailstores = status["mailstores"].as_array();
            mailstores.is_some_and(|all| all.iter().any(|one| one["open"] == true))
        });
        let failover = |what| {
            let order = ["failover", what, "mailstore:a2", "--reason", "a walk"];
            self.lifeboat.cli(&order);
        };
        failover("activate");
        let mut client =
            SmtpClient::connect(self.lifeboat.lmtp().addr(), Dialect::Lmtp).expect("LMTP answers");
        for subject in ["Before the return", "Also before"] {
            let message = format!(
                "From: Bob Marley <bob@remote.example>\r\nTo: {MERGED}\r\nSubject: {subject}\r\n\r\nx\r\n"
            );
            let replies = client
                .send("bob@remote.example", &[MERGED], message.as_bytes())
                .expect("LMTP takes the message");
            assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
        }
        failover("return");
        let of = format!("mailbox:{MERGED}");
        wait_until("it is merged", patience, || {
            ask(&["merge", "receipt", &of, "--json"])[0]["standing"] == "verified"
        });
    }

    fn pid_file(&self) -> PathBuf {
        self.dir.path().join("pid")
    }

    /// Notes whom a module has to kill.
    fn note_pid(&self) {
        let pid = self.lifeboat.pid().expect("Lifeboat runs");
        std::fs::write(self.pid_file(), pid.to_string()).expect("the process id");
    }

    /// Runs a module of `tests/browser` on the site, and fails with what it found. A Lifeboat that the
    /// module kills is started again.
    fn walk(&mut self, module: &str, arguments: &[&str]) {
        let installed = Command::new("sh")
            .arg(tools().join("install.sh"))
            .status()
            .expect("sh runs");
        assert!(installed.success(), "tests/browser/install.sh failed");
        self.note_pid();
        let said = self.dir.path().join("walk.out");
        let found = self.dir.path().join("walk.err");
        let mut walking = Command::new("node")
            .arg(module)
            .args(arguments)
            .current_dir(tools())
            .env(
                "LIFEBOAT_URL",
                format!("http://{}", self.lifeboat.http().addr()),
            )
            .env("LIFEBOAT_LMTP", self.lifeboat.lmtp().addr().to_string())
            .env("LIFEBOAT_SMARTHOST", self.smarthost.addr().to_string())
            .env("LIFEBOAT_USERS", USERS.join(","))
            .env("LIFEBOAT_PASSWORD", PASSWORD)
            .envs(self.merged.as_ref().map(|_| ("LIFEBOAT_MERGED", MERGED)))
            .envs(self.merged.as_ref().map(|_| ("LIFEBOAT_AT_HOME", AT_HOME)))
            .env("LIFEBOAT_TOKEN", &self.token)
            .env("LIFEBOAT_PID_FILE", self.pid_file())
            .stdout(File::create(&said).expect("a file for what the walk says"))
            .stderr(File::create(&found).expect("a file for what the walk found"))
            .spawn()
            .expect("node runs");
        let status = loop {
            if let Some(status) = walking.try_wait().expect("node can be waited for") {
                break status;
            }
            if !self.lifeboat.is_running() {
                self.lifeboat.kill();
                self.lifeboat.restart();
                self.note_pid();
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        println!("{}", std::fs::read_to_string(&said).unwrap_or_default());
        assert!(
            status.success(),
            "{}",
            std::fs::read_to_string(&found).unwrap_or_default()
        );
    }
}

/// The line of the directory for one mailbox.
fn provisioned(user: &str, mailstore: &str) -> String {
    let row = serde_json::json!({
        "mailbox": user, "mailstore": mailstore, "password_hash": format!("{{PLAIN}}{PASSWORD}"),
        "name": "Ann Schmidt", "aliases": [format!("sales-{user}")],
    });
    format!("{row}\n")
}

/// Delivers the same mail to everyone.
fn deliver(lifeboat: &Lifeboat) {
    let mut client =
        SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp).expect("LMTP answers");
    for number in 0..MESSAGES {
        let (from, subject, rest) = MAIL[(MESSAGES - 1 - number) % MAIL.len()];
        let message = format!(
            "From: {from}\nTo: Ann Schmidt <{}>, carl@x.example\nMessage-ID: <{number}@x>\n\
             Date: Sun, 22 Nov 2026 18:00:00 +0000\nSubject: {subject}\nMIME-Version: 1.0\n{rest}",
            USERS[0]
        );
        let message = message.replace('\n', "\r\n");
        let replies = client
            .send("x@remote.example", &USERS, message.as_bytes())
            .expect("LMTP takes the message");
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }
}

#[test]
fn every_task_in_chromium() {
    Site::start("browser-chromium").walk("walk.mjs", &["chromium", "js", "plain", "keys"]);
}

#[test]
fn every_task_in_firefox() {
    Site::start("browser-firefox").walk("walk.mjs", &["firefox", "js", "plain", "keys"]);
}

#[test]
fn every_page_looked_at() {
    Site::with_merged("browser-looks").walk("looks.mjs", &[]);
}

#[test]
fn what_the_pages_cost() {
    Site::start("browser-budgets").walk("budgets.mjs", &[]);
}

#[test]
fn hostile_mail_in_chromium() {
    Site::start("browser-hostile-chromium").walk("hostile.mjs", &["chromium"]);
}

#[test]
fn hostile_mail_in_firefox() {
    Site::start("browser-hostile-firefox").walk("hostile.mjs", &["firefox"]);
}
