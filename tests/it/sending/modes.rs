//! What a smarthost is given, over every kind of connection.

use lifeboat::ids::QueueId;
use lifeboat::net::{Endpoint, Tls, TlsConnector};
use lifeboat::send::Smarthost;
use lifeboat::store::queue::{QueueEntry, RecipientState, Tell};

use super::house::{ANN, House, PATIENCE, plain};
use crate::rig::{Port, Postfix, PostfixOptions, RigDir, Sink, certificate};

/// {plain, STARTTLS, implicit TLS} × {addresses beyond ASCII, 25 MB, reports of success}, on Postfix.
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
    let body = "A line of text that is as long as lines are in mail, more or less.\r\n";
    for (at, (tls, port)) in [
        (Tls::Off, smarthost.smtp().number()),
        (Tls::Starttls, smarthost.smtp().number()),
        (Tls::Implicit, wrapped.number()),
    ]
    .into_iter()
    .enumerate()
    {
        let host = Smarthost {
            tls,
            tls_name: Some("localhost".to_owned()),
            connector: (tls != Tls::Off).then(|| connector.clone()),
            ..plain(Endpoint::tcp("127.0.0.1", port))
        };
        let house = House::open_with(&dir.sub(&format!("store-{at}")), vec![host]);
        let number = |n: u8| u8::try_from(at).expect("small") * 10 + n;
        let content = |name: &str, times: usize| {
            // What is missing Postfix would add, below what is there.
            let head = format!(
                "From: {ANN}\r\nSubject: {name}-{at}\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n\
                 Message-ID: <{name}-{at}@example.com>\r\nTo: undisclosed-recipients:;\r\n\r\n"
            );
            [head, body.repeat(times)].concat().into_bytes()
        };
        house.send(
            number(1),
            &["gr\u{fc}n@elsewhere.test"],
            &content("beyond-ascii", 1),
        );
        let large = content("large", 25_000_000 / body.len());
        house.send(number(2), &["yes@elsewhere.test"], &large);
        let tell = Tell {
            success: true,
            delay_at: None,
        };
        house.send_with(
            number(3),
            &["yes@elsewhere.test"],
            &content("asked", 1),
            tell,
        );
        for n in 1..=3 {
            let entry = house.wait(number(n), "it is sent", QueueEntry::is_finished);
            let sent = entry.recipients.iter().all(|to| {
                matches!(&to.state, RecipientState::Relayed { reply, .. } if reply.code == Some(250))
            });
            assert!(sent, "{tls:?}: {entry:?}");
        }
        let arrived = sink.wait_for(&format!("beyond-ascii-{at}"), PATIENCE);
        assert_eq!(arrived.to, ["gr\u{fc}n@elsewhere.test"], "{tls:?}");
        let arrived = sink.wait_for(&format!("large-{at}"), PATIENCE);
        assert!(
            arrived.data.ends_with(&large),
            "{tls:?}: {} bytes",
            arrived.data.len()
        );
        // The sink sends no reports, so Postfix says that it was relayed, by the name we gave it.
        let id = QueueId::from_bytes([number(3); 16]);
        let report = sink.wait_for(&format!("Original-Envelope-Id: {id}"), PATIENCE);
        assert!(report.contains("Action: relayed"), "{tls:?}");
        assert_eq!(
            (report.from.as_str(), report.to),
            ("", vec![ANN.to_owned()])
        );
        assert!(
            house.reports().is_empty(),
            "{tls:?}: the smarthost tells it, not we"
        );
        house.close();
    }
}
