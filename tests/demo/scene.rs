//! What stands on the stage: servers, people, their old mail and their desktop clients.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::ledger::Ledger;
use crate::narrator::Narrator;
use crate::rig::proof::Proof;
use crate::rig::{
    Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, LmtpProxy, MailstoreOptions, Mbsync,
    Postfix, PostfixOptions, Sink, TestMessage, User, wait_until,
};

/// Probes and dwell times in seconds instead of minutes, so that the story can be watched.
const HASTE: &str = r#"
[failover]
failures = 2
observations = 3
confirm = "2s"
active_min = "5s"
return_after = "5s"
returning = "5s"
cool_down = "1s"
flap_window = "1s"

[probe]
interval = "1s"
timeout = "3s"
sentinel_interval = "3s"
"#;

/// Somebody with a mailbox.
pub struct Person {
    /// The address, which is the log-in.
    pub address: &'static str,
    /// What is shown in From.
    pub name: &'static str,
    /// The usual password.
    pub password: &'static str,
    /// How Dovecot stores it.
    scheme: &'static str,
    /// Where the mailbox lives.
    pub mailstore: &'static str,
}

/// Everybody; `gus` shares a domain with people of the other mailstore.
pub const PEOPLE: [Person; 7] = [
    person("ann@example.com", "Ann Archer", "SHA512-CRYPT", "a1"),
    person("ben@example.com", "Ben Baker", "BLF-CRYPT", "a1"),
    person("cleo@example.com", "Cleo Carter", "SSHA256", "a1"),
    person("dora@example.com", "Dora Dyer", "MD5-CRYPT", "a1"),
    person("gus@example.org", "Gus Glover", "SHA256-CRYPT", "a1"),
    person("eve@example.org", "Eve Eaton", "SHA512-CRYPT", "a2"),
    person("finn@example.org", "Finn Fisher", "PBKDF2", "a2"),
];

const fn person(
    address: &'static str,
    name: &'static str,
    scheme: &'static str,
    mailstore: &'static str,
) -> Person {
    Person {
        address,
        name,
        password: "usual-password",
        scheme,
        mailstore,
    }
}

/// The mailboxes that have a desktop client.
const WITH_CLIENT: [&str; 3] = ["ann@example.com", "ben@example.com", "eve@example.org"];

/// A desktop client with what it held before the outages.
pub struct Desktop {
    /// The client.
    pub client: Mbsync,
    /// Its local messages after the first synchronisation.
    pub before: BTreeSet<String>,
    /// The ledger's entries of this mailbox by then.
    pub known: usize,
    /// Bodies fetched by then, in Dovecot's counting.
    pub bodies: u64,
}

/// The stage.
pub struct Scene {
    /// The mailstore that fails.
    pub a1: Dovecot,
    /// In front of its LMTP.
    pub proxy: LmtpProxy,
    /// The mailstore that does not.
    pub a2: Dovecot,
    /// The MX.
    pub postfix: Postfix,
    /// The internet.
    pub sink: Sink,
    /// Lifeboat.
    pub lifeboat: Lifeboat,
    /// What was accepted.
    pub ledger: Ledger,
    /// Desktop clients.
    pub desktops: Vec<Desktop>,
    /// The proof, with its snapshot taken.
    pub proof: Proof,
    tokens: Vec<(String, String)>,
}

impl Scene {
    /// Starts everything, fills the mailboxes, provisions, waits until Lifeboat sees that all is
    /// well, synchronises the desktop clients and takes the proof's snapshot.
    pub fn set(dir: &Path, say: &mut Narrator) -> Self {
        say.step("Start two mailstores (Dovecot), the MX (Postfix) and an internet to write to");
        let a1 = start_mailstore("a1", dir);
        let a2 = start_mailstore("a2", dir);
        let proxy = LmtpProxy::start(a1.lmtp().addr());
        let sink = Sink::start();
        let mut lifeboat = prepare_lifeboat(dir, &a1, &proxy, &a2);
        let postfix = start_postfix(dir, &proxy, &a2, &sink, &lifeboat);
        let smarthost = postfix.smtp().to_string();
        lifeboat.set_options(|options| options.smarthost = Some(smarthost));

        say.step("Fill the mailboxes with old mail");
        let old: usize = PEOPLE
            .iter()
            .map(|person| fill(if person.mailstore == "a1" { &a1 } else { &a2 }, person))
            .sum();
        say.note(&format!("{old} messages in {} mailboxes", PEOPLE.len()));

        say.step("Start Lifeboat and tell it who exists");
        lifeboat.restart();
        provision(dir, &lifeboat, &a1, &a2);
        let tokens = vec![
            (
                "operator".to_owned(),
                token(&lifeboat, &["--role", "operator"]),
            ),
            (
                "reseller north".to_owned(),
                token(&lifeboat, &["--role", "reseller", "--reseller", "north"]),
            ),
        ];

        say.step("Desktop clients (mbsync) synchronise; the proof takes its snapshot");
        let is_person = |address: &str| PEOPLE.iter().any(|person| person.address == address);
        let proof = Proof::snapshot(&dir.join("proof"), &[&a1, &a2], is_person)
            .unwrap_or_else(|error| panic!("the proof's snapshot: {error}"));
        let desktops = WITH_CLIENT
            .iter()
            .map(|address| start_desktop(dir, address, &a1, &a2))
            .collect();
        Self {
            a1,
            proxy,
            a2,
            postfix,
            sink,
            lifeboat,
            ledger: Ledger::new(&dir.join("ledger")),
            desktops,
            proof,
            tokens,
        }
    }

    /// Where a mailbox lives.
    pub fn mailstore_of(&self, address: &str) -> &Dovecot {
        match PEOPLE.iter().find(|person| person.address == address) {
            Some(person) if person.mailstore == "a2" => &self.a2,
            _ => &self.a1,
        }
    }

    /// URLs and log-ins, for people who want to look around.
    pub fn print_doors(&self) {
        let url = format!("http://{}", self.lifeboat.http());
        println!("\nStill running, until Ctrl-C:");
        println!("  webmail   {url}/login");
        for person in &PEOPLE {
            println!("            {:<20} {}", person.address, person.password);
        }
        println!("  console   {url}/console");
        for (role, token) in &self.tokens {
            println!("            {role:<20} {token}");
        }
        println!("  API       {url}/api/openapi.json");
        println!(
            "  CLI       {} failover show --config {}",
            self.lifeboat.binary().display(),
            self.lifeboat.config_path().display()
        );
        println!("  MX        {} (SMTP)", self.postfix.smtp());
        println!(
            "  mailstores a1 {} and a2 {} (IMAP)",
            self.a1.imap(),
            self.a2.imap()
        );
    }
}

fn start_mailstore(name: &'static str, dir: &Path) -> Dovecot {
    let mut users: Vec<User> = PEOPLE
        .iter()
        .filter(|person| person.mailstore == name)
        .map(|person| User {
            address: person.address.to_owned(),
            password_hash: hash(person.scheme, person.password),
        })
        .collect();
    users.push(User::plain(&sentinel(name), "never-used-by-a-person"));
    let options = DovecotOptions {
        users,
        ..DovecotOptions::default()
    };
    Dovecot::start(name, &dir.join(name), options)
}

fn sentinel(mailstore: &str) -> String {
    format!("sentinel-{mailstore}@lifeboat.test")
}

fn hash(scheme: &str, password: &str) -> String {
    let output = std::process::Command::new("/usr/bin/doveadm")
        .args(["pw", "-s", scheme, "-p", password])
        .output()
        .expect("run doveadm pw");
    assert!(
        output.status.success(),
        "doveadm pw -s {scheme}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn prepare_lifeboat(dir: &Path, a1: &Dovecot, proxy: &LmtpProxy, a2: &Dovecot) -> Lifeboat {
    let mailstore = |dovecot: &Dovecot| MailstoreOptions {
        sentinel: Some(sentinel(dovecot.name())),
        ..MailstoreOptions::of(dovecot)
    };
    let mut first = mailstore(a1);
    first.lmtp = proxy.port().to_string();
    Lifeboat::prepare(
        Path::new(env!("CARGO_BIN_EXE_lifeboat")),
        &dir.join("lifeboat"),
        LifeboatOptions {
            mailstores: vec![first, mailstore(a2)],
            smarthost: Some("127.0.0.1:25".to_owned()),
            extra: format!(
                "{HASTE}\n[postfix]\nflush_command = {:?}\nflush_interval = \"2s\"\n",
                Postfix::flush_command(&dir.join("mx"))
            ),
            ..LifeboatOptions::default()
        },
    )
}

fn start_postfix(
    dir: &Path,
    proxy: &LmtpProxy,
    a2: &Dovecot,
    sink: &Sink,
    lifeboat: &Lifeboat,
) -> Postfix {
    let mut routes: Vec<(String, String)> = PEOPLE
        .iter()
        .map(|person| (person.address.to_owned(), person.mailstore.to_owned()))
        .collect();
    for mailstore in ["a1", "a2"] {
        routes.push((sentinel(mailstore), mailstore.to_owned()));
    }
    Postfix::start(
        &dir.join("mx"),
        PostfixOptions {
            domains: ["example.com", "example.org", "lifeboat.test"]
                .map(str::to_owned)
                .to_vec(),
            socketmap: Some(lifeboat.socketmap().addr()),
            routes,
            mailstores: vec![
                ("a1".to_owned(), proxy.port().addr()),
                ("a2".to_owned(), a2.lmtp().addr()),
            ],
            relayhost: Some(sink.port().addr()),
            data_done_timeout_secs: 5,
            extra: "smtpd_recipient_restrictions = check_recipient_access \
                    inline:{ { refused.test = 550 5.1.1 No such user } }, permit"
                .to_owned(),
            transports: String::new(),
            syncs: None,
        },
    )
}

/// Puts old mail into a mailbox: read and unread, answered and starred, in three folders.
fn fill(mailstore: &Dovecot, person: &Person) -> usize {
    let mut session = mailstore.session(person.address);
    session.command("CREATE Projects");
    session.command("SUBSCRIBE Projects");
    let flags: [&[&str]; 4] = [&["\\Seen"], &["\\Seen", "\\Answered"], &[], &["\\Flagged"]];
    let mut count = 0;
    for (folder, messages) in [("INBOX", 8), ("Sent", 3), ("Projects", 2)] {
        for number in 1..=messages {
            let token = format!("old-{folder}-{number}");
            let message =
                TestMessage::plain("carol@internet.test", person.address, &token, 600 * number);
            let date = format!("{:02}-Oct-2026 08:30:{:02} +0200", number + 1, number);
            let seen: &[&str] = &["\\Seen"];
            let flags = if folder == "INBOX" {
                flags[number % 4]
            } else {
                seen
            };
            session.append(folder, flags, Some(&date), &message.bytes);
            count += 1;
        }
    }
    count
}

/// One mailstore's people by NDJSON, the other's by the passwd-file that Dovecot itself reads.
fn provision(dir: &Path, lifeboat: &Lifeboat, a1: &Dovecot, a2: &Dovecot) {
    let mut text = String::new();
    for person in PEOPLE.iter().filter(|person| person.mailstore == a1.name()) {
        let hash = a1
            .users()
            .iter()
            .find(|user| user.address == person.address)
            .map(|user| user.password_hash.as_str());
        let row = serde_json::json!({
            "mailbox": person.address,
            "mailstore": "a1",
            "reseller": if person.address.ends_with(".com") { "north" } else { "south" },
            "password_hash": hash,
            "name": person.name,
        });
        let _ = writeln!(text, "{row}");
    }
    let file = dir.join("mailboxes.ndjson");
    std::fs::write(&file, text).expect("write the mailboxes");
    lifeboat.cli(&["provision", &file.display().to_string()]);
    let passwd: String = std::fs::read_to_string(a2.passwd_file())
        .expect("read a2's users")
        .lines()
        .filter(|line| !line.starts_with("sentinel"))
        .map(|line| format!("{line}\n"))
        .collect();
    let file = dir.join("a2.passwd");
    std::fs::write(&file, passwd).expect("write a2's users");
    let file = file.display().to_string();
    lifeboat.cli(&[
        "provision",
        &file,
        "--format",
        "passwd-file",
        "--mailstore",
        "a2",
        "--reseller",
        "south",
    ]);
}

fn token(lifeboat: &Lifeboat, args: &[&str]) -> String {
    let mut all = vec!["token", "create"];
    all.extend_from_slice(args);
    lifeboat.cli(&all).trim().to_owned()
}

fn start_desktop(dir: &Path, address: &str, a1: &Dovecot, a2: &Dovecot) -> Desktop {
    let person = PEOPLE
        .iter()
        .find(|person| person.address == address)
        .expect("a client of a known person");
    let mailstore = if person.mailstore == "a1" { a1 } else { a2 };
    let client = Mbsync::new(
        &dir.join("desktops").join(address),
        mailstore,
        address,
        person.password,
    );
    client
        .sync()
        .unwrap_or_else(|error| panic!("{address} synchronises: {error}"));
    let before = client.messages();
    let bodies = || mailstore.bodies_fetched(address);
    wait_until(
        "Dovecot logs the end of the client's session",
        Duration::from_secs(5),
        || bodies() >= before.len() as u64,
    );
    Desktop {
        bodies: bodies(),
        client,
        before,
        known: 0,
    }
}
