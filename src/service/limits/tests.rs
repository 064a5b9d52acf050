use super::*;
use crate::ids::MailboxId;

fn limits() -> Relay {
    toml::from_str(
        "recipients_per_day = 10\nnew_recipients_per_day = 3\n\
         domain_recipients_per_day = 20\nreseller_recipients_per_day = 30\n",
    )
    .unwrap()
}

#[test]
fn a_limit_is_passed_by_the_first_recipient_beyond_it() {
    let mailbox = Scope::Mailbox(MailboxId::from_bytes([1; 16]));
    let domain = Scope::Domain("example.com".into());
    let reseller = Scope::Reseller("acme".parse().unwrap());
    let count = |(recipients, new)| Counted { recipients, new };
    for (scope, used, more, expected) in [
        (&mailbox, (0, 0), (10, 3), false),
        (&mailbox, (0, 0), (11, 0), true),
        (&mailbox, (10, 0), (1, 0), true),
        (&mailbox, (9, 3), (1, 0), false),
        (&mailbox, (9, 3), (1, 1), true),
        // Whom a mailbox wrote to before it may answer, whatever it sent to strangers.
        (&mailbox, (5, 9), (1, 0), false),
        (&domain, (19, 19), (1, 1), false),
        (&domain, (20, 0), (1, 0), true),
        (&reseller, (30, 0), (1, 0), true),
        (&reseller, (29, 0), (1, 0), false),
        (&mailbox, (u32::MAX, 0), (1, 0), true),
    ] {
        let passed = is_passed(&limits(), scope, count(used), count(more));
        assert_eq!(passed, expected, "{scope:?} {used:?} {more:?}");
    }
}
