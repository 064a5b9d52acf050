//! {Postfix, Exim, swaks} × {plain, STARTTLS, implicit TLS} × {short, SMTPUTF8, BDAT, 25 MB, DSN}.
//!
//! What a peer cannot do is not tried: Postfix's client never says BDAT (its CHUNKING is the server's alone),
//! and swaks says neither BDAT nor parameters of MAIL and RCPT, so it has no SMTPUTF8 and no DSN. Exim says BDAT
//! whenever it is offered, so all its letters come that way. swaks' 25 MB go by STARTTLS.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::bed::{Bed, Inside, Stored};
use crate::rig::{
    Dialect, Port, Postfix, PostfixOptions, SmtpClient, need_packages, smtp, wait_until,
};

/// Where `tests/install.sh` unpacks Exim, whose package would remove Postfix.
pub(super) const EXIM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/exim/usr/sbin/exim4");
const MODES: [&str; 3] = ["plain", "starttls", "implicit"];
const LARGE_OCTETS: usize = 25 << 20;

/// What is handed over: a subject to find it by, the reverse-path, parameters, content.
pub(super) struct Letter {
    pub(super) subject: String,
    from: &'static str,
    mail: &'static str,
    rcpt: &'static str,
    bytes: Vec<u8>,
}

pub(super) fn letter(subject: &str, octets: usize) -> Letter {
    let mut text = format!(
        "From: carol@elsewhere.test\r\nTo: ann@example.com\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@elsewhere.test>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0000\r\n\r\n\
         ..a line with a dot\r\n.\r\n"
    );
    while text.len() < octets {
        text.push_str(".0123456789 0123456789 0123456789 0123456789 0123456789 012345\r\n");
    }
    Letter {
        subject: subject.to_owned(),
        from: "carol@elsewhere.test",
        mail: "",
        rcpt: "",
        bytes: text.into_bytes(),
    }
}

/// The letters that every peer sends in every mode.
fn letters(peer: &str, mode: &str) -> Vec<Letter> {
    let name = |what: &str| format!("{peer}-{mode}-{what}");
    vec![
        letter(&name("short"), 0),
        Letter {
            from: "grün@müller.test",
            mail: " SMTPUTF8 BODY=8BITMIME",
            bytes: [letter(&name("utf8"), 0).bytes, "grün\r\n".into()].concat(),
            ..letter(&name("utf8"), 0)
        },
        Letter {
            mail: " RET=HDRS ENVID=QQ314159",
            rcpt: " NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;ann+40example.com",
            ..letter(&name("dsn"), 0)
        },
        letter(&name("large"), LARGE_OCTETS),
    ]
}

/// It arrived, once, with all that was below the headers that its peer put in front, and by TLS where
/// that was asked for.
pub(super) fn assert_arrived(stored: &Stored, letter: &Letter, mode: &str) {
    let subject = &letter.subject;
    assert!(stored.body.ends_with(&letter.bytes), "{subject} is altered");
    let prefix = stored.prefix();
    let is_tls = prefix.contains("(using TLSv1.3 with cipher ");
    assert_eq!(is_tls, mode != "plain", "{subject}: {prefix}");
    let is_utf8 = prefix.contains("with UTF8SMTP");
    assert_eq!(is_utf8, letter.mail.contains("UTF8"), "{subject}: {prefix}");
    let path = format!("Return-Path: <{}>\r\n", letter.from);
    assert!(prefix.starts_with(&path), "{subject}: {prefix}");
}

/// Who asked to be told of success is, once for each letter that asked, in the words they used.
fn assert_receipts(inside: &Inside, letters: &[Letter], to: &str) {
    let asked = letters
        .iter()
        .filter(|letter| letter.rcpt.contains("SUCCESS"));
    let subjects: Vec<&str> = asked.map(|letter| &*letter.subject).collect();
    let queued = inside.queued(to);
    assert_eq!(queued.len(), subjects.len(), "{to}: {queued:?}");
    for ((to, text), subject) in queued.iter().zip(subjects) {
        assert_eq!(to, "carol@elsewhere.test");
        for line in [
            "Original-Envelope-Id: QQ314159",
            "Original-Recipient: rfc822; ann@example.com",
            "Action: delivered",
            &format!("Subject: {subject}"),
        ] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}:\n{text}");
        }
    }
}

#[test]
fn postfix_hands_over() {
    let bed = Bed::start("smtp-postfix", "");
    bed.provision();
    let port = |mode: &str| match mode {
        "implicit" => &bed.implicit,
        _ => &bed.trusted,
    };
    let (mut transports, mut maps) = (String::new(), String::new());
    for mode in MODES {
        let tls = match mode {
            "plain" => "none",
            "starttls" => "encrypt",
            _ => "encrypt -o smtp_tls_wrappermode=yes",
        };
        let _ = writeln!(
            transports,
            "{mode} unix - - n - - smtp -o smtp_tls_security_level={tls}"
        );
        let _ = write!(
            maps,
            " {{ {mode}.test = {mode}:[127.0.0.1]:{} }}",
            port(mode).number()
        );
    }
    let options = PostfixOptions {
        extra: format!(
            "transport_maps = inline:{{{maps} {{ elsewhere.test = discard: }} }}\nmessage_size_limit = 0\nmailbox_size_limit = 0\n\
             smtputf8_enable = yes\nsmtp_dns_support_level = disabled\n"
        ),
        transports,
        ..PostfixOptions::default()
    };
    let postfix = Postfix::start(&bed.dir.sub("postfix"), options);
    for mode in MODES {
        for letter in letters("postfix", mode) {
            submit(postfix.smtp(), &letter, &format!("ann@{mode}.test"));
        }
    }
    wait_until("Postfix's queue is empty", Duration::from_secs(60), || {
        postfix.queue().is_empty()
    });
    let log = postfix.log();
    bed.wait_for_queued(MODES.len());
    let inside = bed.into_store();
    for mode in MODES {
        let (to, letters) = (format!("ann@{mode}.test"), letters("postfix", mode));
        for letter in &letters {
            assert_arrived(&inside.message(&to, &letter.subject), letter, mode);
        }
        assert_receipts(&inside, &letters, &to);
    }
    assert!(!log.contains("status=bounced"), "{log}");
}

/// Gives a letter to Postfix with its parameters.
pub(super) fn submit(port: &Port, letter: &Letter, to: &str) {
    let mut client = SmtpClient::connect(port.addr(), Dialect::Smtp).expect("connect to Postfix");
    let say = |client: &mut SmtpClient, line: String, code| {
        let reply = client.command(&line).expect("talk to Postfix");
        assert_eq!(reply.code, code, "{line}: {reply:?}");
    };
    say(
        &mut client,
        format!("MAIL FROM:<{}>{}", letter.from, letter.mail),
        250,
    );
    say(&mut client, format!("RCPT TO:<{to}>{}", letter.rcpt), 250);
    say(&mut client, "DATA".to_owned(), 354);
    client
        .write(&smtp::dot_stuffed(&letter.bytes))
        .expect("send the message");
    let reply = client.read_reply().expect("a reply");
    assert!(reply.is_ok(), "{}: {reply:?}", letter.subject);
}

#[test]
fn exim_hands_over() {
    need_packages(&[(EXIM, "exim4-daemon-light (unpacked; see tests/install.sh)")]);
    let bed = Bed::start("smtp-exim", "");
    bed.provision();
    let exim = exim(
        &bed,
        &[
            ("plain", &bed.trusted, "hosts_avoid_tls = *"),
            ("starttls", &bed.trusted, "hosts_require_tls = *"),
            ("implicit", &bed.implicit, "protocol = smtps"),
        ],
    );
    for mode in MODES {
        for letter in letters("exim", mode) {
            exim.send(&letter, &format!("ann@{mode}.test"));
        }
    }
    let log = exim.log();
    bed.wait_for_queued(MODES.len());
    let inside = bed.into_store();
    for mode in MODES {
        let (to, letters) = (format!("ann@{mode}.test"), letters("exim", mode));
        for letter in &letters {
            assert_arrived(&inside.message(&to, &letter.subject), letter, mode);
        }
        assert_receipts(&inside, &letters, &to);
    }
    // K: handed over in chunks.
    let chunks = log.lines().filter(|line| line.contains(" K ")).count();
    assert!(chunks >= 9, "Exim used BDAT {chunks} times:\n{log}");
}

pub(super) struct Exim {
    dir: PathBuf,
}

/// Exim, which takes mail for each name's `.test` to that port, by a transport with those lines.
pub(super) fn exim(bed: &Bed, ways: &[(&str, &Port, &str)]) -> Exim {
    let dir = bed.dir.sub("exim");
    let mut transports = String::new();
    for (mode, port, how) in ways {
        let _ = write!(
            transports,
            "{mode}:\n  driver = smtp\n  port = {}\n  {how}\n  tls_verify_certificates =\n  \
             tls_verify_hosts =\n  tls_try_verify_hosts =\n  hosts_try_dane =\n  allow_localhost\n  \
             hosts_try_fastopen =\n  message_linelength_limit = 2000\n",
            port.number()
        );
    }
    let routers: String = ways
        .iter()
        .map(|(mode, ..)| {
            format!(
                "to_{mode}:\n  driver = manualroute\n  domains = {mode}.test\n  \
                 route_list = * 127.0.0.1\n  self = send\n  transport = {mode}\n"
            )
        })
        .collect();
    let configuration = format!(
        "primary_hostname = exim.rig.test\nexim_path = {EXIM}\nspool_directory = {spool}\n\
         log_file_path = {dir}/%slog\npid_file_path = {dir}/pid\nkeep_environment =\n\
         acl_smtp_rcpt = accept\nacl_smtp_data = accept\ndsn_advertise_hosts = *\n\
         smtputf8_advertise_hosts = *\nmessage_size_limit = 0\nhost_lookup =\ntls_advertise_hosts =\n\
         bounce_return_size_limit = 1K\n\
         begin routers\n{routers}begin transports\n{transports}begin retry\n* * F,1h,5s\n",
        spool = dir.join("spool").display(),
        dir = dir.display(),
    );
    std::fs::create_dir_all(dir.join("spool")).expect("make Exim's spool");
    std::fs::write(dir.join("exim.conf"), configuration).expect("write exim.conf");
    let id = Command::new("id").args(["-u", "Debian-exim"]).output();
    let id = String::from_utf8(id.expect("run id").stdout).unwrap();
    let id = id
        .trim()
        .parse()
        .expect("there is a user Debian-exim: tests/install.sh");
    for path in [dir.clone(), dir.join("spool")] {
        chown(&path, Some(id), None).expect("chown Exim's directories");
    }
    Exim { dir }
}

impl Exim {
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("mainlog")).unwrap_or_default()
    }

    /// Gives a letter to Exim on its standard input, which delivers it before it ends.
    pub(super) fn send(&self, letter: &Letter, to: &str) {
        let mut child = Command::new(EXIM)
            .arg("-C")
            .arg(self.dir.join("exim.conf"))
            .args(["-odf", "-bs"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start Exim");
        let said = format!(
            "EHLO client.rig.test\r\nMAIL FROM:<{}>{}\r\nRCPT TO:<{to}>{}\r\nDATA\r\n",
            letter.from, letter.mail, letter.rcpt
        );
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(said.as_bytes()).expect("talk to Exim");
        stdin
            .write_all(&smtp::dot_stuffed(&letter.bytes))
            .expect("talk to Exim");
        stdin.write_all(b"QUIT\r\n").expect("talk to Exim");
        drop(stdin);
        let output = child.wait_with_output().expect("Exim ends");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.contains("250 OK id="),
            "{}: {said}{errors}",
            letter.subject
        );
    }
}

#[test]
fn swaks_hands_over() {
    need_packages(&[("/usr/bin/swaks", "swaks")]);
    let bed = Bed::start("smtp-swaks", "");
    bed.provision();
    for mode in MODES {
        let (port, tls) = match mode {
            "plain" => (&bed.trusted, &[][..]),
            "starttls" => (&bed.trusted, &["--tls"][..]),
            _ => (&bed.implicit, &["--tls-on-connect"][..]),
        };
        let subject = format!("swaks-{mode}");
        let to = format!("ann@{mode}.test");
        swaks(bed.dir.path(), port, &to, &subject, tls);
    }
    // For whom a proxy speaks, by both ways of saying it.
    let proxied = [
        "--proxy-version",
        "2",
        "--proxy-family",
        "AF_INET",
        "--proxy-protocol",
        "STREAM",
    ];
    let ends = [
        "--proxy-source",
        "192.0.2.7",
        "--proxy-source-port",
        "4711",
        "--proxy-dest",
        "192.0.2.1",
        "--proxy-dest-port",
        "25",
    ];
    let proxied = [&proxied[..], &ends[..]].concat();
    swaks(
        bed.dir.path(),
        &bed.perimeter,
        "ann@plain.test",
        "swaks-proxied",
        &proxied,
    );
    let xclient = [
        "--xclient-addr",
        "192.0.2.8",
        "--xclient-name",
        "mx.elsewhere.test",
        "--xclient-helo",
        "elsewhere",
    ];
    swaks(
        bed.dir.path(),
        &bed.trusted,
        "bob@plain.test",
        "swaks-xclient",
        &xclient,
    );
    let large = letter("swaks-large", LARGE_OCTETS);
    let file = bed.dir.path().join("large.eml");
    std::fs::write(&file, &large.bytes).expect("write a message");
    let data = format!("@{}", file.display());
    let large_to = "bob@starttls.test";
    run_swaks(
        bed.dir.path(),
        &bed.trusted,
        large_to,
        &["--tls", "--data", &data],
    );
    let inside = bed.into_store();
    let stored = inside.message(large_to, &large.subject);
    // swaks puts a line end of its own before the final dot.
    let body = stored.body.strip_suffix(b"\r\n");
    assert!(body == Some(&large.bytes[..]), "swaks' 25 MB are altered");
    for mode in MODES {
        let stored = inside.message(&format!("ann@{mode}.test"), &format!("swaks-{mode}"));
        assert!(String::from_utf8_lossy(&stored.body).contains("said by swaks"));
    }
    let proxied = inside.message("ann@plain.test", "swaks-proxied").prefix();
    assert!(proxied.contains("([192.0.2.7])"), "{proxied}");
    let named = inside.message("bob@plain.test", "swaks-xclient").prefix();
    assert!(named.contains("([192.0.2.8])"), "{named}");
}

/// Sends a short letter with this subject.
fn swaks(dir: &Path, port: &Port, to: &str, subject: &str, more: &[&str]) {
    let subject = format!("Subject: {subject}");
    let content = ["--header", &*subject, "--body", "said by swaks"];
    run_swaks(dir, port, to, &[&content, more].concat());
}

pub(super) fn swaks_output(dir: &Path, port: &Port, to: &str, more: &[&str]) -> Output {
    let server = port.to_string();
    Command::new("/usr/bin/swaks")
        .current_dir(dir)
        .args(["--server", &*server, "--from", "carol@elsewhere.test"])
        .args(["--to", to, "--helo", "client.rig.test"])
        .args(more)
        .output()
        .expect("run swaks")
}

fn run_swaks(dir: &Path, port: &Port, to: &str, more: &[&str]) {
    let output = swaks_output(dir, port, to, more);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let end = said.len().saturating_sub(2_000);
    assert!(
        output.status.success(),
        "{more:?}: …{}{}",
        said.get(end..).unwrap_or_default(),
        String::from_utf8_lossy(&output.stderr)
    );
}
