//! Whether a smarthost is the one it should be: certificates, what is slipped in around STARTTLS, and whose
//! password goes where.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lifeboat::config::secret::Secret;
use lifeboat::net::{BoxStream, Endpoint, Listener, Tls, TlsAcceptor, TlsConnector};
use lifeboat::send::relay::{Relay, Unreachable};
use lifeboat::send::{Credentials, Smarthost};
use lifeboat::store::queue::QueueEntry;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::runtime::Runtime;

use super::house::{House, PATIENCE, plain};
use crate::rig::{RigDir, certificate};

/// What is said in plain text where it does not belong.
#[derive(Clone, Copy, Debug, Default)]
struct Injected {
    /// After the answer to EHLO.
    after_ehlo: &'static str,
    /// After the 220 to STARTTLS, in the same segment.
    after_starttls: &'static str,
    /// The same, a moment later.
    late: &'static str,
}

/// A smarthost in this process that signs nobody in wrongly and writes down what it hears.
#[derive(Clone)]
struct Host {
    endpoint: Endpoint,
    tls: Tls,
    acceptor: TlsAcceptor,
    injected: Injected,
    /// Commands, with `tls ` in front of those that came protected.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn start(
        runtime: &Runtime,
        tls: Tls,
        certificate: &(String, String),
        injected: Injected,
    ) -> Self {
        let acceptor = TlsAcceptor::new(certificate.0.as_ref(), certificate.1.as_ref());
        let any = Endpoint::tcp("127.0.0.1", 0);
        let listener = runtime.block_on(Listener::bind(&any, 0o600));
        let listener = listener.expect("listen");
        let host = Self {
            endpoint: listener.endpoint().clone(),
            tls,
            acceptor: acceptor.expect("the certificate"),
            injected,
            heard: Arc::default(),
        };
        let server = host.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                // A client that goes away is what some of the tests want.
                tokio::spawn(async move { drop(server.serve(stream).await) });
            }
        });
        host
    }

    fn smarthost(&self, connector: &TlsConnector, name: &str) -> Smarthost {
        Smarthost {
            tls: self.tls,
            tls_name: Some(name.to_owned()),
            connector: Some(connector.clone()),
            ..plain(self.endpoint.clone())
        }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("what was heard").clone()
    }

    fn note(&self, line: String) {
        self.heard.lock().expect("what was heard").push(line);
    }

    async fn serve(&self, stream: BoxStream) -> std::io::Result<()> {
        let mut stream = match self.tls {
            Tls::Implicit => match self.acceptor.handshake(stream, PATIENCE).await {
                Ok(stream) => BufReader::new(stream),
                Err(_) => return Ok(()),
            },
            _ => BufReader::new(stream),
        };
        let mut is_protected = self.tls == Tls::Implicit;
        stream.write_all(b"220 host.rig.test ESMTP\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            let mark = if is_protected { "tls " } else { "" };
            self.note(format!("{mark}{line}"));
            let reply = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" if is_protected => "250-host.rig.test\r\n250 AUTH PLAIN".to_owned(),
                "EHLO" => {
                    let more = self.injected.after_ehlo;
                    format!("250-host.rig.test\r\n250 STARTTLS{more}")
                }
                "STARTTLS" => {
                    let go = format!("220 Go{}\r\n", self.injected.after_starttls);
                    stream.write_all(go.as_bytes()).await?;
                    if !self.injected.late.is_empty() {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        stream.write_all(self.injected.late.as_bytes()).await?;
                    }
                    let protected = self.acceptor.handshake(stream.into_inner(), PATIENCE).await;
                    let Ok(protected) = protected else {
                        return Ok(());
                    };
                    stream = BufReader::new(protected);
                    is_protected = true;
                    continue;
                }
                "AUTH" => "235 2.7.0 Welcome".to_owned(),
                "DATA" => {
                    stream.write_all(b"354 Go\r\n").await?;
                    let mut line = String::new();
                    while line != ".\r\n" {
                        line.clear();
                        if stream.read_line(&mut line).await? == 0 {
                            return Ok(());
                        }
                    }
                    "250 2.0.0 Kept".to_owned()
                }
                "QUIT" => return stream.write_all(b"221 2.0.0 Bye\r\n").await,
                _ => "250 2.0.0 Ok".to_owned(),
            };
            stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        }
    }
}

const KINDS: [Tls; 2] = [Tls::Starttls, Tls::Implicit];

#[test]
fn only_a_certificate_that_is_trusted_and_has_the_name_is_spoken_to() {
    let dir = RigDir::new("names");
    let runtime = Runtime::new().expect("a runtime");
    let (ours, theirs) = (dir.sub("ours"), dir.sub("theirs"));
    let (ours, theirs) = (certificate(&ours, 2), certificate(&theirs, 2));
    let trusting =
        |path: &String| TlsConnector::new(Some(path.as_ref())).expect("trust the certificate");
    let system = TlsConnector::new(None).expect("the system's certificates");
    for tls in KINDS {
        for (connector, name, is_right) in [
            (trusting(&ours.0), "localhost", true),
            (trusting(&ours.0), "127.0.0.1", true),
            // The right certificate of another.
            (trusting(&ours.0), "smtp.example.com", false),
            // One that nobody vouches for.
            (system.clone(), "localhost", false),
            // One that somebody else vouches for.
            (trusting(&theirs.0), "localhost", false),
        ] {
            let host = Host::start(&runtime, tls, &ours, Injected::default());
            let smarthost = Smarthost {
                credentials: Some(credentials("ann", "secret")),
                ..host.smarthost(&connector, name)
            };
            let connected = runtime.block_on(Relay::connect(&smarthost));
            let protected = host.heard().iter().any(|line| line.starts_with("tls "));
            match connected {
                Ok(_) => assert!(is_right && protected, "{tls:?} {name}: {:?}", host.heard()),
                Err(error) => {
                    assert!(!is_right, "{tls:?} {name}: {error}");
                    assert!(matches!(error, Unreachable::Tls(_)), "{tls:?}: {error}");
                    assert!(!protected, "nothing is said: {:?}", host.heard());
                }
            }
        }
    }
}

#[test]
fn what_is_slipped_in_around_starttls_is_dropped_with_the_connection() {
    let dir = RigDir::new("inject");
    let runtime = Runtime::new().expect("a runtime");
    let files = certificate(dir.path(), 2);
    let connector = TlsConnector::new(Some(files.0.as_ref())).expect("trust the certificate");
    let greet = "\r\n250-forged\r\n250 AUTH PLAIN";
    for injected in [
        Injected {
            after_starttls: greet,
            ..Injected::default()
        },
        Injected {
            late: "250-forged\r\n250 AUTH PLAIN\r\n",
            ..Injected::default()
        },
        // The answer to STARTTLS before it is asked for: ours would be taken for part of TLS.
        Injected {
            after_ehlo: "\r\n220 Go",
            ..Injected::default()
        },
        Injected {
            after_ehlo: "\r\n220 Go\r\n250 forged",
            ..Injected::default()
        },
    ] {
        let host = Host::start(&runtime, Tls::Starttls, &files, injected);
        let smarthost = Smarthost {
            credentials: Some(credentials("ann", "secret")),
            ..host.smarthost(&connector, "localhost")
        };
        let error = runtime
            .block_on(Relay::connect(&smarthost))
            .expect_err("it is not used");
        assert!(
            matches!(error, Unreachable::Injected | Unreachable::Tls(_)),
            "{injected:?}: {error}"
        );
        let said = host.heard();
        assert!(
            said.iter()
                .all(|line| line.starts_with("EHLO") || line == "STARTTLS"),
            "{injected:?}: {said:?}"
        );
    }
    // The same host without it is used, or the test would show nothing.
    let host = Host::start(&runtime, Tls::Starttls, &files, Injected::default());
    let smarthost = host.smarthost(&connector, "localhost");
    runtime
        .block_on(Relay::connect(&smarthost))
        .expect("it is used");
}

#[test]
fn each_smarthost_has_its_own_access_and_hears_no_other_password() {
    let dir = RigDir::new("access");
    let runtime = Runtime::new().expect("a runtime");
    let (first, second) = (dir.sub("first"), dir.sub("second"));
    let (first, second) = (certificate(&first, 2), certificate(&second, 2));
    let trusting =
        |path: &String| TlsConnector::new(Some(path.as_ref())).expect("trust the certificate");
    let impostor = Host::start(&runtime, Tls::Implicit, &second, Injected::default());
    let fallback = Host::start(&runtime, Tls::Starttls, &second, Injected::default());
    let smarthosts = vec![
        Smarthost {
            credentials: Some(credentials("first", "first-secret")),
            ..impostor.smarthost(&trusting(&first.0), "localhost")
        },
        Smarthost {
            credentials: Some(credentials("second", "second-secret")),
            ..fallback.smarthost(&trusting(&second.0), "localhost")
        },
    ];
    let house = House::open_with(&dir.path().join("store"), smarthosts);
    house.send(1, &["you@elsewhere.test"], b"Subject: x\r\n\r\nhello\r\n");
    house.wait(1, "it is sent", QueueEntry::is_finished);
    house.close();
    assert!(impostor.heard().is_empty(), "{:?}", impostor.heard());
    let heard = fallback.heard();
    // RFC 4616: NUL, the user, NUL, the password; "\0second\0second-secret".
    assert!(
        heard.contains(&"tls AUTH PLAIN AHNlY29uZABzZWNvbmQtc2VjcmV0".to_owned()),
        "{heard:?}"
    );
    let plain: Vec<&String> = heard
        .iter()
        .filter(|line| !line.starts_with("tls "))
        .collect();
    assert_eq!(plain, ["EHLO standby.example.com", "STARTTLS"]);
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials {
        username: username.to_owned(),
        password: Secret::new(password.to_owned()),
    }
}
