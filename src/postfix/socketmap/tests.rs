//! The server over real sockets.

use tempfile::TempDir;
use tokio::net::{TcpStream, UnixStream};

use super::*;
use crate::clock::SystemClock;
use crate::net::Endpoint;
use crate::postfix::Answers;
use crate::route::{MailstoreFacts, Route, Table};
use crate::store::routes::Routes;
use crate::store::{Store, StoreOptions};

async fn start(dir: &TempDir, endpoint: Endpoint, limits: Limits) -> Endpoint {
    let store = Store::open(&dir.path().join("store"), &StoreOptions::default()).unwrap();
    let routes = Routes::new(store);
    let mut table = Table::default();
    let facts = MailstoreFacts {
        serving: Route::Standby,
        is_unsafe: false,
        raising: None,
    };
    table.mailstores.insert("a1".parse().unwrap(), facts);
    routes.publish(table);
    let advertise = "127.0.0.1:24".parse().unwrap();
    let answers = Answers::new(routes, &advertise, "queue:".into(), None);
    let listener = Listener::bind(&endpoint, 0o666).await.unwrap();
    let endpoint = listener.endpoint().clone();
    tokio::spawn(serve(listener, answers, Arc::new(SystemClock), limits));
    endpoint
}

fn port(endpoint: &Endpoint) -> (String, u16) {
    match endpoint {
        Endpoint::Tcp { host, port } => (host.clone(), *port),
        Endpoint::Unix(_) => panic!("a TCP endpoint is expected"),
    }
}

#[tokio::test]
async fn answers_many_questions_on_one_connection() {
    let dir = TempDir::new().unwrap();
    let endpoint = start(&dir, "127.0.0.1:0".parse().unwrap(), Limits::default()).await;
    let mut stream = TcpStream::connect(port(&endpoint)).await.unwrap();
    let mut reply = [0; 12];
    for question in [
        &b"11:transport *,25:transport ann@example.com,"[..],
        b"11:tran",
        b"sport *,",
    ] {
        stream.write_all(question).await.unwrap();
        stream.flush().await.unwrap();
    }
    for _ in 0..3 {
        stream.read_exact(&mut reply).await.unwrap();
        assert_eq!(&reply, b"9:NOTFOUND ,");
    }
}

#[tokio::test]
async fn ends_what_is_not_a_question() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("socketmap");
    let limits = Limits {
        exchange: Duration::from_millis(200),
        ..Limits::default()
    };
    start(&dir, Endpoint::Unix(path.clone()), limits).await;
    for bad in [&b"hello\n"[..], b"99999:x", b"25:transport ann"] {
        let mut stream = UnixStream::connect(&path).await.unwrap();
        stream.write_all(bad).await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.ok();
        assert!(rest.is_empty(), "{}", String::from_utf8_lossy(bad));
    }
    let mut stream = UnixStream::connect(&path).await.unwrap();
    stream.write_all(b"11:transport *,").await.unwrap();
    let mut reply = [0; 12];
    stream.read_exact(&mut reply).await.unwrap();
    assert_eq!(&reply, b"9:NOTFOUND ,");
}
