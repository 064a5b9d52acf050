//! Against an HTTP server of one answer, and a program of a few lines.

use std::os::unix::fs::PermissionsExt;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::config::secret::Secret;
use crate::net::Endpoint;

fn targets() -> Vec<Target> {
    [("INBOX", 100_606), ("Ordner/Mäßig", 7)]
        .map(|(folder, uid): (&str, u32)| Target {
            folder: folder.into(),
            uid_next: PrimaryUid(uid.try_into().unwrap()),
        })
        .to_vec()
}

fn ann() -> Address {
    "ann@example.com".parse().unwrap()
}

/// Asks a server that answers `answer`; gives what came of it and what the server was sent.
async fn ask(answer: String) -> (Result<(), DoveadmError>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut got = Vec::new();
        let mut part = [0; 4096];
        while !got.ends_with(b"]") {
            let n = stream.read(&mut part).await.unwrap();
            assert!(n > 0, "the request ends early");
            got.extend_from_slice(&part[..n]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(got).unwrap()
    });
    let api = Doveadm::Api(Api {
        endpoint: Endpoint::tcp("127.0.0.1", port),
        tls: None,
        login: Login::Key(Secret::new("key".into())),
    });
    let result = api.raise(&ann(), &targets()).await;
    (result, serving.await.unwrap())
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn asks_for_all_folders_at_once_and_reads_every_answer() {
    let (result, asked) = ask(ok(
        r#"[["doveadmResponse",[],"0"],["doveadmResponse",[],"1"]]"#,
    ))
    .await;
    result.unwrap();
    assert!(
        asked.starts_with("POST /doveadm/v1 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked.contains("authorization: X-Dovecot-API a2V5\r\n"),
        "{asked}"
    );
    assert!(asked.contains(r#""mailbox":"Ordner/Mäßig""#), "{asked}");
    assert!(asked.contains(r#""minNextUid":"100606""#), "{asked}");

    let one_fails =
        r#"[["doveadmResponse",[],"0"],["error",{"type":"exitCode","exitCode":68},"1"]]"#;
    let error = ask(ok(one_fails)).await.0.unwrap_err();
    assert!(error.concerns_mailbox());
    assert!(error.to_string().contains("no such folder"), "{error}");
}

#[tokio::test]
async fn believes_no_answer_that_does_not_fit() {
    let refused = "HTTP/1.1 401 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let answers = [
        ok(r#"[["doveadmResponse",[],"0"]]"#),
        ok(r#"[["doveadmResponse",[],"0"],["doveadmResponse",[],"0"]]"#),
        ok(r#"[["somethingElse",[],"0"],["doveadmResponse",[],"1"]]"#),
        ok("{}"),
        ok(""),
        refused.to_owned(),
        "SSH-2.0-nonsense\r\n".to_owned(),
        String::new(),
    ];
    for answer in answers {
        let error = ask(answer.clone()).await.0.unwrap_err();
        assert!(!error.concerns_mailbox(), "{answer}: {error}");
    }
}

#[tokio::test]
async fn a_command_gets_names_as_they_are() {
    let dir = tempfile::TempDir::new().unwrap();
    let (program, log) = (dir.path().join("raise"), dir.path().join("log"));
    let script = format!("#!/bin/sh\nprintf '%s|' \"$@\" >>{}\n", log.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let words = [program.to_str().unwrap(), "%u", "n=%n", "%f"].map(str::to_owned);
    let command = Doveadm::Command(words.to_vec().try_into().unwrap());
    let target = |folder: &str| Target {
        folder: folder.into(),
        ..targets().remove(0)
    };
    let names = ["INBOX", "; rm x $(id) `id`"].map(target);
    command.raise(&ann(), &names).await.unwrap();
    let got = std::fs::read_to_string(&log).unwrap();
    let expected = "ann@example.com|n=100606|INBOX|ann@example.com|n=100606|; rm x $(id) `id`|";
    assert_eq!(got, expected);

    let error = command.raise(&ann(), &[target("-A")]).await.unwrap_err();
    assert!(error.concerns_mailbox(), "{error}");
    let fails = ["false", "%u", "%n", "%f"].map(str::to_owned);
    let fails = Doveadm::Command(fails.to_vec().try_into().unwrap());
    let error = fails.raise(&ann(), &targets()).await.unwrap_err();
    assert!(error.concerns_mailbox(), "{error}");
    let missing = ["/nonexistent", "%u", "%n", "%f"].map(str::to_owned);
    let missing = Doveadm::Command(missing.to_vec().try_into().unwrap());
    let error = missing.raise(&ann(), &targets()).await.unwrap_err();
    assert!(!error.concerns_mailbox(), "{error}");
}
