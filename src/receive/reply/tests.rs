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
        wire(&SmtpReply::greeting("x.example")),
        "220 x.example LMTP Lifeboat\r\n"
    );
    assert_eq!(
        wire(&SmtpReply::extensions("x.example")),
        "250-x.example\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
         250 ENHANCEDSTATUSCODES\r\n"
    );
    let accepted = Accepted::after_commit(DeliveryId::from_bytes([1; 16]));
    assert_eq!(
        wire(&SmtpReply::stored(&accepted)),
        "250 2.1.5 Stored as 01010101010101010101010101010101\r\n"
    );
}

/// Whatever is wrong with a message, or with us, is "not now" (DESIGN.md, invariant 2).
#[test]
fn nothing_about_a_message_is_permanent() {
    let replies = [
        SmtpReply::UNKNOWN_RECIPIENT,
        SmtpReply::TOO_MANY_RECIPIENTS,
        SmtpReply::TOO_LARGE,
        SmtpReply::TOO_BUSY,
        SmtpReply::SHUTTING_DOWN,
        SmtpReply::TIMEOUT,
        CommandError::ReversePath.into(),
        CommandError::ForwardPath.into(),
        DataFault::BareLf.into(),
        DataFault::BareCr.into(),
        RefusedBy::Full.into(),
        RefusedBy::Trouble.into(),
        RefusedBy::Gone.into(),
    ];
    for reply in replies {
        assert_eq!(reply.code() / 100, 4, "{reply:?}");
        assert_eq!(
            reply.enhanced.map(|(class, _, _)| class),
            Some(4),
            "{reply:?}"
        );
    }
}
