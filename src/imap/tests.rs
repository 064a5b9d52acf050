use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::wire::{Data, Response, parse};
use super::*;
use crate::clock::Timestamp;
use crate::ids::PrimaryUid;
use crate::mail::Role;
use crate::net::{Endpoint, Listener};

mod append;

fn uid(n: u32) -> PrimaryUid {
    PrimaryUid(n.try_into().unwrap())
}

#[test]
fn codes() {
    let check = |inside: &str, expected: Code| {
        let frame = Bytes::from(format!("* OK [{inside}] é\r\n"));
        let Some(Response::Status(status)) = parse(&frame) else {
            panic!("{inside}: no status");
        };
        assert_eq!((status.code, &*status.text), (Some(expected), "é"));
    };
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
    check("PERMANENTFLAGS (", other("PERMANENTFLAGS ("));
    check("BADCHARSET (\"", other("BADCHARSET (\""));
    check("HIGHESTMODSEQ 9", other("HIGHESTMODSEQ 9"));
    check(
        "COPYUID 7 1:2,4 9,11:12",
        Code::CopyUid("7".parse().unwrap(), [9, 11, 12].map(uid).to_vec()),
    );
    check(
        "CAPABILITY IMAP4rev1 AUTH=plain Uidplus",
        Code::Capability(
            ["IMAP4REV1", "AUTH=PLAIN", "UIDPLUS"]
                .map(str::to_owned)
                .to_vec(),
        ),
    );
    check(
        "CAPABILITY imap4rev2 MOVE",
        Code::Capability(["IMAP4REV2", "MOVE"].map(str::to_owned).to_vec()),
    );
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

#[test]
fn status_answers() {
    let check = |frame: &str, tag: Option<&str>, verdict, code: Option<Code>, text: &str| {
        let (got_tag, status) = match parsed(frame) {
            Response::Tagged(tag, status) => (Some(tag), status),
            Response::Status(status) => (None, status),
            other => panic!("{frame:?}: {other:?}"),
        };
        assert_eq!(
            (
                got_tag.as_deref(),
                status.verdict,
                status.code,
                &*status.text
            ),
            (tag, verdict, code, text)
        );
    };
    check("* OK\r\n", None, Verdict::Ok, None, "");
    check("* preauth hi\r\n", None, Verdict::Preauth, None, "hi");
    check(
        "L1 NO [LIMIT]é\r\n",
        Some("L1"),
        Verdict::No,
        Some(Code::Limit),
        "é",
    );
    // imap-proto alone panics here.
    check(
        "L1 OK [ALERT]é\n",
        Some("L1"),
        Verdict::Ok,
        Some(Code::Other("ALERT".into())),
        "é",
    );
    check("L1 BAD [x\r\n", Some("L1"), Verdict::Bad, None, "[x");
    check("* BYE a\0b \r\n", None, Verdict::Bye, None, "ab");
    for frame in ["L1\r\n", "L1 \r\n", "L1 FINE\r\n", "\r\n", ""] {
        if let Some(response) = parse(&Bytes::copy_from_slice(frame.as_bytes())) {
            panic!("{frame:?}: {response:?}");
        }
    }
}

fn parsed(frame: &str) -> Response {
    parse(&Bytes::copy_from_slice(frame.as_bytes())).unwrap()
}

fn fetched(frame: &str) -> Option<Fetched> {
    match parsed(frame) {
        Response::Data(Data::Fetch(fetched)) => Some(fetched),
        Response::Data(Data::Other) => None,
        other => panic!("{frame:?}: {other:?}"),
    }
}

/// imap-proto reads the first; what is odd in each of the others is not for it.
#[test]
fn a_fetch_with_quotes_literals_and_unknown_items() {
    for odd in [
        "MODSEQ (12)",
        "MODSEQ (12) X-NEW (\"a\\\"b\" NIL)",
        "X-NEW (\"a)\" (NIL))",
        "INTERNALDATE NIL",
        "BODYSTRUCTURE (())",
    ] {
        let frame = format!(
            "* 3 FETCH (UID 9 FLAGS (\\Seen \\Recent $x) {odd} INTERNALDATE \" 1-Jan-2026 08:05:05 +0000\" \
             RFC822.SIZE 5 BODY[HEADER.FIELDS (RECEIVED)] {{5}}\r\na)\r\nb)\r\n"
        );
        assert_eq!(
            fetched(&frame).unwrap(),
            Fetched {
                uid: uid(9),
                flags: Some(vec![Flag::Seen, Flag::Keyword("$x".parse().unwrap())]),
                internal_date: Some(Timestamp::from_secs(1_767_254_705)),
                size_bytes: Some(5),
                guid: None,
                bytes: Some(Bytes::from_static(b"a)\r\nb")),
            },
            "{odd}"
        );
    }
}

#[test]
fn a_fetch_of_unusual_values() {
    let size = fetched("* 1 FETCH (UID 2 RFC822.SIZE 5000000000)\r\n").unwrap();
    assert_eq!(size.size_bytes, Some(5_000_000_000));
    for (value, expected) in [
        ("\"\"", Some("")),
        ("{0}\r\n", Some("")),
        ("\"a\\\"b\\\\\"", Some("a\"b\\")),
        ("\"ab\"", Some("ab")),
        ("{3+}\r\na\\b", Some("a\\b")),
        ("{3}\r\na\\b", Some("a\\b")),
        ("NIL", None),
    ] {
        let got = fetched(&format!("* 1 FETCH (BODY[] {value} UID 2)\r\n")).unwrap();
        assert_eq!(got.bytes.as_deref(), expected.map(str::as_bytes), "{value}");
    }
}

#[test]
fn a_fetch_that_makes_no_sense_is_skipped() {
    for frame in [
        "* 3 FETCH (UID 9 INTERNALDATE NIL FLAGS NIL BODY[] NIL)\r\n",
        "* 3 FETCH (UID 9 internaldate nil)\r\n",
        "* 3 FETCH (FLAGS (\\Seen))\r\n",
        "* 3 FETCH (UID 0)\r\n",
        "* 3 FETCH\r\n",
        "* 3 FETCH ((((((((((((((((((((((((\r\n",
        "* STATUS x (SIZE 99999999999)\r\n",
        "* METADATA \"\" (/private/comment \"\u{1}é\")\r\n",
        "* ESEARCH (TAG \"L1\") UID ALL 1:3\r\n",
        "* \r\n",
    ] {
        let fetched = fetched(frame);
        assert!(fetched.is_none_or(|f| f.bytes.is_none() && f.internal_date.is_none()));
    }
    let deep = format!(
        "* 3 FETCH (UID 9 BODYSTRUCTURE {}\r\n",
        "(".repeat(1_000_000)
    );
    assert_eq!(fetched(&deep), None);
}

#[test]
fn other_answers() {
    let data = |frame: &str| match parse(&Bytes::copy_from_slice(frame.as_bytes())) {
        Some(Response::Data(data)) => Some(data),
        None => None,
        other => panic!("{frame:?}: {other:?}"),
    };
    let names = |names: &[&str]| Some(Data::Capability(names.iter().map(|&n| n.into()).collect()));
    assert_eq!(data("* 12 exists\r\n"), Some(Data::Exists(12)));
    assert_eq!(data("* SEARCH\r\n"), Some(Data::Search(vec![])));
    assert_eq!(
        data("* search 4 2 \r\n"),
        Some(Data::Search([4, 2].map(uid).to_vec()))
    );
    // What was found must not be taken for nothing.
    assert_eq!(data("* SEARCH 4 99999999999\r\n"), None);
    assert_eq!(
        data("* CAPABILITY imap4rev1 Move\r\n"),
        names(&["IMAP4REV1", "MOVE"])
    );
    assert_eq!(
        data("* CAPABILITY IMAP4rev2 Move\r\n"),
        names(&["IMAP4REV2", "MOVE"])
    );
    assert!(
        matches!(data("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n"), Some(Data::Namespace(v)) if v.len() == 3)
    );
}

#[test]
fn folders_of_a_list() {
    let check = |frame: &str, name: &str, separator, role, selectable| {
        let Response::Data(Data::List(folder)) = parsed(frame) else {
            panic!("not a folder");
        };
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
        "* LIST (\\Important) \"/\" \"a\\\\b\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n",
        "a\\b",
        Some('/'),
        None,
        false,
    );
    assert_eq!(
        parse(&Bytes::from_static(b"* LIST () \"/\" {2}\r\n\xffx\r\n")),
        Some(Response::Data(Data::Other))
    );
    check(
        "* LIST () NIL inbox\r\n",
        "INBOX",
        None,
        Some(Role::Inbox),
        true,
    );
}

const ANSWERS: &[&str] = &[
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE AUTH=PLAIN] Dovecot ready.\r\n",
    "* OK [PERMANENTFLAGS (\\Answered \\Seen $Forwarded \\*)] Flags permitted.\r\n",
    "* OK [UIDVALIDITY 1763833437] UIDs valid\r\n",
    "L7 OK [APPENDUID 1763833437 1:50,60] Append completed (0.012 + 0.000 secs).\r\n",
    "* OK [COPYUID 1763833437 1:2 3:4] Moved UIDs.\r\n",
    "L8 NO [OVERQUOTA] Quota exceeded (mailbox for user is full)\r\n",
    "* CAPABILITY IMAP4rev1 MULTIAPPEND UIDPLUS LIST-EXTENDED SPECIAL-USE AUTH=PLAIN\r\n",
    "* LIST (\\HasNoChildren \\Sent) \".\" \"Sent Items\"\r\n",
    "* LIST (\\Noselect) \"/\" {4}\r\na\"b\\\r\n",
    "* NAMESPACE ((\"\" \"/\")) ((\"shared/\" \"/\")) NIL\r\n",
    "* SEARCH 1 2 3 500\r\n",
    "* 2000 EXISTS\r\n",
    "* 3 FETCH (UID 9 FLAGS (\\Seen) INTERNALDATE \" 1-Jan-2026 08:05:05 +0000\" RFC822.SIZE 5 BODY[] {5}\r\na)\r\nb)\r\n",
    "* 3 FETCH (UID 9 BODY[HEADER.FIELDS (RECEIVED)] \"x\" ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n",
    "* 3 FETCH (UID 9 BODYSTRUCTURE (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 1 1))\r\n",
];

proptest! {
    #[test]
    fn no_answer_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&Bytes::from(bytes));
    }

    #[test]
    fn no_likely_answer_makes_it_panic(text in "(\\* |L1 |\\+ )([0-9]{1,12} )?(FETCH|LIST|OK|NO|BYE|SEARCH|NAMESPACE|CAPABILITY|EXISTS|METADATA|STATUS|ID|ACL)( |\\(|\\)|\\[|\\]|\"|\\\\|\\{[0-9]{1,20}\\}|UID|NIL|BODY\\[|FLAGS|INTERNALDATE|BODYSTRUCTURE|[0-9]{1,11}|APPENDUID|ALERT|é|\r\n|:|,){0,20}(\r\n)?") {
        let _ = parse(&Bytes::from(text));
    }

    #[test]
    fn no_altered_answer_makes_it_panic(
        which in prop::sample::select(ANSWERS),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            prop::sample::select(&[" NIL", "INTERNALDATE NIL", "{9}\r\n", "é", "]", "\\\"", "((", "\r\n", ""][..])
                .prop_map(|text| text.as_bytes().to_vec()),
        ], 0..4usize), 0..6),
    ) {
        let mut bytes = which.as_bytes().to_vec();
        for (at, with, removed) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, with);
        }
        let _ = parse(&Bytes::from(bytes));
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

#[test]
fn the_guid_of_a_maildir_message_is_its_file_name() {
    let frame = "* 1 FETCH (UID 9 X-GUID 1793610000.M000001P1Q12.lifeboat,S=18,W=18)\r\n";
    let guid = fetched(frame).unwrap().guid;
    assert_eq!(
        guid.as_deref(),
        Some("1793610000.M000001P1Q12.lifeboat,S=18,W=18")
    );
    let frame = "* 1 FETCH (UID 9 X-GUID \"with \\\"quotes\")\r\n";
    assert_eq!(
        fetched(frame).unwrap().guid.as_deref(),
        Some("with \"quotes")
    );
}
