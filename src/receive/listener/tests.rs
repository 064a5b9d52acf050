use tokio::io::{AsyncBufReadExt, BufReader};

use super::*;
use crate::net::{self, Endpoint};
use crate::receive::connection::Timeouts;
use crate::receive::connection::tests::{Recorder, config, shared};

async fn greeting(endpoint: &Endpoint) -> (BufReader<BoxStream>, String) {
    let stream = net::connect(endpoint, Duration::from_secs(5))
        .await
        .unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    (stream, line)
}

#[tokio::test]
async fn several_endpoints_one_bound_and_an_orderly_end() {
    let dir = tempfile::tempdir().unwrap();
    let unix = Endpoint::Unix(dir.path().join("lmtp"));
    let tcp = Listener::bind(&Endpoint::tcp("127.0.0.1", 0), 0o600)
        .await
        .unwrap();
    let port = tcp.endpoint().clone();
    let listeners = vec![tcp, Listener::bind(&unix, 0o666).await.unwrap()];
    let stop = CancellationToken::new();
    let session = Arc::new(config());
    let doors = listeners.into_iter().map(|listener| Door {
        listener,
        session: Arc::clone(&session),
        is_implicit_tls: false,
        proxies: None,
    });
    let house = House {
        connections_max: 2,
        stop: stop.clone(),
        drain: Duration::from_secs(5),
    };
    let shared = Arc::new(shared(Recorder::default(), Timeouts::default()));
    let server = tokio::spawn(serve(doors.collect(), shared, house));

    let (mut first, line) = greeting(&port).await;
    assert!(line.starts_with("220 "), "{line}");
    let (second, line) = greeting(&unix).await;
    assert!(line.starts_with("220 "), "{line}");
    let (_third, line) = greeting(&port).await;
    assert!(line.starts_with("421 4.3.2 "), "{line}");

    // A slot that is free again is given away again.
    drop(second);
    loop {
        let (_again, line) = greeting(&unix).await;
        if line.starts_with("220 ") {
            break;
        }
        tokio::task::yield_now().await;
    }

    stop.cancel();
    let mut line = String::new();
    first.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("421 4.3.2 "), "{line}");
    server.await.unwrap();
    assert!(net::connect(&port, Duration::from_secs(1)).await.is_err());
}
