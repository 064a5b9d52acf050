use super::*;

/// Serves one connection: for each line that begins as named, the given answer; after DATA's 354
/// the body is read to its end and answered with `end`. Returns what the client sent.
async fn server(
    script: &'static [(&'static str, &'static str)],
    end: Option<&'static str>,
) -> (Endpoint, tokio::task::JoinHandle<String>) {
    let listener = net::Listener::bind(&Endpoint::tcp("127.0.0.1", 0), 0o600)
        .await
        .unwrap();
    let endpoint = listener.endpoint().clone();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut seen = String::new();
        stream.write_all(b"220 test LMTP\r\n").await.unwrap();
        let mut in_data = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return seen;
            }
            seen.push_str(&line);
            if in_data {
                if line == ".\r\n" {
                    in_data = false;
                    match end {
                        Some(end) => stream.write_all(end.as_bytes()).await.unwrap(),
                        None => return seen,
                    }
                }
                continue;
            }
            let answer = script.iter().find(|(start, _)| line.starts_with(start));
            if let Some((_, answer)) = answer {
                in_data = answer.starts_with("354");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (endpoint, task)
}

const OBEDIENT: &[(&str, &str)] = &[
    ("LHLO", "250-test\r\n250 PIPELINING\r\n"),
    ("MAIL", "250 2.1.0 ok\r\n"),
    ("RCPT TO:<b", "450 4.1.1 no b\r\n"),
    ("RCPT", "250 ok\r\n"),
    ("DATA", "354 go\r\n"),
];

const MESSAGE: Message<'_> = Message {
    reverse_path: "",
    recipients: &["a@x.example", "b@x.example", "c@x.example"],
    content: b"Subject: x\r\n\r\n.dot\r\nlast",
};

async fn deliver_to(
    endpoint: &Endpoint,
    message: &Message<'_>,
) -> Result<Vec<Reply>, DeliverError> {
    deliver(endpoint, "client.example", message, Duration::from_secs(5)).await
}

#[tokio::test]
async fn one_reply_for_each_recipient() {
    let (endpoint, task) = server(OBEDIENT, Some("250-stored\r\n250 as 1\r\n452 full\r\n")).await;
    let replies = deliver_to(&endpoint, &MESSAGE).await.unwrap();
    let shown: Vec<String> = replies.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["250 stored / as 1", "450 4.1.1 no b", "452 full"]);
    assert!(replies[0].is_success() && replies[2].is_transient());
    assert_eq!(
        task.await.unwrap(),
        "LHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n\
         RCPT TO:<c@x.example>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\nlast\r\n.\r\nQUIT\r\n"
    );
}

#[tokio::test]
async fn says_when_a_copy_may_exist() {
    let (endpoint, _task) = server(OBEDIENT, None).await;
    let error = deliver_to(&endpoint, &MESSAGE).await.unwrap_err();
    assert!(error.in_doubt(), "{error}");

    let (endpoint, _task) = server(&[("LHLO", "421 4.3.2 not now\r\n")], None).await;
    let error = deliver_to(&endpoint, &MESSAGE).await.unwrap_err();
    assert!(!error.in_doubt());
    assert_eq!(error.to_string(), "LHLO refused: 421 4.3.2 not now");

    let (endpoint, _task) = server(&[("LHLO", "what?\r\n")], None).await;
    let error = deliver_to(&endpoint, &MESSAGE).await.unwrap_err();
    assert!(
        matches!(error, DeliverError::Protocol { step: Step::Lhlo }),
        "{error}"
    );

    let (endpoint, _task) = server(&[], None).await;
    let error = deliver(&endpoint, "x", &MESSAGE, Duration::from_millis(50))
        .await
        .unwrap_err();
    assert!(
        matches!(error, DeliverError::Timeout { step: Step::Lhlo }),
        "{error}"
    );
}

#[tokio::test]
async fn refuses_what_would_break_the_frame() {
    let nowhere = Endpoint::Unix("/nonexistent".into());
    for message in [
        Message {
            content: b"a\nb",
            ..MESSAGE
        },
        Message {
            content: b"a\rb",
            ..MESSAGE
        },
        Message {
            content: b"a\r\r\n",
            ..MESSAGE
        },
        Message {
            reverse_path: "a\r\nb",
            ..MESSAGE
        },
        Message {
            recipients: &["a> x"],
            ..MESSAGE
        },
    ] {
        let error = deliver_to(&nowhere, &message).await.unwrap_err();
        assert!(matches!(error, DeliverError::Message), "{error}");
    }
}

#[test]
fn stuffing() {
    let cases: &[(&[u8], &[u8])] = &[
        (b"", b".\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a\r\n..\r\n.b", b"a\r\n...\r\n..b\r\n.\r\n"),
    ];
    for (content, wire) in cases {
        assert_eq!(dot_stuffed(content), *wire);
    }
}
