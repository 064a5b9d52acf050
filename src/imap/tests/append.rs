//! Appending, and what is known when it fails.

use super::*;

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
async fn a_multiappend_waits_once_where_that_is_safe() {
    let (server, task) = scripted(
        r#"S * OK [CAPABILITY IMAP4rev1 MULTIAPPEND LITERAL+] ready
        L1 APPEND "INBOX" (\Seen) "01-Jan-1970 00:00:00 +0000" {9}
        S + OK
        X: y
        one (\Seen) "01-Jan-1970 00:00:00 +0000" {9+}
        X: y
        two (\Seen $Forwarded) "01-Jan-1970 00:00:00 +0000" {11}
        S + OK
        X: y
        three () "31-Dec-1969 23:59:59 +0000" {10}
        S + OK
        X: y
        four () "01-Jan-1970 00:00:00 +0000" {10+}
        X: y
        five
        S L1 OK [APPENDUID 5 8:12] done"#,
    )
    .await;
    let with = |text, flags: &[Flag], received_at| NewMessage {
        flags: flags.to_vec(),
        received_at: Timestamp::from_secs(received_at),
        ..message(text)
    };
    let messages = [
        with("one", &[Flag::Seen], 0),
        with("two", &[Flag::Seen], 0),
        message("three"),
        with("four", &[], -1),
        with("five", &[], 0),
    ];
    let mut client = Client::connect(&server).await.unwrap();
    let appended = client.append(&FolderName::inbox(), &messages).await;
    assert_eq!(appended.unwrap().unwrap().uids.len(), 5);
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
