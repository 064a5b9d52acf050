//! What a smarthost is given: {Postfix, Exim} × {plain, STARTTLS, implicit TLS} × {short, addresses beyond ASCII,
//! 8 bits, 25 MB, reports of success}, and smtp-sink, which knows no TLS, no such addresses and no reports.

use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use lifeboat::ids::QueueId;
use lifeboat::net::{Endpoint, Tls, TlsConnector};
use lifeboat::send::Smarthost;
use lifeboat::store::queue::{QueueEntry, RecipientState, Tell};

use super::house::{ANN, House, PATIENCE, plain};
use crate::rig::{
    Dialect, Group, Port, Postfix, PostfixOptions, RigDir, Server, Sink, SmtpClient, certificate,
    need_packages, wait_for, wait_until,
};

/// Where `tests/install.sh` unpacks Exim, whose package would remove Postfix.
const EXIM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/exim/usr/sbin/exim4");
const LINE: &str = "A line of text that is as long as lines are in mail, more or less.\r\n";

/// A smarthost's ports.
struct Ports {
    /// Plain, and STARTTLS.
    smtp: u16,
    /// TLS from the first byte.
    wrapped: u16,
}

fn message(name: &str, body: &str) -> Vec<u8> {
    // What is missing the smarthost would add, below what is there.
    format!(
        "From: {ANN}\r\nSubject: {name}\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n\
         Message-ID: <{name}@example.com>\r\nTo: undisclosed-recipients:;\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{body}"
    )
    .into_bytes()
}

/// What went out has arrived: at the recipient, and as it was sent.
fn arrived(sink: &Sink, name: &str, to: &str, sent: &[u8]) {
    let arrived = sink.wait_for(&format!("Subject: {name}\r\n"), PATIENCE);
    assert_eq!(arrived.from, ANN, "{name}");
    assert_eq!(arrived.to, [to], "{name}");
    assert!(
        arrived.data.ends_with(sent),
        "{name}: {} of {} bytes",
        arrived.data.len(),
        sent.len()
    );
}

fn every_kind(dir: &RigDir, sink: &Sink, ports: &Ports, connector: &TlsConnector) {
    let address = ([127, 0, 0, 1], ports.smtp).into();
    let client = SmtpClient::connect_within(address, Dialect::Smtp, PATIENCE).expect("it greets");
    assert!(
        client.extensions.iter().any(|word| word == "CHUNKING"),
        "chunks are what most of these go as: {:?}",
        client.extensions
    );
    drop(client);
    let ways = [
        (Tls::Off, ports.smtp, true),
        (Tls::Starttls, ports.smtp, true),
        (Tls::Implicit, ports.wrapped, true),
        (Tls::Off, ports.smtp, false),
        (Tls::Implicit, ports.wrapped, false),
    ];
    for (at, (tls, port, chunking)) in ways.into_iter().enumerate() {
        let host = Smarthost {
            tls,
            chunking,
            tls_name: Some("localhost".to_owned()),
            connector: (tls != Tls::Off).then(|| connector.clone()),
            ..plain(Endpoint::tcp("127.0.0.1", port))
        };
        let house = House::open_with(&dir.path().join(format!("store-{at}")), vec![host]);
        let large = LINE.repeat(25_000_000 / LINE.len());
        let success = Tell {
            success: true,
            delay_at: None,
        };
        let (plain_to, utf8_to) = ("you@elsewhere.test", "gr\u{fc}n@elsewhere.test");
        let kinds = [
            ("short", plain_to, "hello\r\n.\r\n", Tell::default()),
            ("beyond-ascii", utf8_to, "hello\r\n", Tell::default()),
            (
                "eight-bits",
                plain_to,
                "gr\u{fc}n \u{1f4ee}\r\n",
                Tell::default(),
            ),
            ("large", plain_to, large.as_str(), Tell::default()),
            ("asked", plain_to, "hello\r\n", success),
        ];
        for (number, (kind, to, body, tell)) in (1..).zip(kinds) {
            let name = format!("{kind}-{at}");
            let sent = message(&name, body);
            house.send_with(number, &[to], &sent, tell);
            let entry = house.wait(number, "it is sent", QueueEntry::is_finished);
            let is_taken = entry.recipients.iter().all(|to| {
                matches!(&to.state, RecipientState::Relayed { reply, .. } if reply.code == Some(250))
            });
            assert!(is_taken, "{tls:?}: {entry:?}");
            arrived(sink, &name, to, &sent);
        }
        // The sink sends no reports, so the smarthost says what it did, by the name that we gave it.
        let id = QueueId::from_bytes([5; 16]).to_string();
        let what = format!("a report of {id}");
        let report = wait_for(&what, PATIENCE, || {
            let mut all = sink
                .messages()
                .into_iter()
                .filter(|one| one.from.is_empty());
            all.find(|one| one.contains(&id) && one.contains(&format!("asked-{at}")))
        });
        assert_eq!(report.to, [ANN], "{tls:?}");
        assert!(
            report.contains("Action: relayed") || report.contains("Action: delivered"),
            "{tls:?}: {}",
            String::from_utf8_lossy(&report.data)
        );
        assert!(
            house.reports().is_empty(),
            "{tls:?}: the smarthost tells it, not we"
        );
        house.close();
    }
}

#[test]
fn postfix_takes_every_kind_of_message_over_every_kind_of_connection() {
    let dir = RigDir::new("modes");
    let sink = Sink::start();
    let (certificate, key) = certificate(dir.path(), 2);
    let wrapped = Port::reserve();
    let options = PostfixOptions {
        relayhost: Some(sink.port().addr()),
        extra: format!(
            "smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_security_level = may\n\
             message_size_limit = 60000000\nsmtpd_forbid_bare_newline = yes\nsmtputf8_enable = yes",
        ),
        transports: format!(
            "127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n",
            wrapped.number()
        ),
        ..PostfixOptions::default()
    };
    let smarthost = Postfix::start(&dir.sub("smarthost"), options);
    let connector = TlsConnector::new(Some(certificate.as_ref())).expect("trust the certificate");
    let ports = Ports {
        smtp: smarthost.smtp().number(),
        wrapped: wrapped.number(),
    };
    every_kind(&dir, &sink, &ports, &connector);
}

#[test]
fn exim_takes_every_kind_of_message_over_every_kind_of_connection() {
    need_packages(&[(EXIM, "exim4-daemon-light (unpacked; see tests/install.sh)")]);
    let dir = RigDir::new("exim");
    let sink = Sink::start();
    let (smtp, wrapped) = (Port::reserve(), Port::reserve());
    let certificate = certificate(dir.path(), 2);
    let _exim = exim(&dir.sub("smarthost"), &sink, &smtp, &wrapped, &certificate);
    let connector = TlsConnector::new(Some(certificate.0.as_ref())).expect("trust the certificate");
    let ports = Ports {
        smtp: smtp.number(),
        wrapped: wrapped.number(),
    };
    every_kind(&dir, &sink, &ports, &connector);
}

/// Starts Exim as a smarthost that hands everything to the sink.
fn exim(
    dir: &Path,
    sink: &Sink,
    smtp: &Port,
    wrapped: &Port,
    certificate: &(String, String),
) -> Server {
    let spool = dir.join("spool");
    std::fs::create_dir_all(&spool).expect("make Exim's spool");
    // It reads them as its own user, who has no way into the certificate's directory.
    let (chain, key) = (dir.join("tls.pem"), dir.join("tls.key"));
    std::fs::copy(&certificate.0, &chain).expect("copy the certificate");
    std::fs::copy(&certificate.1, &key).expect("copy the key");
    let text = format!(
        "primary_hostname = exim.rig.test\nexim_path = {EXIM}\nspool_directory = {spool}\nlog_file_path = {dir}/%slog\n\
         pid_file_path = {dir}/pid\nkeep_environment =\nacl_smtp_rcpt = accept\nacl_smtp_data = accept\n\
         dsn_advertise_hosts = *\nsmtputf8_advertise_hosts = *\nmessage_size_limit = 0\nhost_lookup =\n\
         deliver_drop_privilege = true\ntls_advertise_hosts = *\ntls_certificate = {chain}\n\
         tls_privatekey = {key}\ndaemon_smtp_ports = {smtp} : {wrapped}\ntls_on_connect_ports = {wrapped}\n\
         local_interfaces = 127.0.0.1\nbounce_return_size_limit = 1K\n\
         begin routers\nall:\n  driver = manualroute\n  route_list = * 127.0.0.1\n  self = send\n  transport = out\n\
         begin transports\nout:\n  driver = smtp\n  port = {sink}\n  allow_localhost\n  hosts_avoid_tls = *\n  \
         hosts_try_dane =\n  hosts_try_fastopen =\n  message_linelength_limit = 2000\n\
         begin retry\n* * F,1h,5s\n",
        spool = spool.display(),
        dir = dir.display(),
        chain = chain.display(),
        key = key.display(),
        smtp = smtp.number(),
        wrapped = wrapped.number(),
        sink = sink.port().number(),
    );
    let file = dir.join("exim.conf");
    std::fs::write(&file, text).expect("write exim.conf");
    let id = Command::new("id").args(["-u", "Debian-exim"]).output();
    let id = String::from_utf8(id.expect("run id").stdout).expect("a number");
    let id = id.trim().parse();
    let id = id.expect("there is a user Debian-exim: tests/install.sh");
    for path in [dir, &spool, &chain, &key] {
        chown(path, Some(id), None).expect("chown Exim's files");
    }
    let mut command = Command::new(EXIM);
    command.arg("-C").arg(&file).args(["-bdf", "-q5s"]);
    let mut server = Server::spawn("Exim", &mut command, Group::Ours);
    wait_until("Exim answers", PATIENCE, || {
        assert!(
            server.is_running(),
            "Exim ended at once; see {}",
            dir.display()
        );
        SmtpClient::connect(smtp.addr(), Dialect::Smtp).is_ok()
    });
    server
}

/// What Postfix's own test receiver can: plain text, 8 bits, size.
#[test]
fn smtp_sink_takes_what_it_knows() {
    need_packages(&[("/usr/sbin/smtp-sink", "postfix")]);
    let dir = RigDir::new("smtp-sink");
    let port = Port::reserve();
    let mut command = Command::new("/usr/sbin/smtp-sink");
    command
        .args(["-u", "root"])
        .args([&port.addr().to_string(), "16"]);
    let mut server = Server::spawn("smtp-sink", &mut command, Group::Ours);
    wait_until("smtp-sink answers", PATIENCE, || {
        assert!(server.is_running(), "smtp-sink ended at once");
        SmtpClient::connect(port.addr(), Dialect::Smtp).is_ok()
    });
    let host = plain(Endpoint::tcp("127.0.0.1", port.number()));
    let house = House::open_with(&dir.path().join("store"), vec![host]);
    let large = LINE.repeat(25_000_000 / LINE.len());
    for (number, (name, body)) in (1..).zip([
        ("short", "hello\r\n.\r\n"),
        ("eight-bits", "gr\u{fc}n\r\n"),
        ("large", large.as_str()),
    ]) {
        house.send(number, &["you@elsewhere.test"], &message(name, body));
        let entry = house.wait(number, "it is sent", QueueEntry::is_finished);
        assert!(
            matches!(&entry.recipients[0].state, RecipientState::Relayed { .. }),
            "{entry:?}"
        );
    }
    let to = ["gr\u{fc}n@elsewhere.test"];
    house.send(9, &to, &message("beyond-ascii", "hello\r\n"));
    let entry = house.wait(9, "it comes back", QueueEntry::is_finished);
    assert!(
        matches!(&entry.recipients[0].state, RecipientState::Failed { reply, .. } if reply.text.starts_with("5.6.7")),
        "{entry:?}"
    );
    house.close();
}
