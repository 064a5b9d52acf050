use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

#[test]
fn endpoints_read_as_they_are_written() {
    for text in [
        "mail.example.com:143",
        "[::1]:24",
        "unix:/run/x.sock",
        "127.0.0.1:0",
    ] {
        assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
    }
}

#[test]
fn endpoints_that_are_refused() {
    for text in [
        "",
        "host",
        "host:",
        "host:65536",
        ":25",
        "::1:25",
        "unix:rel",
        "a b:25",
    ] {
        assert!(text.parse::<Endpoint>().is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn a_stale_unix_socket_is_replaced_and_a_live_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let endpoint = Endpoint::Unix(path.clone());
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let listener = Listener::bind(&endpoint, 0o600).await.unwrap();
    let error = Listener::bind(&endpoint, 0o600).await.unwrap_err();
    assert!(error.to_string().contains("unix:/"), "{error}");

    let mut client = connect(&endpoint, Duration::from_secs(5)).await.unwrap();
    client.write_all(b"hello").await.unwrap();
    // The refused listener knocked first.
    listener.accept().await.unwrap();
    let (mut server, peer) = listener.accept().await.unwrap();
    let mut read = [0; 5];
    server.read_exact(&mut read).await.unwrap();
    assert_eq!((&read, peer.as_str()), (b"hello", "unix"));
    drop(listener);
    assert!(!path.exists());
}

#[tokio::test]
async fn nobody_listening_is_an_error_that_names_the_endpoint() {
    let listener = Listener::bind(&Endpoint::tcp("127.0.0.1", 0), 0)
        .await
        .unwrap();
    let endpoint = listener.endpoint().clone();
    drop(listener);
    let error = connect(&endpoint, Duration::from_secs(5))
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains(&endpoint.to_string()), "{error}");
}
