use std::io::Write as _;
use std::path::Path;

use super::postfix::{Status, delivery};
use super::*;

fn names() -> LogNames {
    let a = |id: &str| id.parse::<MailstoreId>().unwrap();
    [
        ("10.0.0.1[10.0.0.1]:24", a("a1")),
        ("a1.example.com", a("a1")),
        ("a1", a("a1")),
        ("10.0.0.2", a("a2")),
        ("127.0.0.1:30143", a("a4")),
        ("private/dovecot-lmtp", a("a3")),
    ]
    .into_iter()
    .map(|(name, id)| (name.to_owned(), id))
    .collect()
}

/// `deferred a1`, `sent a2`, or `-`.
fn said(line: &str) -> String {
    let names = names();
    match count(line.as_bytes(), &names) {
        None => "-".to_owned(),
        Some((mailstore, traffic)) if traffic.deferred == 1 => format!("deferred {mailstore}"),
        Some((mailstore, traffic)) if traffic.logins_failed == 1 => format!("failed {mailstore}"),
        Some((mailstore, _)) => format!("sent {mailstore}"),
    }
}

#[test]
fn lines_of_postfix_are_counted_for_their_mailstore() {
    let cases = [
        // As Postfix 3.7 writes them.
        (
            "Nov 23 06:12:01 mx1 postfix/lmtp[4711]: 4DTzb52Q8Zz9: to=<ann@example.com>, relay=10.0.0.1[10.0.0.1]:24, delay=0.13, delays=0.02/0/0.01/0.1, dsn=2.0.0, status=sent (250 2.0.0 <ann@example.com> 8B9 Saved)",
            "sent a1",
        ),
        (
            "Nov 23 06:12:01 mx1 postfix/lmtp[4711]: 4DTzb52Q8Zz9: to=<ann@example.com>, relay=none, delay=30, delays=0.02/0/30/0, dsn=4.4.1, status=deferred (connect to 10.0.0.1[10.0.0.1]:24: Connection refused)",
            "deferred a1",
        ),
        (
            "2026-11-23T06:12:01.123456+00:00 mx1 postfix/lmtp[4711]: 4DTzb52Q8Zz9: to=<ann@example.com>, relay=none, delay=31, delays=1/30/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to a1.example.com[10.0.0.9]:24: Connection timed out)",
            "deferred a1",
        ),
        (
            "Nov 23 06:12:01 mx1 postfix/a1/lmtp[4711]: 4DTzb52Q8Zz9: to=<ann@example.com>, orig_to=<sales@example.com>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.2, status=deferred (conversation with 10.9.9.9[10.9.9.9] timed out while receiving the initial server greeting)",
            "deferred a1",
        ),
        (
            "Nov 23 06:12:01 mx1 postfix/lmtp[4711]: 4DTzb52Q8Zz9: to=<ann@example.com>, relay=mx.example.com[private/dovecot-lmtp], delay=3, delays=0/0/0/3, dsn=4.2.2, status=deferred (host mx.example.com[private/dovecot-lmtp] said: 452 4.2.2 <ann@example.com> Quota exceeded (in reply to end of DATA command))",
            "deferred a3",
        ),
        (
            "Nov 23 06:12:01 mx1 postfix/smtp[4711]: 4DTzb52Q8Zz9: to=<bob@elsewhere.test>, relay=mx.elsewhere.test[192.0.2.7]:25, delay=3, delays=0/0/0/3, dsn=4.7.1, status=deferred (host mx.elsewhere.test[192.0.2.7] said: 450 4.7.1 connect to 10.0.0.1[10.0.0.1]:24: Greylisted)",
            "-",
        ),
        (
            "Nov 23 06:12:01 mx1 postfix/lmtp[4711]: 4DTzb52Q8Zz9: to=<ann@example.com>, relay=10.0.0.2[10.0.0.2]:24, delay=3, delays=0/0/0/3, dsn=5.1.1, status=bounced (host 10.0.0.2 said: 550 5.1.1 no such user)",
            "-",
        ),
        // A stranger's address says what it likes.
        (
            r#"Nov 23 06:12:01 mx1 postfix/smtp[4711]: 4DTzb52Q8Zz9: to=<"x>, relay=10.0.0.2[10.0.0.2]:24, status=deferred "@elsewhere.test>, relay=mx.elsewhere.test[192.0.2.7]:25, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 ok)"#,
            "-",
        ),
        (
            r#"Nov 23 06:12:01 mx1 postfix/lmtp[4711]: 4DTzb52Q8Zz9: to=<"a\"> x"@example.com>, relay=10.0.0.2[10.0.0.2]:24, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 ok)"#,
            "sent a2",
        ),
        ("Nov 23 06:12:01 mx1 postfix/qmgr[9]: 4DTz: removed", "-"),
        (
            "Nov 23 06:12:01 mx1 postfix/smtpd[9]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550; from=<a@b> to=<c@d> proto=ESMTP",
            "-",
        ),
        (
            "Nov 23 06:12:01 mx1 sshd[9]: X: to=<a@b>, relay=10.0.0.2[10.0.0.2]:24, delay=1, status=sent (ok)",
            "-",
        ),
        ("", "-"),
        ("postfix[", "-"),
        ("x postfix/lmtp[1]: Q: to=<", "-"),
    ];
    for (line, expected) in cases {
        assert_eq!(said(line), expected, "{line}");
    }
}

#[test]
fn sign_ins_that_the_mailstore_did_not_answer_are_counted_and_wrong_passwords_are_not() {
    let proxy = "imap-login: Error: proxy(fay@example.com,127.0.0.1:30143): connect(127.0.0.1, 30143) failed: Connection refused (after 3 secs, 3 reconnects, local=127.0.0.1:48026): user=<fay@example.com>, method=PLAIN, rip=192.0.2.9, lip=10.0.9.9, secured, session=<n5h75O5gWLZ/AAAB>";
    let own = "Disconnected: Aborted login by logging out (internal failure, 1 successful auths): user=<fay@example.com>, method=PLAIN, rip=192.0.2.9, lip=10.0.0.2, secured, session=<n5h75O5gWLZ/AAAB>";
    let cases = [
        // As Dovecot 2.3.19 writes them, to a file and by syslog.
        (format!("Nov 23 10:16:55 {proxy}"), "failed a4"),
        (format!("Nov 23 10:16:55 px1 dovecot: {proxy}"), "failed a4"),
        (format!("2026-11-23T06:12:01.123456+00:00 px1 dovecot: {proxy}"), "failed a4"),
        (format!("Nov 23 10:16:55 a2 dovecot: imap-login: Info: {own}"), "failed a2"),
        (format!("Nov 23 10:16:55 a2 dovecot: pop3-login: {own}"), "failed a2"),
        // The proxy's own line of the same sign-in names its own address, which is no mailstore's.
        (
            format!("Nov 23 10:16:55 px1 dovecot: imap-login: Info: {}", own.replace("10.0.0.2", "10.0.9.9")),
            "-",
        ),
        (
            "Nov 23 10:16:55 a2 dovecot: imap-login: Info: Disconnected (auth failed, 1 attempts in 2 secs): user=<ann@example.com>, method=PLAIN, rip=192.0.2.9, lip=10.0.0.2, session=<x>".to_owned(),
            "-",
        ),
        (
            "Nov 23 10:16:38 px1 dovecot: imap-login: Info: proxy(ann,127.0.0.1:30143): Started proxying to <127.0.0.1> (0.016 secs): user=<ann>, method=PLAIN".to_owned(),
            "-",
        ),
        // A stranger's name says what it likes.
        (
            "Nov 23 10:16:55 px1 dovecot: imap-login: Error: proxy(x y,127.0.0.1:30143): connect(x) failed".to_owned(),
            "-",
        ),
        (
            "Nov 23 10:16:55 px1 sshd: user=<imap-login: Error: proxy(x,127.0.0.1:30143): connect(x".to_owned(),
            "-",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(said(&line), expected, "{line}");
        for cut in (0..line.len()).filter(|cut| line.is_char_boundary(*cut)) {
            let _ = failed_sign_in(&line[cut..]).count();
            let _ = failed_sign_in(&line[..cut]).count();
        }
    }
}

#[test]
fn no_cut_or_bent_line_does_harm() {
    let line = "Nov 23 06:12:01 mx1 postfix/lmtp[4711]: 4DTz: to=<ann@example.com>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to 10.0.0.1[10.0.0.1]:24: Connection refused)";
    assert_eq!(delivery(line).unwrap().status, Status::Deferred);
    for cut in 0..line.len() {
        let _ = delivery(&line[..cut]);
        let _ = delivery(&line[cut..]);
    }
}

fn append(path: &Path, text: &str) {
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn lines(tail: &mut Tail) -> Vec<String> {
    let mut found = Vec::new();
    tail.read(&mut |line| found.push(String::from_utf8_lossy(line).into_owned()))
        .unwrap();
    found
}

#[test]
fn a_file_is_followed_from_its_end_over_rotations() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    append(&path, "before\n");
    let mut tail = Tail::new(path.clone());
    assert!(lines(&mut tail).is_empty(), "what was there is old");
    append(&path, "one\ntw");
    assert_eq!(lines(&mut tail), ["one"]);
    append(&path, "o\n");
    assert_eq!(lines(&mut tail), ["two"]);

    // Renamed, and written to before anybody reopened it.
    append(&path, "three\n");
    std::fs::rename(&path, dir.path().join("mail.log.1")).unwrap();
    assert_eq!(lines(&mut tail), ["three"]);
    append(&dir.path().join("mail.log.1"), "four\n");
    append(&path, "five\n");
    assert_eq!(lines(&mut tail), ["four", "five"]);

    // Cut short in place.
    std::fs::write(&path, "").unwrap();
    append(&path, "six\n");
    std::fs::write(&path, "x\n").unwrap();
    assert_eq!(lines(&mut tail), ["x"]);
}

#[test]
fn a_file_that_comes_later_is_read_from_its_start() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    let mut tail = Tail::new(path.clone());
    assert!(tail.read(&mut |_| {}).is_err());
    append(&path, "one\n");
    assert_eq!(lines(&mut tail), ["one"]);
}

#[test]
fn what_is_too_long_or_too_far_behind_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.log");
    append(&path, "");
    let mut tail = Tail::new(path.clone());
    assert!(lines(&mut tail).is_empty());
    append(&path, &format!("{}\nshort\n", "x".repeat(20 * 1024)));
    assert_eq!(lines(&mut tail), ["short"]);

    let line = format!("{}\n", "y".repeat(1023));
    append(&path, &line.repeat(40 * 1024));
    append(&path, "last\n");
    let found = lines(&mut tail);
    assert!(found.len() <= 8 * 1024, "{} lines", found.len());
    assert_eq!(found.last().unwrap(), "last");
}
