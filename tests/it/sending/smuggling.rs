//! Smuggling out: what stands in a message never ends it early at a smarthost, not even at one that takes a bare
//! line feed for the end of a line.

use lifeboat::store::queue::{QueueEntry, RecipientState};

use super::house::{ANN, House, PATIENCE};
use crate::rig::{Postfix, PostfixOptions, RigDir, Sink};

const COMMANDS: &str = "MAIL FROM:<boss@example.com>\r\nRCPT TO:<you@elsewhere.test>\r\nDATA\r\n\
    Subject: smuggled\r\n\r\nx\r\n.\r\nNOOP\r\n";

/// What some server takes, or once took, for the end of a message, and whether it may stand in one.
const ENDS: &[(&str, bool)] = &[
    ("\r\n.\r\n", true),
    ("\r\n..\r\n", true),
    ("\r\n.\r\n.\r\n", true),
    ("\n.\n", false),
    ("\n.\r\n", false),
    ("\r\n.\n", false),
    ("\n.\r", false),
    ("\r.\r", false),
    ("\r.\n", false),
    ("\r.\r\n", false),
    ("\r\n.\r", false),
    ("\r\r\n.\r\r\n", false),
];

#[test]
fn no_message_leaves_in_another() {
    let dir = RigDir::new("smuggle");
    let sink = Sink::start();
    let options = PostfixOptions {
        relayhost: Some(sink.port().addr()),
        // As careless as it gets.
        extra: "smtpd_forbid_bare_newline = no\nsmtpd_forbid_unauth_pipelining = no\n\
                message_size_limit = 60000000"
            .to_owned(),
        ..PostfixOptions::default()
    };
    let smarthost = Postfix::start(&dir.sub("smarthost"), options);
    let house = House::open(&dir.path().join("store"), smarthost.smtp().addr());
    let mut good = 0;
    // Whole in memory, and read in pieces whose ends fall on every part of a line.
    let padding = [String::new(), ".\r\n".repeat(400_000)];
    let mut number = 0;
    for padding in &padding {
        for (end, is_allowed) in ENDS {
            number += 1;
            let head = format!(
                "From: {ANN}\r\nTo: you@elsewhere.test\r\nSubject: honest-{number}\r\n\
                 Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-ID: <{number}@example.com>\r\n\r\n"
            );
            let message = format!("{head}{padding}before{end}{COMMANDS}");
            house.send(number, &["you@elsewhere.test"], message.as_bytes());
            let entry = house.wait(number, "it is done", QueueEntry::is_finished);
            match &entry.recipients[0].state {
                RecipientState::Relayed { .. } => {
                    assert!(is_allowed, "{end:?} went out");
                    let what = format!("Subject: honest-{number}\r\n");
                    let arrived = sink.wait_for(&what, PATIENCE);
                    assert!(arrived.data.ends_with(message.as_bytes()), "{end:?}");
                    good += 1;
                }
                RecipientState::Failed { reply, .. } => {
                    assert!(!is_allowed, "{end:?}: {reply:?}");
                    assert!(reply.text.starts_with("5.6.0"), "{end:?}: {reply:?}");
                }
                other => panic!("{end:?}: {other:?}"),
            }
        }
    }
    // One more, behind which anything that was smuggled would have come.
    let last = format!("From: {ANN}\r\nSubject: the-last\r\n\r\nx\r\n");
    house.send(200, &["you@elsewhere.test"], last.as_bytes());
    sink.wait_for("Subject: the-last\r\n", PATIENCE);
    let all = sink.messages();
    assert_eq!(all.len(), good + 1);
    assert!(all.iter().all(|message| message.from == ANN));
    house.close();
}
