use super::*;

#[test]
fn results_in_our_name() {
    let speaks = |field: &str| {
        let message =
            format!("Received: from a by b; now\r\n{field}\r\nSubject: x\r\n\r\nbody\r\n");
        speaks_for(message.as_bytes(), "mx.example.com")
    };
    for (field, expected) in [
        ("Authentication-Results: mx.example.com; spf=pass", true),
        (
            "authentication-results:\r\n\tMX.example.com 1; dkim=pass",
            true,
        ),
        ("Authentication-Results: \"mx.example.com\"; none", true),
        ("Authentication-Results: mx.example.com", true),
        (
            "Authentication-Results: other.example; spf=pass smtp.helo=mx.example.com",
            false,
        ),
        (
            "Authentication-Results: mx.example.com.evil.example; spf=pass",
            false,
        ),
        ("X-Authentication-Results: mx.example.com; spf=pass", false),
        (
            "Subject: Authentication-Results: mx.example.com; spf=pass",
            false,
        ),
        ("Authentication-Results:", false),
    ] {
        assert_eq!(speaks(field), expected, "{field}");
    }
    let in_the_text = b"Subject: x\r\n\r\nAuthentication-Results: mx.example.com; none\r\n";
    assert!(!speaks_for(in_the_text, "mx.example.com"));
}

/// Without an answer in time nothing is known, and nothing is held against anybody.
#[tokio::test]
async fn silent_name_servers_prove_nothing() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut verifier = Verifier::new(&[silent.local_addr().unwrap()], "mx.example.com").unwrap();
    verifier.time_max = Duration::from_millis(500);
    let envelope = Envelope {
        client: Peer::Tcp("192.0.2.1:25".parse().unwrap()),
        client_name: "elsewhere.example".to_owned(),
        ..Envelope::default()
    };
    let message = b"From: a@elsewhere.example\r\nSubject: x\r\n\r\nhello\r\n".to_vec();
    let turn = verifier.turn().await.unwrap();
    let verdict = verifier.verify(turn, &envelope, message, true).await;
    assert!(
        verdict.results.starts_with("mx.example.com;"),
        "{verdict:?}"
    );
    assert!(!verdict.is_forged);
}
