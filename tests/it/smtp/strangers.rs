//! {Postfix, Exim, swaks} as strangers, by STARTTLS: what is for a mailbox is taken, what is for nobody or for elsewhere is
//! refused for good, and each of them understands it so.

use std::time::Duration;

use super::bed::Bed;
use super::interop::{EXIM, assert_arrived, exim, letter, submit, swaks_output};
use crate::rig::{Postfix, PostfixOptions, need_packages, wait_until};

/// Where they call from: the trusted host is 127.0.0.1.
const FROM: &str = "127.0.0.2";
/// Whom they write to, and the answer that each is to be given.
const TO: [(&str, &str); 3] = [
    ("ann@starttls.test", "250 2."),
    ("nobody@starttls.test", "550 5.1.1"),
    ("victim@foreign.test", "550 5.7.1"),
];

#[test]
fn strangers_hand_over_by_tls_what_is_for_mailboxes_and_nothing_else() {
    need_packages(&[
        (EXIM, "exim4-daemon-light (unpacked; see tests/install.sh)"),
        ("/usr/bin/swaks", "swaks"),
    ]);
    let bed = Bed::start("smtp-strangers", "verify_senders = false");
    bed.provision();
    for (peer, said) in [
        ("postfix", by_postfix(&bed)),
        ("exim", by_exim(&bed)),
        ("swaks", by_swaks(&bed)),
    ] {
        for (to, answer) in TO {
            let about = said.lines().filter(|line| line.contains(to));
            let told = about.filter(|line| line.contains(answer)).count();
            assert!(told >= 1, "{peer} was not told {answer} for {to}:\n{said}");
        }
    }
    for (way, count) in [("perimeter", 3), ("smtp", 0)] {
        let metric = format!("lifeboat_intake_messages_total{{way=\"{way}\"}}");
        assert_eq!(bed.metric(&metric), count, "{way}");
    }
    for (reason, count) in [("unknown-recipient", 3), ("relay", 3)] {
        let metric = format!("lifeboat_intake_refused_total{{reason=\"{reason}\"}}");
        assert_eq!(bed.metric(&metric), count, "{reason}");
    }
    let inside = bed.into_store();
    let (to, _) = TO[0];
    for peer in ["postfix", "exim"] {
        let letter = letter(&format!("stranger-{peer}"), 0);
        assert_arrived(&inside.message(to, &letter.subject), &letter, "starttls");
    }
    let said = inside.message(to, "stranger-swaks").prefix();
    assert!(said.contains("(using TLSv1.3 with cipher "), "{said}");
    assert!(said.contains(&format!("([{FROM}])")), "{said}");
}

/// What Postfix wrote to its log of the three.
fn by_postfix(bed: &Bed) -> String {
    let port = bed.open.number();
    let options = PostfixOptions {
        extra: format!(
            "transport_maps = inline:{{ {{ starttls.test = stranger:[127.0.0.1]:{port} }} \
             {{ foreign.test = stranger:[127.0.0.1]:{port} }} {{ elsewhere.test = discard: }} }}\n\
             smtp_dns_support_level = disabled\n"
        ),
        transports: format!(
            "stranger unix - - n - - smtp -o smtp_tls_security_level=encrypt -o smtp_bind_address={FROM}\n"
        ),
        ..PostfixOptions::default()
    };
    let postfix = Postfix::start(&bed.dir.sub("postfix"), options);
    for (to, _) in TO {
        submit(postfix.smtp(), &letter("stranger-postfix", 0), to);
    }
    wait_until("Postfix's queue is empty", Duration::from_secs(60), || {
        postfix.queue().is_empty()
    });
    postfix.log()
}

/// What Exim wrote to its log.
fn by_exim(bed: &Bed) -> String {
    let how = format!("hosts_require_tls = *\n  interface = {FROM}");
    let ways = ["starttls", "foreign"].map(|name| (name, &bed.open, &*how));
    let exim = exim(bed, &ways);
    for (to, _) in TO {
        exim.send(&letter("stranger-exim", 0), to);
    }
    exim.log()
}

/// What swaks wrote, the command and its answer in a line.
fn by_swaks(bed: &Bed) -> String {
    let content = ["--header", "Subject: stranger-swaks", "--body", "x"];
    let how = ["--tls", "--local-interface", FROM];
    let mut said = String::new();
    for (to, answer) in TO {
        let output = swaks_output(
            bed.dir.path(),
            &bed.open,
            to,
            &[&content[..], &how].concat(),
        );
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.success(), answer.starts_with("250"), "{text}");
        let after = text
            .split_once(&format!("RCPT TO:<{to}>"))
            .unwrap_or_default()
            .1;
        let reply = after.lines().nth(1).unwrap_or_default();
        said.push_str(&format!("{to} {reply}\n"));
    }
    said
}
