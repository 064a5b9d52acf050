//! Speaking to the server: HTTP over its admin socket, or over the network with a token.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::{Failure, Target};
use crate::config::{Config, Loaded};
use crate::net::{self, BoxStream, Endpoint, TlsConnector};

/// How long the server may take to answer the door.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer that is read as a whole.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Longest line of an answer that grows.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What is sent.
type Outgoing = BoxBody<Bytes, std::io::Error>;

/// Where the server is.
#[derive(Debug)]
enum Door {
    /// The socket in the store's directory.
    Admin(PathBuf),
    /// The network.
    Network {
        endpoint: Endpoint,
        tls: Option<TlsConnector>,
        token: String,
    },
}

/// Speaks to one server.
#[derive(Debug)]
pub(super) struct Client {
    door: Door,
}

impl Client {
    /// The server that the arguments name.
    pub(super) fn new(target: &Target) -> Result<Self, Failure> {
        let door = match &target.server {
            Some(url) => network(url)?,
            None => {
                let Loaded { config, .. } =
                    Config::load(&target.config).map_err(Failure::cannot_run)?;
                Door::Admin(config.store.path.join("admin.sock"))
            }
        };
        Ok(Self { door })
    }

    async fn connect(&self) -> Result<BoxStream, Failure> {
        match &self.door {
            Door::Admin(path) => {
                let stream = net::connect(&Endpoint::Unix(path.clone()), CONNECT_TIMEOUT).await;
                stream.map_err(|error| {
                    Failure::cannot_run(format!(
                        "the server does not answer on this host ({error}); start it with `lifeboat serve`, or name \
                         another with --server"
                    ))
                })
            }
            Door::Network { endpoint, tls, .. } => {
                let stream = net::connect(endpoint, CONNECT_TIMEOUT)
                    .await
                    .map_err(Failure::cannot_run)?;
                match tls {
                    Some(tls) => tls
                        .handshake(stream, endpoint.server_name(), CONNECT_TIMEOUT)
                        .await
                        .map_err(Failure::cannot_run),
                    None => Ok(stream),
                }
            }
        }
    }

    /// Sends a request and gives the answer, if it is a good one.
    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Outgoing,
    ) -> Result<Response<Incoming>, Failure> {
        let stream = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
            .await
            .map_err(Failure::cannot_run)?;
        tokio::spawn(connection);
        let host = match &self.door {
            Door::Admin(_) => "localhost".to_owned(),
            Door::Network { endpoint, .. } => endpoint.to_string(),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, host)
            .header(CONTENT_TYPE, kind);
        if let Door::Network { token, .. } = &self.door {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(body).map_err(Failure::cannot_run)?;
        let response = sender
            .send_request(request)
            .await
            .map_err(Failure::cannot_run)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let problem: Option<Value> = serde_json::from_slice(&whole(response).await?).ok();
        let detail = problem
            .as_ref()
            .and_then(|problem| problem["detail"].as_str());
        Err(Failure::found(match detail {
            Some(detail) => detail.to_owned(),
            None => format!("the server answers {status}"),
        }))
    }

    /// A request without a body.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        json(&self.get_bytes(path).await?)
    }

    /// A request without a body, for an answer that is not JSON.
    pub(super) async fn get_bytes(&self, path: &str) -> Result<Bytes, Failure> {
        whole(
            self.send(Method::GET, path, "application/json", empty())
                .await?,
        )
        .await
    }

    /// A request with a JSON body.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let answer = self
            .send(method, path, "application/json", full(body.to_string()))
            .await?;
        let bytes = whole(answer).await?;
        if bytes.is_empty() {
            Ok(Value::Null)
        } else {
            json(&bytes)
        }
    }

    /// A request whose answer is lines of JSON that come while the server works.
    pub(super) async fn stream(
        &self,
        path: &str,
        kind: &str,
        body: Outgoing,
        mut line: impl FnMut(Value) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut incoming = self.send(Method::POST, path, kind, body).await?.into_body();
        let mut buffer = Vec::new();
        while let Some(frame) = incoming.frame().await {
            let frame =
                frame.map_err(|error| Failure::found(format!("the server broke off: {error}")))?;
            buffer.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            while let Some(end) = memchr::memchr(b'\n', &buffer) {
                let rest = buffer.split_off(end + 1);
                line(json(&buffer)?)?;
                buffer = rest;
            }
            if buffer.len() > LINE_BYTES_MAX {
                return Err(Failure::found("the server sent a line that is too long"));
            }
        }
        Ok(())
    }
}

/// A body of pieces.
pub(super) fn pieces(
    stream: impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send + Sync + 'static,
) -> Outgoing {
    BodyExt::boxed(StreamBody::new(futures_util::TryStreamExt::map_ok(
        stream,
        Frame::data,
    )))
}

/// A body that is there as a whole.
pub(super) fn full(text: String) -> Outgoing {
    Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed()
}

/// No body.
pub(super) fn empty() -> Outgoing {
    full(String::new())
}

fn network(url: &str) -> Result<Door, Failure> {
    let wrong = |why: &str| Failure::cannot_run(format!("--server {url}: {why}"));
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| wrong("a URL such as https://host is expected"))?;
    let authority = rest.trim_end_matches('/');
    let (tls, port) = match scheme {
        "https" => (
            Some(TlsConnector::new(None).map_err(Failure::cannot_run)?),
            443,
        ),
        "http" => (None, 80),
        _ => return Err(wrong("the scheme is https or http")),
    };
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let endpoint = if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:{port}")
    };
    let endpoint = endpoint
        .parse()
        .map_err(|error| wrong(&format!("{error}")))?;
    let token = std::env::var("LIFEBOAT_TOKEN")
        .map_err(|_| wrong("put a token into LIFEBOAT_TOKEN (lifeboat token create)"))?;
    Ok(Door::Network {
        endpoint,
        tls,
        token,
    })
}

async fn whole(response: Response<Incoming>) -> Result<Bytes, Failure> {
    let limited = http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    match limited.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(Failure::found(format!(
            "the server's answer broke off: {error}"
        ))),
    }
}

fn json(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes)
        .map_err(|error| Failure::found(format!("the server's answer is no JSON: {error}")))
}
