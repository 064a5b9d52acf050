//! Strangers at the perimeter: who does not exist, relaying, SPF, DKIM and DMARC from a real name server.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use lifeboat::mail::Role;
use lifeboat::store::messages::folder_of;

use super::bed::Bed;
use crate::rig::{Dialect, Group, Port, RigDir, Server, SmtpClient, need_packages, wait_until};

/// An address of the documentation's networks that SPF allows, and one that it does not.
const ALLOWED: [u8; 4] = [192, 0, 2, 7];
pub(super) const OTHER: [u8; 4] = [198, 51, 100, 9];

/// The PROXY protocol's header, version 2, for a client.
pub(super) fn header(client: [u8; 4]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c".to_vec();
    header.extend(client);
    header.extend([192, 0, 2, 1]);
    header.extend(40_000_u16.to_be_bytes());
    header.extend(25_u16.to_be_bytes());
    header
}

pub(super) fn stranger(bed: &Bed, client: [u8; 4]) -> SmtpClient {
    SmtpClient::connect_behind(bed.perimeter.addr(), Dialect::Smtp, &header(client))
        .expect("connect to the perimeter")
}

#[test]
fn only_a_fresh_directory_says_for_good_who_does_not_exist() {
    let bed = Bed::start("smtp-fresh", "verify_senders = false");
    let mut client = stranger(&bed, OTHER);
    let mut rcpt = |to: &str| {
        client.command("RSET").expect("talk");
        client
            .command("MAIL FROM:<x@elsewhere.test>")
            .expect("talk");
        let reply = client.command(&format!("RCPT TO:<{to}>")).expect("talk");
        format!("{} {}", reply.code, reply.text.get(..5).unwrap_or_default())
    };
    // Nothing was ever imported: nothing is certain.
    assert_eq!(rcpt("nobody@example.com"), "450 4.7.1");
    assert_eq!(rcpt("victim@elsewhere.test"), "450 4.7.1");
    bed.provision();
    assert_eq!(rcpt("ann@example.com"), "250 2.1.5");
    assert_eq!(rcpt("postmaster"), "250 2.1.5");
    assert_eq!(rcpt("nobody@example.com"), "550 5.1.1");
    assert_eq!(rcpt("victim@elsewhere.test"), "550 5.7.1");
    assert_eq!(rcpt("@example.com:victim@elsewhere.test"), "550 5.7.1");
    let refused = bed.metric("lifeboat_intake_refused_total{reason=\"relay\"}");
    assert_eq!(refused, 4);
}

/// A load balancer's own check (PROXY protocol §2.2, LOCAL) is greeted, and is nobody who is trusted.
#[test]
fn a_load_balancers_own_check_is_greeted() {
    let bed = Bed::start("smtp-local", "verify_senders = false");
    bed.provision();
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    let mut client =
        SmtpClient::connect_behind(bed.perimeter.addr(), Dialect::Smtp, local).expect("be greeted");
    client
        .command("MAIL FROM:<x@elsewhere.test>")
        .expect("talk");
    let relayed = client
        .command("RCPT TO:<victim@elsewhere.test>")
        .expect("talk");
    assert_eq!(relayed.code, 550);
}

/// A name server with the zones of the cases, and the key of those that sign.
struct Zones {
    _server: Server,
    port: Port,
    key: PathBuf,
}

fn zones(dir: &RigDir) -> Zones {
    need_packages(&[
        ("/usr/sbin/knotd", "knot"),
        ("/usr/bin/dkimsign", "python3-dkim"),
    ]);
    let home = dir.sub("knot");
    let key = home.join("dkim.key");
    openssl(&["genrsa", "-traditional", "-out"], &key);
    let public = home.join("dkim.pub");
    let from = key.display().to_string();
    openssl(&["rsa", "-pubout", "-in", &from, "-out"], &public);
    let public: String = std::fs::read_to_string(public)
        .expect("read the public key")
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let key_text: String = public.as_bytes().chunks(200).fold(
        "\"v=DKIM1; k=rsa; p=\"".to_owned(),
        |mut text, piece| {
            let _ = write!(text, " \"{}\"", String::from_utf8_lossy(piece));
            text
        },
    );
    let port = Port::reserve();
    let mut conf = format!(
        "server:\n  listen: 127.0.0.1@{}\n  rundir: {home}\ndatabase:\n  storage: {home}\n\
         template:\n  - id: default\n    storage: {home}\nzone:\n",
        port.number(),
        home = home.display(),
    );
    for (zone, policy) in [
        ("strict.test", Some("reject")),
        ("careful.test", Some("quarantine")),
        ("watching.test", Some("none")),
        ("quiet.test", None),
        // Policies are looked for there too.
        ("test", None),
    ] {
        let _ = write!(conf, "  - domain: {zone}\n    file: {zone}.zone\n");
        let mut text = format!(
            "$ORIGIN {zone}.\n$TTL 60\n@ SOA ns hostmaster 1 60 60 600 60\n@ NS ns\nns A 127.0.0.1\n"
        );
        if let Some(policy) = policy {
            let _ = write!(
                text,
                "@ TXT \"v=spf1 ip4:192.0.2.7 -all\"\n_dmarc TXT \"v=DMARC1; p={policy}\"\n\
                 s1._domainkey TXT ( {key_text} )\n"
            );
        }
        std::fs::write(home.join(format!("{zone}.zone")), text).expect("write a zone");
    }
    let path = home.join("knot.conf");
    std::fs::write(&path, conf).expect("write knot.conf");
    let log = std::fs::File::create(home.join("log")).expect("create a log");
    let mut command = Command::new("/usr/sbin/knotd");
    command
        .arg("-c")
        .arg(&path)
        .stdout(log.try_clone().expect("clone a file"))
        .stderr(log);
    let server = Server::spawn("knotd", &mut command, Group::Ours);
    wait_until("knotd answers", Duration::from_secs(60), || {
        std::net::TcpStream::connect(port.addr()).is_ok()
    });
    Zones {
        _server: server,
        port,
        key,
    }
}

fn openssl(args: &[&str], to: &Path) {
    let status = Command::new("openssl")
        .args(args)
        .arg(to)
        .stderr(Stdio::null())
        .status()
        .expect("run openssl");
    assert!(status.success(), "openssl {args:?}: {status}");
}

impl Zones {
    /// The message with a signature of `domain` in front, by dkimpy.
    fn sign(&self, domain: &str, message: &[u8]) -> Vec<u8> {
        let mut child = Command::new("/usr/bin/dkimsign")
            .args(["s1", domain])
            .arg(&self.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start dkimsign");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(message).expect("talk to dkimsign");
        drop(stdin);
        let output = child.wait_with_output().expect("dkimsign ends");
        assert!(output.status.success(), "dkimsign: {}", output.status);
        // It writes the line ends of its platform.
        let text = String::from_utf8(output.stdout).expect("text");
        text.replace("\r\n", "\n")
            .replace('\n', "\r\n")
            .into_bytes()
    }
}

/// How a message is signed.
#[derive(Clone, Copy, PartialEq)]
enum Signed {
    No,
    Yes,
    /// And altered afterwards.
    Altered,
}

#[test]
fn who_a_stranger_is_decides_about_junk() {
    use Role::{Inbox, Junk};
    use Signed::{Altered, No, Yes};
    let dir = RigDir::new("smtp-zones");
    let zones = zones(&dir);
    let bed = Bed::start(
        "smtp-authentic",
        &format!("name_servers = [\"{}\"]", zones.port),
    );
    bed.provision();
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let in_our_name = format!("Authentication-Results: {host}; dmarc=pass\r\n");
    let spam = "X-Spam-Flag: YES\r\n";
    let cases = [
        (
            "strict.test",
            ALLOWED,
            No,
            "",
            ["spf=pass", "dmarc=pass"],
            Inbox,
        ),
        (
            "strict.test",
            OTHER,
            No,
            "",
            ["spf=fail", "dmarc=fail"],
            Junk,
        ),
        (
            "careful.test",
            OTHER,
            No,
            "",
            ["spf=fail", "dmarc=fail"],
            Junk,
        ),
        // Sent on by another host: the signature still tells.
        (
            "strict.test",
            OTHER,
            Yes,
            "",
            ["dkim=pass", "dmarc=pass"],
            Inbox,
        ),
        (
            "strict.test",
            OTHER,
            Altered,
            "",
            ["dkim=neutral", "dmarc=fail"],
            Junk,
        ),
        (
            "watching.test",
            OTHER,
            No,
            "",
            ["spf=fail", "policy.dmarc=none"],
            Inbox,
        ),
        (
            "quiet.test",
            OTHER,
            No,
            "",
            ["spf=none", "dmarc=none"],
            Inbox,
        ),
        // What a stranger says about itself.
        (
            "quiet.test",
            OTHER,
            No,
            spam,
            ["spf=none", "dmarc=none"],
            Inbox,
        ),
        (
            "quiet.test",
            OTHER,
            No,
            &*in_our_name,
            ["spf=none", "dmarc=none"],
            Junk,
        ),
    ];
    for (number, (domain, client, signed, extra, _, _)) in cases.iter().enumerate() {
        let text = format!(
            "{extra}From: carol@{domain}\r\nTo: ann@example.com\r\nSubject: case{number}\r\n\
             Message-ID: <case{number}@{domain}>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0000\r\n\r\nhello\r\n"
        );
        let mut message = match signed {
            No => text.into_bytes(),
            Yes | Altered => zones.sign(domain, text.as_bytes()),
        };
        if *signed == Altered {
            message.extend(b"and more\r\n");
        }
        let mut client = stranger(&bed, *client);
        let from = format!("carol@{domain}");
        let replies = client.send(&from, &["ann@example.com"], &message);
        let reply = replies.expect("hand over").remove(0);
        assert!(reply.is_ok(), "case {number}: {reply:?}");
    }
    let inside = bed.into_store();
    for (number, (domain, _, _, _, expected, role)) in cases.iter().enumerate() {
        let stored = inside.message("ann@example.com", &format!("case{number}"));
        let prefix = stored.prefix();
        let results = format!("Authentication-Results: {host};");
        assert!(
            prefix.contains(&results),
            "case {number} {domain}: {prefix}"
        );
        for result in expected {
            assert!(
                prefix.contains(result),
                "case {number} {domain}, {result}: {prefix}"
            );
        }
        assert_eq!(
            stored.record.folder,
            folder_of(*role),
            "case {number}: {prefix}"
        );
    }
}
