//! Clients held safe: mail programs for a whole outage, directly and through a Dovecot proxy.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use lifeboat::hold::Release;
use rustix::process::Signal;

use crate::binary;
use crate::rig::{
    Client, Dialect, Dovecot, DovecotOptions, DovecotProxy, Getmail, ImapSession, Lifeboat,
    LifeboatOptions, MailstoreOptions, Mbsync, Port, RigDir, SmtpClient, Strictness, TestMessage,
    User, certificate, clients, wait_until,
};

const ANN: &str = "ann@example.com";
/// Also looked for in every log.
const PASSWORD: &str = "canary-of-a-password";
const PATIENCE: Duration = Duration::from_secs(30);

fn dovecot(dir: &RigDir, users: &[&str]) -> Dovecot {
    let options = DovecotOptions {
        users: users.iter().map(|u| User::plain(u, PASSWORD)).collect(),
        ..DovecotOptions::default()
    };
    Dovecot::start("a1", &dir.sub("a1"), options)
}

fn deliver(port: &Port, to: &str, tokens: &[String]) {
    let mut lmtp = SmtpClient::connect(port.addr(), Dialect::Lmtp).expect("connect by LMTP");
    for token in tokens {
        let message = TestMessage::plain("bob@elsewhere.test", to, token, 1_000);
        let replies = lmtp
            .send("bob@elsewhere.test", &[to], &message.bytes)
            .expect("deliver");
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }
}

fn tokens(name: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{name}{number:02}"))
        .collect()
}

/// The client was told something else than that its password is wrong, and lost nothing.
fn is_held(client: &dyn Client, before: &[String]) -> String {
    let said = client.fetch().expect_err(client.name());
    for wrong in ["AUTHENTICATIONFAILED", "[AUTH]", "Authentication failed"] {
        assert!(!said.contains(wrong), "{}: {said}", client.name());
    }
    assert_eq!(client.tokens(), before, "{} lost mail", client.name());
    said
}

fn fetch(client: &dyn Client) {
    if let Err(said) = client.fetch() {
        panic!("{}: {said}", client.name());
    }
}

fn assert_no_password(log: &Path) {
    let text = std::fs::read_to_string(log).expect("read a log");
    assert!(!text.contains(PASSWORD), "a password is in the log");
}

#[test]
fn clients_pointed_at_the_listeners_keep_their_mail_and_are_in_sync_after_it() {
    let dir = RigDir::new("hold-direct");
    let mut a1 = dovecot(&dir, &[ANN]);
    let old = tokens("old", 12);
    deliver(a1.lmtp(), ANN, &old);
    let mut all = clients::all(&dir.sub("clients"), &a1, ANN, PASSWORD);
    all.push(Box::new(Mbsync::at(
        &dir.sub("mirror"),
        a1.imap().number(),
        ANN,
        PASSWORD,
        Strictness::Mirrors,
    )));
    for client in &all {
        fetch(client.as_ref());
        assert_eq!(client.tokens(), old, "{}", client.name());
    }

    a1.kill();
    let mut lifeboat = at_the_greeting(&dir, &a1);
    for _ in 0..2 {
        for client in &all {
            let said = is_held(client.as_ref(), &old);
            if client.name() == "mbsync" {
                let url = format!("http://{}", lifeboat.http());
                assert!(said.contains(&url), "{said}");
            }
        }
    }
    assert!(lifeboat.stop());
    assert_no_password(&lifeboat.log_path());

    a1.restart();
    let new = tokens("new", 4);
    deliver(a1.lmtp(), ANN, &new);
    let mut expected = [old, new].concat();
    expected.sort();
    for client in &all {
        fetch(client.as_ref());
        assert_eq!(client.tokens(), expected, "{}", client.name());
    }
}

/// Lifeboat listens where the mailstore did, as a load balancer would have it.
fn at_the_greeting(dir: &RigDir, a1: &Dovecot) -> Lifeboat {
    let mailstore = MailstoreOptions {
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        ..MailstoreOptions::of(a1)
    };
    let extra = format!(
        "[[hold_listener]]\nlisten = \"{}\"\nprotocol = \"imap\"\nsay = \"greeting\"\n\
         [[hold_listener]]\nlisten = \"{}\"\nprotocol = \"pop3\"\nsay = \"greeting\"\n",
        a1.imap(),
        a1.pop3(),
    );
    let options = LifeboatOptions {
        mailstores: vec![mailstore],
        extra,
        ..LifeboatOptions::default()
    };
    Lifeboat::start(binary(), &dir.sub("lifeboat"), options)
}

const RELEASE: Release = Release {
    over: Duration::from_secs(6),
    steps: 2,
};

/// A user of each step of the release.
fn user_of_step(step: u32) -> String {
    (0..)
        .map(|number| format!("user{number}@example.com"))
        .find(|user| RELEASE.step_of(&user.parse().unwrap()) == step)
        .unwrap()
}

struct Proxied {
    a1: Dovecot,
    lifeboat: Lifeboat,
    proxy: DovecotProxy,
    early: String,
    late: String,
    dir: RigDir,
}

fn proxied() -> Proxied {
    let dir = RigDir::new("hold-proxy");
    let (early, late) = (user_of_step(0), user_of_step(1));
    let a1 = dovecot(&dir, &[&early, &late]);
    let (imap, pop3, answers) = (Port::reserve(), Port::reserve(), Port::reserve());
    let listener = |protocol: &str, port: &Port| {
        format!(
            "[[hold_listener]]\nlisten = \"{port}\"\nadvertise = \"{port}\"\n\
             protocol = \"{protocol}\"\nsay = \"login\"\n"
        )
    };
    let extra = format!(
        "[probe]\ninterval = \"300ms\"\n\
         [hold]\nanswers_listen = \"{answers}\"\nrelease_over = \"{}s\"\nrelease_steps = {}\n{}{}",
        RELEASE.over.as_secs(),
        RELEASE.steps,
        listener("imap", &imap),
        listener("pop3", &pop3),
    );
    let options = LifeboatOptions {
        mailstores: vec![MailstoreOptions::of(&a1)],
        extra,
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
    let users = a1.passwd_file().display().to_string();
    let format = ["--format", "passwd-file", "--mailstore", "a1"];
    lifeboat.cli(&[&["provision", users.as_str()], &format[..]].concat());
    let proxy_dir = dir.sub("proxy");
    let passdb = proxy_pieces(&lifeboat, &proxy_dir);
    let proxy = DovecotProxy::start(&proxy_dir, &a1, &passdb);
    Proxied {
        a1,
        lifeboat,
        proxy,
        early,
        late,
        dir,
    }
}

/// What `lifeboat config dovecot` prints, put where it says: the file beside, and the passdb.
fn proxy_pieces(lifeboat: &Lifeboat, dir: &Path) -> String {
    let printed = lifeboat.cli(&["config", "dovecot"]);
    let file: String = printed
        .lines()
        .skip_while(|line| !line.starts_with("# uri"))
        .take_while(|line| *line != "#")
        .map(|line| format!("{}\n", line.trim_start_matches("# ")))
        .collect();
    let path = dir.join("lifeboat-hold.conf.ext");
    std::fs::write(&path, file).expect("write the dict's configuration");
    printed.replace(
        "/etc/dovecot/lifeboat-hold.conf.ext",
        &path.display().to_string(),
    )
}

impl Proxied {
    fn order(&self, order: &str) {
        self.lifeboat
            .cli(&["failover", order, "mailstore:a1", "--reason", "a test"]);
    }

    /// What the proxy answers to a sign-in.
    fn sign_in(&self, user: &str, password: &str) -> String {
        let mut session = ImapSession::connect(self.proxy.imap().addr()).expect("connect");
        session.answer(&format!("LOGIN {user} {password}"))
    }
}

#[test]
fn through_a_proxy_users_are_held_for_an_outage_and_come_home_in_steps() {
    let mut bed = proxied();
    let old = tokens("old", 8);
    deliver(bed.a1.lmtp(), &bed.late, &old);
    let late: Vec<Box<dyn Client>> = vec![
        Box::new(Mbsync::at(
            &bed.dir.sub("mbsync"),
            bed.proxy.imap().number(),
            &bed.late,
            PASSWORD,
            Strictness::Mirrors,
        )),
        Box::new(Getmail::at(
            &bed.dir.sub("getmail"),
            bed.proxy.pop3().number(),
            &bed.late,
            PASSWORD,
        )),
    ];
    for client in &late {
        fetch(client.as_ref());
        assert_eq!(client.tokens(), old, "{}", client.name());
    }

    bed.order("activate");
    bed.a1.kill();
    for _ in 0..2 {
        for client in &late {
            let said = is_held(client.as_ref(), &old);
            assert!(
                said.contains("webmail") || said.contains("http://"),
                "{said}"
            );
        }
    }
    // The proxy still checks passwords itself, and nobody's is wrong who is held.
    let said = bed.sign_in(&bed.early, PASSWORD);
    assert!(said.contains("NO [UNAVAILABLE]"), "{said}");
    let said = bed.sign_in(&bed.early, "wrong");
    assert!(said.contains("AUTHENTICATIONFAILED"), "{said}");
    let new = tokens("new", 4);
    deliver(bed.lifeboat.lmtp(), &bed.late, &new);

    bed.a1.restart();
    // Before the order, so that the steps cannot have begun earlier.
    let returned = Instant::now();
    bed.order("return");
    wait_until("the first step is let in", PATIENCE, || {
        bed.sign_in(&bed.early, PASSWORD).contains(" OK ")
    });
    let expected_by = RELEASE.over / 2;
    let said = bed.sign_in(&bed.late, PASSWORD);
    if returned.elapsed() < expected_by {
        assert!(said.contains("NO [UNAVAILABLE]"), "{said}");
    }
    wait_until("the last step is let in", PATIENCE, || {
        bed.sign_in(&bed.late, PASSWORD).contains(" OK ")
    });
    assert!(returned.elapsed() >= expected_by);

    let mut expected = [old, new].concat();
    expected.sort();
    wait_until("everything is merged", PATIENCE, || {
        late.iter().for_each(|client| fetch(client.as_ref()));
        late.iter().all(|client| client.tokens() == expected)
    });
    assert_no_password(&bed.lifeboat.log_path());
}

#[test]
fn a_lifeboat_that_hangs_or_is_gone_keeps_nobody_out() {
    let mut bed = proxied();
    let enter = |bed: &Proxied, what: &str| {
        let start = Instant::now();
        let said = bed.sign_in(&bed.early, PASSWORD);
        assert!(said.contains(" OK "), "{what}: {said}\n{}", bed.proxy.log());
        assert!(start.elapsed() < Duration::from_secs(15), "{what}");
    };
    enter(&bed, "all is well");
    bed.lifeboat.signal(Signal::STOP);
    enter(&bed, "Lifeboat hangs");
    bed.lifeboat.signal(Signal::CONT);
    bed.lifeboat.kill();
    enter(&bed, "Lifeboat is gone");
}

#[test]
fn every_protocol_says_it_over_tls_too() {
    let dir = RigDir::new("hold-tls");
    let (certificate, key) = certificate(dir.path(), 2);
    let mut extra = format!(
        "[hold]\ntls_certificate_file = \"{certificate}\"\ntls_key_file = \"{key}\"\n\
         text = \"Down for now: use https://webmail.example.com\"\n"
    );
    let mut ports = Vec::new();
    for protocol in ["imap", "pop3", "submission", "sieve"] {
        for tls in ["off", "starttls", "implicit"] {
            for say in ["greeting", "login"] {
                let port = Port::reserve();
                extra.push_str(&format!(
                    "[[hold_listener]]\nlisten = \"{port}\"\nprotocol = \"{protocol}\"\n\
                     tls = \"{tls}\"\nsay = \"{say}\"\n"
                ));
                ports.push((port, protocol, tls, say));
            }
        }
    }
    let options = LifeboatOptions {
        extra,
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hold_client.py");
    for (port, protocol, tls, say) in &ports {
        let case = format!("{protocol} {tls} {say}");
        let output = Command::new("python3")
            .arg("-B")
            .arg(&script)
            .arg(port.number().to_string())
            .args([protocol, tls, say, PASSWORD, certificate.as_str()])
            .output()
            .expect("run python3");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{case}: {said}{error}");
        assert!(
            said.contains("use https://webmail.example.com"),
            "{case}: {said}"
        );
        let code = match *protocol {
            "imap" => "[UNAVAILABLE]",
            "pop3" => "[SYS/TEMP]",
            "submission" => "421 4.3.2",
            _ => "TRYLATER",
        };
        assert!(said.contains(code), "{case}: {said}");
    }
    assert_no_password(&lifeboat.log_path());
}
