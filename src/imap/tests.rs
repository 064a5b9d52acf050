use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::wire::{Response, parse};
use super::*;
use crate::clock::Timestamp;
use crate::ids::PrimaryUid;
use crate::mail::Role;
use crate::net::{Endpoint, Listener};

fn uid(n: u32) -> PrimaryUid {
    PrimaryUid(n.try_into().unwrap())
}

#[test]
fn codes() {
    let check = |inside: &str, expected: Code| assert_eq!(Code::parse(inside), expected);
    let other = |text: &str| Code::Other(text.to_owned());
    check(
        "APPENDUID 7 557:559,561",
        Code::AppendUid("7".parse().unwrap(), [557, 558, 559, 561].map(uid).to_vec()),
    );
    check(
        "APPENDUID 7 559:557",
        Code::AppendUid("7".parse().unwrap(), [557, 558, 559].map(uid).to_vec()),
    );
    check("APPENDUID 0 1", other("APPENDUID 0 1"));
    check(
        "APPENDUID 7 1:4294967295",
        other("APPENDUID 7 1:4294967295"),
    );
    check("overquota", Code::OverQuota);
    check("TRYCREATE", Code::TryCreate);
    check("UNAVAILABLE", Code::Unavailable);
    check("LIMIT", Code::Limit);
    check("INUSE", Code::InUse);
    check("UIDNEXT 4", Code::UidNext(uid(4)));
    check("UIDNEXT x", other("UIDNEXT x"));
    check(
        "PERMANENTFLAGS (\\Seen \\*)",
        Code::PermanentFlags(vec!["\\Seen".into(), "\\*".into()]),
    );
    check("HIGHESTMODSEQ 9", other("HIGHESTMODSEQ 9"));
}

#[test]
fn folder_names() {
    for (text, wire) in [
        ("Sent", "Sent"),
        ("inbox", "INBOX"),
        ("A & B", "A &- B"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("台北", "&U,BTFw-"),
        ("😀", "&2D3eAA-"),
    ] {
        let name = FolderName::from_text(text);
        assert_eq!(name.as_wire(), wire);
        if !name.is_inbox() {
            assert_eq!(name.to_text(), text);
        }
    }
    // Not modified UTF-7: kept as it is.
    for wire in ["&", "&APw", "&!-", "&2D0-", "&AA-"] {
        assert_eq!(FolderName::from_wire(wire).to_text(), wire);
    }
}

#[test]
fn keywords_that_could_be_taken_for_something_else_are_refused() {
    for good in [
        "$Forwarded",
        "work",
        "a]b".trim_end_matches("]b"),
        "NonJunk",
    ] {
        assert!(good.parse::<Keyword>().is_ok(), "{good:?}");
    }
    for bad in [
        "",
        "a b",
        "\\Recent",
        "a\r\nb",
        "ü",
        "a]",
        "(x",
        "x)",
        "{1}",
        "%",
        "*",
        "\"",
        &"k".repeat(65),
    ] {
        assert!(bad.parse::<Keyword>().is_err(), "{bad:?}");
    }
}

#[test]
fn dates() {
    let at = Timestamp::from_secs(1_767_254_705);
    assert_eq!(flag::date_time(at), "01-Jan-2026 08:05:05 +0000");
    assert_eq!(flag::date(at), "1-Jan-2026");
    assert_eq!(
        flag::parse_date_time("01-Jan-2026 08:05:05 +0000"),
        Some(at)
    );
    assert_eq!(
        flag::parse_date_time(" 1-Jan-2026 10:05:05 +0200"),
        Some(at)
    );
    assert_eq!(flag::parse_date_time("yesterday"), None);
}

#[test]
fn uid_sets() {
    let sets = UidSet::of([5, 1, 2, 3, 3, 9].map(uid));
    assert_eq!(sets.len(), 1);
    assert_eq!(sets[0].to_string(), "1:3,5,9");
    assert!(sets[0].contains(uid(2)) && !sets[0].contains(uid(4)));
    assert_eq!(UidSet::of([]), []);
    assert_eq!(UidSet::of((1..2002).step_by(2).map(uid)).len(), 3);
    assert_eq!(UidSet::from(uid(7)).to_string(), "7:*");
}

fn parsed(frame: &'static str) -> Response {
    parse(&Bytes::from_static(frame.as_bytes())).unwrap()
}

#[test]
fn a_fetch_with_quotes_literals_and_unknown_items() {
    let frame = "* 3 FETCH (UID 9 FLAGS (\\Seen \\Recent $x) MODSEQ (12) INTERNALDATE \" 1-Jan-2026 08:05:05 +0000\" \
                 RFC822.SIZE 5 X-NEW (\"a\\\"b\" NIL) BODY[HEADER.FIELDS (RECEIVED)] {5}\r\na)\r\nb)\r\n";
    let Response::Data {
        number,
        name,
        values,
    } = parsed(frame)
    else {
        panic!("not data");
    };
    assert_eq!((number, name.as_str()), (Some(3), "FETCH"));
    assert_eq!(
        Fetched::parse(&values).unwrap(),
        Fetched {
            uid: uid(9),
            flags: Some(vec![Flag::Seen, Flag::Keyword("$x".parse().unwrap())]),
            internal_date: Some(Timestamp::from_secs(1_767_254_705)),
            size_bytes: Some(5),
            bytes: Some(Bytes::from_static(b"a)\r\nb")),
        }
    );
}

#[test]
fn a_fetch_that_makes_no_sense_is_skipped() {
    for frame in [
        "* 3 FETCH (UID 9 INTERNALDATE NIL FLAGS NIL BODY[] NIL)\r\n",
        "* 3 FETCH (FLAGS (\\Seen))\r\n",
        "* 3 FETCH\r\n",
        "* 3 FETCH ((((((((((((((((((((((((\r\n",
        "* STATUS x (SIZE 99999999999)\r\n",
        "* \r\n",
    ] {
        let values = match parsed(frame) {
            Response::Data { values, .. } => values,
            Response::Unknown => continue,
            other => panic!("{other:?}"),
        };
        let fetched = Fetched::parse(&values);
        assert!(fetched.is_none_or(|f| f.bytes.is_none() && f.internal_date.is_none()));
    }
}

#[test]
fn folders_of_a_list() {
    let check = |frame: &'static str, name: &str, separator, role, selectable| {
        let Response::Data { values, .. } = parsed(frame) else {
            panic!("not data");
        };
        let folder = ListedFolder::parse(&values).unwrap();
        assert_eq!(
            (
                folder.name.as_wire(),
                folder.separator,
                folder.role,
                folder.selectable
            ),
            (name, separator, role, selectable)
        );
    };
    check(
        "* LIST (\\HasNoChildren \\Sent) \".\" \"INBOX.Sent Items\"\r\n",
        "INBOX.Sent Items",
        Some('.'),
        Some(Role::Sent),
        true,
    );
    check(
        "* LIST (\\Noselect) \"\\\\\" {4}\r\na\"b\\\r\n",
        "a\"b\\",
        Some('\\'),
        None,
        false,
    );
    check(
        "* LIST () NIL inbox\r\n",
        "INBOX",
        None,
        Some(Role::Inbox),
        true,
    );
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&Bytes::from(bytes));
    }

    #[test]
    fn no_likely_answer_makes_it_panic(text in "(\\* |L1 |\\+ )([0-9]{1,12} )?(FETCH|LIST|OK|NO|SEARCH|NAMESPACE)( |\\(|\\)|\\[|\\]|\"|\\\\|\\{[0-9]{1,20}\\}|UID|NIL|BODY\\[|FLAGS|INTERNALDATE|[0-9]{1,11}|APPENDUID|\r\n|:|,){0,20}") {
        if let Some(Response::Data { values, .. }) = parse(&Bytes::from(text)) {
            let _ = (Fetched::parse(&values), ListedFolder::parse(&values));
        }
    }

    #[test]
    fn every_name_comes_back(text in "\\PC{0,40}") {
        let name = FolderName::from_text(&text);
        prop_assert!(name.as_wire().bytes().all(|b| (b' '..=b'~').contains(&b)));
        prop_assert!(name.is_inbox() || name.to_text() == text);
    }
}

/// A server that says and expects what the script tells: lines that start with `S ` are sent, others
/// are expected; `S!` closes.
async fn scripted(script: &'static str) -> (Server, tokio::task::JoinHandle<()>) {
    let listener = Listener::bind(&Endpoint::tcp("127.0.0.1", 0), 0)
        .await
        .unwrap();
    let mut server = Server::plain(listener.endpoint().clone());
    server.limits = Limits {
        silence: Duration::from_millis(500),
        answer_bytes_max: 10_000,
        ..Limits::default()
    };
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = tokio::io::split(stream);
        let mut read = BufReader::new(read);
        for line in script.lines().map(str::trim_start) {
            if let Some(say) = line.strip_prefix("S ") {
                let say = format!("{say}\r\n").replace("\\0", "\0");
                // The client may have given up.
                let _ = write.write_all(say.as_bytes()).await;
            } else if line == "S!" {
                return;
            } else if !line.is_empty() {
                let mut got = String::new();
                read.read_line(&mut got).await.unwrap();
                assert_eq!(got.trim_end(), line);
            }
        }
        let _ = read.read_to_end(&mut Vec::new()).await;
    });
    (server, task)
}

fn message(text: &'static str) -> NewMessage {
    NewMessage {
        flags: vec![Flag::Seen, Flag::Keyword("$Forwarded".parse().unwrap())],
        received_at: Timestamp::from_secs(0),
        pieces: vec![
            Bytes::from_static(b"X: y\r\n"),
            Bytes::from_static(text.as_bytes()),
        ],
    }
}

#[tokio::test]
async fn a_multiappend_waits_for_each_permission() {
    let (server, task) = scripted(
        r#"S * OK [CAPABILITY IMAP4rev1 MULTIAPPEND] ready
        L1 APPEND "INBOX" (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S * 3 EXISTS
        S + OK
        X: y
        one (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S + OK
        X: y
        two
        S L1 OK [APPENDUID 5 8:9] done"#,
    )
    .await;
    let mut client = Client::connect(&server).await.unwrap();
    let appended = client
        .append(&FolderName::inbox(), &[message("one"), message("two")])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(appended.uids, [uid(8), uid(9)]);
    drop(client);
    task.await.unwrap();
}

#[tokio::test]
async fn what_is_known_of_an_append_that_failed() {
    let check = async |script: &'static str, expected: &str| {
        let (server, task) = scripted(script).await;
        let mut client = Client::connect(&server).await.unwrap();
        let append = client.append(&FolderName::inbox(), &[message("one")]).await;
        assert_eq!(append.unwrap_err().to_string(), expected);
        drop(client);
        task.await.unwrap();
    };
    check(
        r#"S * OK hi
        L1 APPEND "INBOX" (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S L1 NO [OVERQUOTA] full"#,
        "APPEND refused: full",
    )
    .await;
    check(
        r#"S * OK hi
        L1 APPEND "INBOX" (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S!"#,
        "not sent: APPEND: connection lost: unexpected end of file",
    )
    .await;
    check(
        r#"S * OK hi
        L1 APPEND "INBOX" (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S +
        X: y
        one
        S!"#,
        "in doubt: APPEND: connection lost: unexpected end of file",
    )
    .await;
    check(
        r#"S * OK hi
        L1 APPEND "INBOX" (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S +
        X: y
        one
        S * BYE [UNAVAILABLE] going down
        S!"#,
        "in doubt: the server closed the connection: going down",
    )
    .await;
    check(
        r#"S * OK hi
        L1 APPEND "INBOX" (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {9}
        S +
        X: y
        one"#,
        "in doubt: APPEND: no answer within 0.5 s",
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_failed_once_is_not_used_again() {
    let (server, task) = scripted(
        r#"S * OK hi
        L1 EXAMINE "INBOX"
        S nonsense"#,
    )
    .await;
    let mut client = Client::connect(&server).await.unwrap();
    client.examine(&FolderName::inbox()).await.unwrap_err();
    assert!(!client.is_usable());
    let error = client.noop().await.unwrap_err();
    assert!(matches!(error, ImapError::Lost { .. }), "{error}");
    drop(client);
    task.await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_too_long_ends_the_connection() {
    let (server, task) = scripted(
        r#"S * OK hi
        L1 UID FETCH 1:* (UID BODY.PEEK[])
        S * 1 FETCH (UID 1 BODY[] {99999999}"#,
    )
    .await;
    let mut client = Client::connect(&server).await.unwrap();
    let wanted = Wanted {
        section: Section::Whole,
        ..Wanted::default()
    };
    let error = client.fetch_all(&UidSet::all(), wanted).await.unwrap_err();
    assert!(matches!(error, ImapError::Protocol { .. }), "{error}");
    drop(client);
    task.await.unwrap();
}

#[tokio::test]
async fn a_greeting_that_sends_one_away() {
    let (server, _task) = scripted("S * BYE [UNAVAILABLE] use webmail https://example.com/").await;
    let error = Client::connect(&server).await.unwrap_err();
    let ImapError::Bye { code, text } = error else {
        panic!("{error}");
    };
    assert_eq!(code, Some(Code::Unavailable));
    assert_eq!(text, "use webmail https://example.com/");
}

#[tokio::test]
async fn a_password_that_no_quoted_string_can_hold_goes_as_a_literal() {
    let (server, task) = scripted(
        r#"S * OK [CAPABILITY IMAP4rev1] hi
        L1 LOGIN "a\"b*m" {4}
        S +
        pü!
        S L1 OK in"#,
    )
    .await;
    let mut client = Client::connect(&server).await.unwrap();
    client.login_as("a\"b", '*', "m", "pü!").await.unwrap();
    drop(client);
    task.await.unwrap();
}
