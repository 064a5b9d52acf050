use super::*;
use crate::ids::DeliveryId;
use crate::receive::Accepted;

fn wire(reply: &SmtpReply) -> String {
    let mut out = Vec::new();
    reply.write_to(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn on_the_wire() {
    assert_eq!(wire(&SmtpReply::OK), "250 2.0.0 OK\r\n");
    assert_eq!(
        wire(&SmtpReply::greeting("x.example", Protocol::Lmtp)),
        "220 x.example LMTP Lifeboat\r\n"
    );
    assert_eq!(
        wire(&SmtpReply::extensions(
            "x.example",
            &["PIPELINING".into(), "SIZE 7".into()]
        )),
        "250-x.example\r\n250-PIPELINING\r\n250 SIZE 7\r\n"
    );
    assert_eq!(wire(&SmtpReply::hello("x.example")), "250 x.example\r\n");
    let accepted = Accepted::after_commit(DeliveryId::from_bytes([1; 16]));
    assert_eq!(
        wire(&SmtpReply::stored(&accepted)),
        "250 2.1.5 Stored as 01010101010101010101010101010101\r\n"
    );
}

const FAULTS: [MessageFault; 4] = [
    MessageFault::Line(DataFault::BareLf),
    MessageFault::Line(DataFault::BareCr),
    MessageFault::TooLarge,
    MessageFault::Loop,
];
const REFUSALS: [RefusedBy; 6] = [
    RefusedBy::Full,
    RefusedBy::Busy,
    RefusedBy::Rate,
    RefusedBy::MailboxFull,
    RefusedBy::Trouble,
    RefusedBy::Gone,
];

fn class(reply: &SmtpReply) -> u16 {
    let class = reply.code() / 100;
    let enhanced = reply.enhanced.map(|(class, _, _)| u16::from(class));
    assert_eq!(enhanced, Some(class), "{reply:?}");
    class
}

/// Whatever is wrong with a message, or with us, is "not now" (DESIGN.md, invariant 2).
#[test]
fn nothing_about_a_message_is_permanent_behind_an_mx() {
    let mut replies = vec![
        SmtpReply::TOO_MANY_RECIPIENTS,
        SmtpReply::TOO_BUSY,
        SmtpReply::CLIENT_TOO_BUSY,
        SmtpReply::NOT_TRUSTED,
        SmtpReply::TLS_NOT_NOW,
        SmtpReply::SHUTTING_DOWN,
        SmtpReply::TIMEOUT,
        SmtpReply::not_an_address(CommandError::ReversePath, Trust::Trusted),
        SmtpReply::not_an_address(CommandError::ForwardPath, Trust::Trusted),
    ];
    replies.extend(FAULTS.map(|fault| SmtpReply::message_fault(fault, Trust::Trusted)));
    for (is_ours, is_certain) in [(true, true), (true, false), (false, true), (false, false)] {
        let unknown = Unknown {
            is_ours,
            is_certain,
        };
        replies.push(SmtpReply::unknown_recipient(unknown, Trust::Trusted));
    }
    for reply in replies {
        assert_eq!(class(&reply), 4, "{reply:?}");
    }
}

/// Our own trouble is nobody's fault, and what the directory cannot vouch for is not said.
#[test]
fn what_a_stranger_is_told_for_good() {
    for refused in REFUSALS {
        let reply = SmtpReply::from(refused);
        assert_eq!(class(&reply), 4);
        assert!(reply.reason().is_some());
    }
    for fault in FAULTS {
        let reply = SmtpReply::message_fault(fault, Trust::Stranger);
        assert_eq!(class(&reply), 5);
        assert!(reply.reason().is_some());
    }
    for (is_ours, is_certain, expected) in [
        (true, true, 5),
        (true, false, 4),
        (false, true, 5),
        (false, false, 4),
    ] {
        let unknown = Unknown {
            is_ours,
            is_certain,
        };
        let reply = SmtpReply::unknown_recipient(unknown, Trust::Stranger);
        assert_eq!(class(&reply), expected, "{unknown:?}");
    }
}
