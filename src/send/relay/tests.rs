use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use super::*;
use crate::net::{self, BoxStream};
use crate::send::handed::Handed;

/// What the fake smarthost does; changed while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mood {
    /// Addresses that start with a key get the reply.
    pub(crate) rcpt: Vec<(&'static str, &'static str)>,
    /// The reply to MAIL, if not 250.
    pub(crate) mail: Option<&'static str>,
    /// The reply to DATA, if not 354: the transaction stays open, as Postfix has it.
    pub(crate) data: Option<&'static str>,
    /// The reply to the message, if not 250; empty: none, the connection is closed.
    pub(crate) body: Option<&'static str>,
    /// The greeting, if not 220.
    pub(crate) greeting: Option<&'static str>,
    /// What EHLO offers.
    pub(crate) offers: Vec<&'static str>,
    /// What follows STARTTLS.
    pub(crate) starttls: Option<&'static str>,
    /// It wants to answer each command before the next.
    pub(crate) one_by_one: bool,
    /// Further connections are refused.
    pub(crate) connections_max: Option<usize>,
    /// It takes DATA although it took no recipient (RFC 2920 §3.1).
    pub(crate) careless: bool,
}

/// The recipients and the content of a message.
pub(crate) type Taken = (Vec<String>, String);

/// A smarthost in this process.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) endpoint: Endpoint,
    pub(crate) mood: Arc<StdMutex<Mood>>,
    /// What was taken: recipients and content as on the wire, without the final dot.
    pub(crate) taken: Arc<StdMutex<Vec<Taken>>>,
    /// Commands, for all connections.
    pub(crate) heard: Arc<StdMutex<Vec<String>>>,
    connected: Arc<AtomicUsize>,
}

impl Fake {
    pub(crate) async fn start(mood: Mood) -> Self {
        let listener = net::Listener::bind(&Endpoint::tcp("127.0.0.1", 0), 0o600)
            .await
            .unwrap();
        let fake = Self {
            endpoint: listener.endpoint().clone(),
            mood: Arc::new(StdMutex::new(mood)),
            taken: Arc::default(),
            heard: Arc::default(),
            connected: Arc::default(),
        };
        let server = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move {
                    server.connected.fetch_add(1, Ordering::SeqCst);
                    let served = server.serve(BufReader::new(stream)).await;
                    server.connected.fetch_sub(1, Ordering::SeqCst);
                    served
                });
            }
        });
        fake
    }

    fn mood(&self) -> Mood {
        self.mood.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: BufReader<BoxStream>) -> io::Result<()> {
        let (mut to, mut is_open) = (Vec::new(), false);
        let mood = self.mood();
        let connected = self.connected.load(Ordering::SeqCst);
        if mood.connections_max.is_some_and(|max| connected > max) {
            return stream.write_all(b"421 4.7.0 too many\r\n").await;
        }
        let greeting = mood.greeting.unwrap_or("220 fake ESMTP");
        stream
            .write_all(format!("{greeting}\r\n").as_bytes())
            .await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            self.heard.lock().unwrap().push(line.trim_end().to_owned());
            let mood = self.mood();
            let reply = match line.split([' ', ':', '\r']).next().unwrap_or_default() {
                "EHLO" => {
                    let offers = mood.offers.iter().map(|o| format!("250-{o}\r\n"));
                    let last = if mood.one_by_one {
                        "HELP"
                    } else {
                        "PIPELINING"
                    };
                    format!("250-fake\r\n{}250 {last}", offers.collect::<String>())
                }
                "STARTTLS" => mood.starttls.unwrap_or("502 no").to_owned(),
                "MAIL" if is_open => "503 5.5.1 nested MAIL command".to_owned(),
                "MAIL" => {
                    is_open = mood.mail.is_none();
                    mood.mail.unwrap_or("250 2.1.0 ok").to_owned()
                }
                "DATA" if mood.data.is_some() => mood.data.unwrap_or_default().to_owned(),
                "DATA" if to.is_empty() && !mood.careless => "554 5.5.1 nobody".to_owned(),
                "RCPT" if !is_open => "503 5.5.1 MAIL first".to_owned(),
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let refused = mood
                        .rcpt
                        .iter()
                        .find(|(start, _)| address.starts_with(start));
                    match refused {
                        Some((_, reply)) => (*reply).to_owned(),
                        None => {
                            to.push(address);
                            "250 2.1.5 ok".to_owned()
                        }
                    }
                }
                "DATA" => {
                    stream.write_all(b"354 go\r\n").await?;
                    let content = read_data(&mut stream).await?;
                    is_open = false;
                    match mood.body {
                        Some("") => return Ok(()),
                        Some(reply) => reply.to_owned(),
                        None if to.is_empty() => "554 5.5.1 nobody".to_owned(),
                        None => {
                            let to = std::mem::take(&mut to);
                            self.taken.lock().unwrap().push((to, content));
                            "250 2.0.0 queued as 4XYZ".to_owned()
                        }
                    }
                }
                "BDAT" => {
                    let octets = line.split(' ').nth(1).and_then(|n| n.parse().ok());
                    let mut content = vec![0; octets.unwrap()];
                    stream.read_exact(&mut content).await?;
                    is_open = false;
                    match (mood.body, to.is_empty()) {
                        (Some(""), _) => return Ok(()),
                        (Some(reply), _) => reply.to_owned(),
                        (None, true) => "554 5.5.1 nobody".to_owned(),
                        (None, false) => {
                            // As DATA has it.
                            let content = String::from_utf8(content).unwrap();
                            let content = content.replace("\r\n.", "\r\n..");
                            let to = std::mem::take(&mut to);
                            self.taken.lock().unwrap().push((to, content));
                            "250 2.0.0 queued as 4XYZ".to_owned()
                        }
                    }
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n").await,
                _ => {
                    (to, is_open) = (Vec::new(), false);
                    "250 ok".to_owned()
                }
            };
            // In Latin-1, as old servers have it.
            let octets = reply.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
            let octets: Vec<u8> = octets.chain(*b"\r\n").collect();
            stream.write_all(&octets).await?;
        }
    }

    pub(crate) fn smarthost(&self) -> Smarthost {
        Smarthost {
            endpoint: self.endpoint.clone(),
            tls: Tls::Off,
            tls_name: None,
            connector: None,
            credentials: None,
            hello_name: "standby.example.com".to_owned(),
            chunking: true,
            timeouts: RelayTimeouts {
                connect: Duration::from_secs(60),
                command: Duration::from_secs(60),
                body: Duration::from_secs(60),
            },
        }
    }
}

async fn read_data(stream: &mut BufReader<BoxStream>) -> io::Result<String> {
    let mut content = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(content);
        }
        content.push_str(&line);
    }
}

const CONTENT: &[u8] = b"Subject: x\r\n\r\n.dot\r\nlast\r\n";

fn shown(outcomes: &[Outcome]) -> Vec<String> {
    let show = |reply: &RemoteReply| format!("{} {}", reply.code.unwrap_or(0), reply.text);
    outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Relayed(reply) => format!("relayed {}", show(reply)),
            Outcome::Deferred(reply) => format!("deferred {}", show(reply)),
            Outcome::Failed(reply) => format!("failed {}", show(reply)),
        })
        .collect()
}

async fn send(relay: &mut Relay, recipients: &[&str], content: &[u8]) -> Vec<String> {
    let message = Outgoing {
        reverse_path: Some("ann@example.com"),
        recipients,
        content: &Content::of(content.to_vec().into()),
        reports: Reports {
            envelope_id: "e=1",
            success: false,
        },
    };
    shown(&relay.send(&message).await)
}

#[tokio::test]
async fn each_recipient_has_its_own_outcome() {
    let fake = Fake::start(Mood {
        rcpt: vec![("no", "550 5.1.1 unknown"), ("later", "450 4.2.0 grey")],
        ..Mood::default()
    })
    .await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let to = [
        "no@x.example",
        "yes@x.example",
        "later@x.example",
        "not an address",
    ];
    assert_eq!(
        send(&mut relay, &to, CONTENT).await,
        [
            "failed 550 5.1.1 unknown",
            "relayed 250 2.0.0 queued as 4XYZ",
            "deferred 450 4.2.0 grey",
            "failed 0 5.1.3 This is not an address",
        ]
    );
    // All refused: no data, and the connection can be used again.
    assert_eq!(
        send(&mut relay, &to[..1], CONTENT).await,
        ["failed 550 5.1.1 unknown"]
    );
    assert_eq!(
        send(&mut relay, &to[1..2], b"no line end").await,
        ["relayed 250 2.0.0 queued as 4XYZ"]
    );
    assert!(relay.is_usable());
    relay.quit().await;
    let taken = fake.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].0, ["yes@x.example"]);
    assert_eq!(taken[0].1, "Subject: x\r\n\r\n..dot\r\nlast\r\n");
    assert_eq!(taken[1].1, "no line end\r\n");
}

/// Whether a smarthost takes commands before it has answered, and what it says to DATA for nobody, changes
/// nothing of what becomes of a message, and the next goes over the same connection.
#[tokio::test]
async fn what_is_said_ahead_changes_no_outcome() {
    let rcpt = vec![("no", "550 5.1.1 unknown"), ("later", "450 4.2.0 grey")];
    let moods = [
        Mood::default(),
        Mood {
            mail: Some("552 5.3.4 too big"),
            ..Mood::default()
        },
        Mood {
            data: Some("451 4.3.0 not now"),
            ..Mood::default()
        },
        Mood {
            body: Some("554 5.7.1 spam"),
            ..Mood::default()
        },
    ];
    let recipients: [&[&str]; 4] = [
        &["a@x.example", "no@x.example", "b@x.example"],
        &["no@x.example", "later@x.example"],
        &["not an address"],
        &["not an address", "later@x.example"],
    ];
    for mood in moods {
        for to in recipients {
            let mut seen = Vec::new();
            for (one_by_one, careless, offers) in [
                (true, false, vec![]),
                (false, false, vec![]),
                (false, true, vec![]),
                (true, false, vec!["CHUNKING"]),
                (false, false, vec!["CHUNKING"]),
            ] {
                if mood.data.is_some() && !offers.is_empty() {
                    continue;
                }
                let fake = Fake::start(Mood {
                    rcpt: rcpt.clone(),
                    one_by_one,
                    careless,
                    offers,
                    ..mood.clone()
                })
                .await;
                let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
                let outcomes = send(&mut relay, to, CONTENT).await;
                *fake.mood.lock().unwrap() = Mood::default();
                let next = send(&mut relay, &["next@x.example"], CONTENT).await;
                assert_eq!(
                    next,
                    ["relayed 250 2.0.0 queued as 4XYZ"],
                    "{mood:?} {to:?}"
                );
                seen.push((outcomes, fake.taken.lock().unwrap().clone()));
            }
            assert!(
                seen.windows(2).all(|w| w[0] == w[1]),
                "{mood:?} {to:?}: {seen:#?}"
            );
        }
    }
}

#[tokio::test]
async fn a_chunk_is_counted_and_its_last_line_ends() {
    for (content, counted, taken) in [
        (
            &b"Subject: x\r\n\r\nlast"[..],
            20,
            "Subject: x\r\n\r\nlast\r\n",
        ),
        (
            b"Subject: x\r\n\r\nlast\r\n",
            20,
            "Subject: x\r\n\r\nlast\r\n",
        ),
        (b"", 0, ""),
    ] {
        for chunking in [true, false] {
            let fake = Fake::start(Mood {
                offers: vec!["CHUNKING"],
                ..Mood::default()
            })
            .await;
            let smarthost = Smarthost {
                chunking,
                ..fake.smarthost()
            };
            let mut relay = Relay::connect(&smarthost).await.unwrap();
            let outcomes = send(&mut relay, &["you@x.example"], content).await;
            assert_eq!(outcomes, ["relayed 250 2.0.0 queued as 4XYZ"]);
            assert_eq!(fake.taken.lock().unwrap()[0].1, taken);
            let expected = match chunking {
                true => format!("BDAT {counted} LAST"),
                false => "DATA".to_owned(),
            };
            let heard = fake.heard.lock().unwrap().clone();
            assert_eq!(heard.last(), Some(&expected));
        }
    }
}

/// The commands of a message leave in one piece: the first answer is read after DATA was said.
#[tokio::test]
async fn a_smarthost_that_takes_commands_ahead_gets_them_at_once() {
    let fake = Fake::start(Mood::default()).await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let content = Content::of(CONTENT.to_vec().into());
    let message = Outgoing {
        reverse_path: Some("ann@example.com"),
        recipients: &["a@x.example", "b@x.example"],
        content: &content,
        reports: Reports {
            envelope_id: "e",
            success: false,
        },
    };
    let mail = relay.mail(&message).unwrap();
    let rcpts: Vec<_> = message
        .recipients
        .iter()
        .map(|to| relay.rcpt(to, &message))
        .collect();
    relay.say_ahead(&mail, &rcpts).await.unwrap();
    // Nothing was read, and all was heard.
    while fake.heard.lock().unwrap().len() < 6 {
        tokio::task::yield_now().await;
    }
    let heard = fake.heard.lock().unwrap()[2..].to_vec();
    assert_eq!(
        heard,
        [
            "MAIL FROM:<ann@example.com>",
            "RCPT TO:<a@x.example>",
            "RCPT TO:<b@x.example>",
            "DATA",
        ]
    );
}

#[tokio::test]
async fn many_recipients_go_in_several_transactions() {
    let fake = Fake::start(Mood::default()).await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let to: Vec<String> = (0..250).map(|n| format!("u{n}@x.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let outcomes = send(&mut relay, &to, CONTENT).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.starts_with("relayed"))
    );
    let sizes: Vec<usize> = fake
        .taken
        .lock()
        .unwrap()
        .iter()
        .map(|(to, _)| to.len())
        .collect();
    assert_eq!(sizes, [100, 100, 50]);
}

#[tokio::test]
async fn a_refused_data_leaves_the_connection_good_for_the_next_message() {
    let fake = Fake::start(Mood {
        data: Some("554 5.7.1 not from you"),
        ..Mood::default()
    })
    .await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let refused = send(&mut relay, &["ben@x.example"], CONTENT).await;
    assert_eq!(refused, ["failed 554 5.7.1 not from you"]);
    fake.mood.lock().unwrap().data = None;
    let sent = send(&mut relay, &["ben@x.example"], CONTENT).await;
    assert_eq!(sent, ["relayed 250 2.0.0 queued as 4XYZ"]);
}

/// A reply may have no text, or one in no known encoding (RFC 5321 §4.2): its code says what became of it.
#[tokio::test]
async fn what_counts_is_the_code() {
    for (body, expected) in [
        ("250", "relayed 250 "),
        (
            "250 2.0.0 \u{fc}bernommen",
            "relayed 250 2.0.0 \u{fffd}bernommen",
        ),
        (
            "554 5.7.1 unerw\u{fc}nscht",
            "failed 554 5.7.1 unerw\u{fffd}nscht",
        ),
    ] {
        let fake = Fake::start(Mood {
            body: Some(body),
            ..Mood::default()
        })
        .await;
        let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
        let outcomes = send(&mut relay, &["ben@x.example"], CONTENT).await;
        assert_eq!(outcomes, [expected]);
        assert!(relay.is_usable());
    }
}

/// A yes that is no answer to what was said is none: the message is not sent, or not known to be taken.
#[tokio::test]
async fn a_yes_out_of_turn_is_none() {
    let data = Mood {
        data: Some("250 2.0.0 ok"),
        ..Mood::default()
    };
    let body = Mood {
        body: Some("354 go on"),
        ..Mood::default()
    };
    let rcpt = Mood {
        rcpt: vec![("ben", "354 go on")],
        ..Mood::default()
    };
    for mood in [data, body, rcpt] {
        for one_by_one in [false, true] {
            let fake = Fake::start(Mood {
                one_by_one,
                ..mood.clone()
            })
            .await;
            let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
            let outcomes = send(&mut relay, &["ben@x.example"], CONTENT).await;
            assert!(outcomes[0].starts_with("deferred 0 4.5.0 "), "{outcomes:?}");
            assert!(!relay.is_usable());
            assert!(fake.taken.lock().unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn who_breaks_off_knows_who_has_the_message() {
    let fake = Fake::start(Mood::default()).await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let to: Vec<String> = (0..150).map(|n| format!("u{n}@x.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let content = Content::of(CONTENT.to_vec().into());
    let message = Outgoing {
        reverse_path: Some("ann@example.com"),
        recipients: &to,
        content: &content,
        reports: Reports {
            envelope_id: "e",
            success: false,
        },
    };
    let mut outcomes = Vec::new();
    {
        let mut sending = std::pin::pin!(relay.send_into(&message, &mut outcomes));
        // Until the first hundred have it, and no further.
        std::future::poll_fn(|context| {
            let _ = sending.as_mut().poll(context);
            match fake
                .heard
                .lock()
                .unwrap()
                .iter()
                .filter(|line| line.starts_with("MAIL"))
                .count()
            {
                2.. => std::task::Poll::Ready(()),
                _ => std::task::Poll::Pending,
            }
        })
        .await;
    }
    assert_eq!(outcomes.len(), 100);
    assert!(
        shown(&outcomes)
            .iter()
            .all(|outcome| outcome.starts_with("relayed"))
    );
}

#[tokio::test]
async fn a_lost_connection_defers_what_has_no_answer() {
    let fake = Fake::start(Mood {
        body: Some(""),
        rcpt: vec![("no", "550 5.1.1 unknown")],
        ..Mood::default()
    })
    .await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let outcomes = send(&mut relay, &["no@x.example", "yes@x.example"], CONTENT).await;
    assert_eq!(outcomes[0], "failed 550 5.1.1 unknown");
    assert!(outcomes[1].starts_with("deferred 0 4.4.2 "), "{outcomes:?}");
    assert!(!relay.is_usable());
    let outcomes = send(&mut relay, &["yes@x.example"], CONTENT).await;
    assert!(outcomes[0].starts_with("deferred 0 4.4.2 "), "{outcomes:?}");
}

#[tokio::test]
async fn refusals_of_the_whole_message() {
    let fake = Fake::start(Mood {
        mail: Some("552 5.3.4 too big"),
        ..Mood::default()
    })
    .await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    assert_eq!(
        send(&mut relay, &["a@x.example"], CONTENT).await,
        ["failed 552 5.3.4 too big"]
    );
    fake.mood.lock().unwrap().mail = None;
    fake.mood.lock().unwrap().body = Some("554 5.7.1 spam");
    assert_eq!(
        send(&mut relay, &["a@x.example"], CONTENT).await,
        ["failed 554 5.7.1 spam"]
    );
    let bare = send(&mut relay, &["a@x.example"], b"a\nb\r\n").await;
    assert!(bare[0].starts_with("failed 0 5.6.0 "), "{bare:?}");
    fake.mood.lock().unwrap().body = Some("421 4.3.2 going down");
    assert_eq!(
        send(&mut relay, &["a@x.example"], CONTENT).await,
        ["deferred 421 4.3.2 going down"]
    );
    assert!(!relay.is_usable());
}

#[tokio::test]
async fn characters_beyond_ascii_need_what_the_smarthost_offers() {
    let fake = Fake::start(Mood::default()).await;
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let outcomes = send(&mut relay, &["grün@x.example", "a@x.example"], CONTENT).await;
    assert!(outcomes[0].starts_with("failed 0 5.6.7 "), "{outcomes:?}");
    assert!(outcomes[1].starts_with("relayed"), "{outcomes:?}");

    fake.mood.lock().unwrap().offers = vec!["SMTPUTF8", "8BITMIME"];
    let mut relay = Relay::connect(&fake.smarthost()).await.unwrap();
    let outcomes = send(&mut relay, &["grün@x.example"], "grün\r\n".as_bytes()).await;
    assert!(outcomes[0].starts_with("relayed"), "{outcomes:?}");
    let heard = fake.heard.lock().unwrap().join("\n");
    assert!(
        heard.contains("MAIL FROM:<ann@example.com> SMTPUTF8 BODY=8BITMIME"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_smarthost_that_cannot_be_used_is_nobodys_fault() {
    let fake = Fake::start(Mood {
        greeting: Some("554 no service"),
        ..Mood::default()
    })
    .await;
    let error = Relay::connect(&fake.smarthost()).await.unwrap_err();
    assert!(
        matches!(&error, Unreachable::Said(text) if text.contains("554")),
        "{error}"
    );

    let mut nobody = fake.smarthost();
    nobody.endpoint = Endpoint::Unix("/nonexistent/smarthost".into());
    assert!(matches!(
        Relay::connect(&nobody).await,
        Err(Unreachable::Connect(_))
    ));

    let mut careless = fake.smarthost();
    careless.credentials = Some(Credentials {
        username: "u".to_owned(),
        password: Secret::new("p".to_owned()),
    });
    assert!(matches!(
        Relay::connect(&careless).await,
        Err(Unreachable::PlainPassword)
    ));
}

#[tokio::test]
async fn starttls_is_required_and_nothing_may_follow_its_answer() {
    let fake = Fake::start(Mood::default()).await;
    let mut smarthost = fake.smarthost();
    smarthost.tls = Tls::Starttls;
    assert!(matches!(
        Relay::connect(&smarthost).await,
        Err(Unreachable::NoStartTls)
    ));

    fake.mood.lock().unwrap().offers = vec!["STARTTLS"];
    fake.mood.lock().unwrap().starttls = Some("454 4.7.0 not now");
    assert!(matches!(
        Relay::connect(&smarthost).await,
        Err(Unreachable::Said(_))
    ));

    fake.mood.lock().unwrap().starttls = Some("220 go\r\n250 injected");
    assert!(matches!(
        Relay::connect(&smarthost).await,
        Err(Unreachable::Injected)
    ));
}

#[tokio::test]
async fn the_handed_stream_greets_first() {
    use tokio::io::AsyncReadExt;
    let (ours, mut theirs) = tokio::io::duplex(64);
    let mut handed = Handed::new(Box::new(ours), b"220 TLS\r\n");
    theirs.write_all(b"250 after").await.unwrap();
    let mut all = vec![0; 18];
    handed.read_exact(&mut all).await.unwrap();
    assert_eq!(all, b"220 TLS\r\n250 after");
}
