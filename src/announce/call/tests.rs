use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::*;

/// The example of the specification (standard-webhooks, "Verifying signatures").
#[test]
fn a_signature_is_what_the_specification_says() {
    let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let key = SigningKey::new(secret);
    let (id, now) = (
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        Timestamp::from_secs(1_614_265_330),
    );
    let body = r#"{"test": 2432232314}"#;
    let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_eq!(
        signature(std::slice::from_ref(&key), id, now, body),
        expected
    );
    assert_eq!(
        key.shown().expose(),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    );
    let mut old = SigningKey::new(vec![1; 32]);
    old.until = Some(Timestamp::from_secs(1_614_265_331));
    let both = signature(&[key.clone(), old.clone()], id, now, body);
    assert!(
        both.starts_with(&format!("{expected} v1,")),
        "two while one replaces the other"
    );
    let later = Timestamp::from_secs(1_614_265_331);
    assert!(
        !signature(&[key, old], id, later, body).contains(' '),
        "then one"
    );
}

/// A server that gives `answer` once and keeps what it was sent.
async fn server(answer: &'static str) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = Arc::new(Mutex::new(String::new()));
    let kept = got.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 8192];
            let mut request = String::new();
            while !request.contains("{}") {
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                if read == 0 {
                    break;
                }
                request.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
            *kept.lock().await = request;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, got)
}

fn allowing(networks: &str) -> Announce {
    toml::from_str(&format!(
        "allowed_networks = [{networks}]\nwebhook_timeout = \"2s\""
    ))
    .unwrap()
}

fn to(url: String) -> Call {
    Call {
        url,
        id: "msg_1".into(),
        body: "{}".into(),
        keys: vec![SigningKey::new(vec![7; 32])],
    }
}

#[tokio::test]
async fn what_a_receiver_answers_decides() {
    for (answer, expected) in [
        (
            "HTTP/1.1 204 No Content\r\n\r\n",
            Called::Taken("answered 204".into()),
        ),
        (
            "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
            Called::Gone,
        ),
        (
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            Called::NotTaken("answered 500".into()),
        ),
    ] {
        let (port, got) = server(answer).await;
        let call_it = to(format!("http://127.0.0.1:{port}/a?b=c"));
        let now = Timestamp::from_secs(5);
        let called = call(&call_it, &allowing("\"127.0.0.1\""), None, now).await;
        assert_eq!(called, expected, "{answer}");
        let got = got.lock().await;
        assert!(got.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{got}");
        assert!(
            got.contains("webhook-id: msg_1\r\nwebhook-timestamp: 5\r\n"),
            "{got}"
        );
        assert!(
            got.contains(&signature(&call_it.keys, "msg_1", now, "{}")),
            "{got}"
        );
    }
    let (port, _) = server("HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/\r\n\r\n").await;
    let called = call(
        &to(format!("http://127.0.0.1:{port}/")),
        &allowing("\"127.0.0.1\""),
        None,
        Timestamp::EPOCH,
    )
    .await;
    assert!(matches!(called, Called::NotTaken(why) if why.contains("not followed")));
}

#[tokio::test]
async fn nothing_inside_is_called_unless_it_is_allowed() {
    let (port, got) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for (url, networks) in [
        (format!("http://127.0.0.1:{port}/"), ""),
        (format!("https://127.0.0.1:{port}/"), ""),
        (format!("https://localhost:{port}/"), ""),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), ""),
        (format!("https://0x7f.1:{port}/"), ""),
        (format!("http://localhost:{port}/"), "\"10.0.0.0/8\""),
    ] {
        let called = call(
            &to(url.clone()),
            &allowing(networks),
            None,
            Timestamp::EPOCH,
        )
        .await;
        let refused = Called::NotTaken("it is at no address that may be called".into());
        assert_eq!(called, refused, "{url}");
    }
    assert_eq!(*got.lock().await, "", "nobody called");
}

#[tokio::test]
async fn a_receiver_that_hangs_is_left_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let called = call(
        &to(format!("http://127.0.0.1:{port}/")),
        &allowing("\"127.0.0.1\""),
        None,
        Timestamp::EPOCH,
    )
    .await;
    assert_eq!(called, Called::NotTaken("no answer within 2 s".into()));
}
