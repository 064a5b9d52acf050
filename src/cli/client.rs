//! How commands reach what they work on: a server elsewhere, the server on this host, or, if none
//! runs, its store. All three answer the same requests.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, Response, Uri};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use super::Failure;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, SharedConfig};
use crate::net::{self, BoxStream, ConnectError, Endpoint, TlsConnector};
use crate::service::{SearchIndex, Service};
use crate::store::routes::Routes;
use crate::store::{OpenError, Store, StoreOptions};
use crate::{admin, api};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for a store that somebody else has open.
const STORE_PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer that is read as a whole.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Whoever answers.
pub(super) enum Client {
    /// A server elsewhere.
    Remote {
        endpoint: Endpoint,
        tls: Option<TlsConnector>,
        authority: String,
        token: String,
    },
    /// The server on this host.
    Socket(Endpoint),
    /// No server runs: the store itself.
    Store(Router),
}

impl Client {
    /// A server elsewhere, with the token from the environment.
    pub(super) fn remote(url: &str) -> Result<Self, Failure> {
        // A wrong address is said before a missing token.
        let mut client = Self::remote_with(url, String::new())?;
        let read = std::env::var("LIFEBOAT_TOKEN").map_err(|_| {
            Failure::cannot_run(
                "LIFEBOAT_TOKEN is not set: make a token on the server's host with \
                 lifeboat token create --role operator",
            )
        })?;
        if let Self::Remote { token, .. } = &mut client {
            *token = read;
        }
        Ok(client)
    }

    /// A server elsewhere.
    pub(super) fn remote_with(url: &str, token: String) -> Result<Self, Failure> {
        let wrong = || {
            Failure::cannot_run(format!(
                "--server {url}: write https:// and the server's name"
            ))
        };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (tls, port) = match uri.scheme_str() {
            Some("https") => (
                Some(TlsConnector::new(None).map_err(Failure::cannot_run)?),
                443,
            ),
            Some("http") => (None, 80),
            _ => return Err(wrong()),
        };
        Ok(Self::Remote {
            endpoint: Endpoint::tcp(host, uri.port_u16().unwrap_or(port)),
            tls,
            authority: uri.authority().map(ToString::to_string).unwrap_or_default(),
            token,
        })
    }

    /// The server on this host, whether it runs or not.
    pub(super) fn socket(config: &Config) -> Self {
        Self::Socket(Endpoint::Unix(config.admin_socket()))
    }

    /// The server on this host, or the store if none runs. Waits a little for one that is just starting
    /// or stopping: it has the store and does not listen.
    pub(super) async fn local(config: Config) -> Result<Self, Failure> {
        let socket = Endpoint::Unix(config.admin_socket());
        let until = tokio::time::Instant::now() + STORE_PATIENCE;
        let store = loop {
            match net::connect(&socket, CONNECT_TIMEOUT).await {
                Ok(_) => return Ok(Self::Socket(socket)),
                Err(ConnectError::Io { source, .. }) if is_absent(&source) => {}
                Err(error) => {
                    return Err(Failure::cannot_run(format!(
                        "the running server cannot be reached: {error}; run this as the server's user"
                    )));
                }
            }
            match open(&config.store.path) {
                Err(OpenError::InUse { .. }) if tokio::time::Instant::now() < until => {}
                opened => break opened.map_err(not_opened)?,
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let service = Service {
            routes: Routes::new(store.clone()),
            store,
            clock: Arc::new(SystemClock),
            config: SharedConfig::new(config),
            control: None,
            merger: None,
            index: SearchIndex::default(),
            held: Arc::default(),
            intake: Arc::default(),
            history: Arc::default(),
            drilling: Arc::default(),
            jobs: Default::default(),
            shown: crate::service::ShownCertificates::default(),
            tenants: crate::service::tenants::Tenants::default(),
            changes: crate::service::changes::Streams::default(),
        };
        Ok(Self::Store(admin::router(
            service.clone(),
            api::unguarded(service),
        )))
    }

    /// Asks and returns the answer as it comes.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Body,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        request = match self {
            Self::Remote {
                authority, token, ..
            } => request
                .header(HOST, authority)
                .header(AUTHORIZATION, format!("Bearer {token}")),
            Self::Socket(_) | Self::Store(_) => request
                .header(HOST, "lifeboat")
                .header(admin::OPERATOR_HEADER, operator()),
        };
        let request = request.body(body).map_err(Failure::cannot_run)?;
        let response = match self {
            Self::Store(router) => match router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Self::Socket(endpoint) => {
                let stream = net::connect(endpoint, CONNECT_TIMEOUT)
                    .await
                    .map_err(Failure::cannot_run)?;
                exchange(stream, request).await?
            }
            Self::Remote { endpoint, tls, .. } => {
                let stream = net::connect(endpoint, CONNECT_TIMEOUT)
                    .await
                    .map_err(Failure::cannot_run)?;
                let stream = match tls {
                    Some(tls) => tls
                        .handshake(stream, endpoint.server_name(), CONNECT_TIMEOUT)
                        .await
                        .map_err(Failure::cannot_run)?,
                    None => stream,
                };
                exchange(stream, request).await?
            }
        };
        if response.status().is_success() {
            return Ok(response);
        }
        Err(failure(response).await)
    }

    /// Asks and reads the whole answer.
    async fn fetch(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Bytes, Failure> {
        let content_type = body.as_ref().map(|_| "application/json");
        let body = body.map_or_else(Body::empty, Body::from);
        let response = self.send(method, path, content_type, body).await?;
        whole(response).await
    }

    /// Asks for something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let bytes = self.fetch(Method::GET, path, None).await?;
        serde_json::from_slice(&bytes).map_err(not_understood)
    }

    /// Asks for an answer of a bounded size.
    pub(super) async fn get_whole(&self, path: &str) -> Result<Bytes, Failure> {
        self.fetch(Method::GET, path, None).await
    }

    /// Asks for bytes.
    pub(super) async fn get_bytes(&self, path: &str) -> Result<Bytes, Failure> {
        let response = self.send(Method::GET, path, None, Body::empty()).await?;
        let collected = response.into_body().collect().await;
        collected
            .map(http_body_util::Collected::to_bytes)
            .map_err(broke_off)
    }

    /// Has something done and reads what came of it.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let body = serde_json::to_string(body).map_err(Failure::cannot_run)?;
        let bytes = self.fetch(method, path, Some(body)).await?;
        serde_json::from_slice(&bytes).map_err(not_understood)
    }

    /// Has something done that answers nothing.
    pub(super) async fn act(&self, method: Method, path: &str) -> Result<(), Failure> {
        self.fetch(method, path, None).await.map(drop)
    }
}

/// Hands each line of a growing answer to `each`, as what it says.
pub(super) async fn each_line<T: DeserializeOwned>(
    response: Response<Body>,
    mut each: impl FnMut(T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut chunks = response.into_body().into_data_stream();
    let mut rest: Vec<u8> = Vec::new();
    while let Some(chunk) = chunks.next().await {
        rest.extend_from_slice(&chunk.map_err(broke_off)?);
        while let Some(end) = memchr::memchr(b'\n', &rest) {
            let line: Vec<u8> = rest.drain(..=end).collect();
            each(serde_json::from_slice(&line).map_err(not_understood)?)?;
        }
    }
    Ok(())
}

/// Whether nobody listens there.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused
    )
}

/// Opens the store of a server that does not run.
fn open(path: &Path) -> Result<Store, OpenError> {
    let options = StoreOptions {
        now: SystemClock.now(),
    };
    Store::open(path, &options)
}

fn not_opened(error: OpenError) -> Failure {
    match error {
        OpenError::InUse { .. } => Failure::cannot_run(format!(
            "{error}\n  a server is starting or stopping, or another command is at work: try again"
        )),
        _ => Failure::cannot_run(error),
    }
}

/// Who runs the command, for the audit log.
fn operator() -> String {
    ["SUDO_USER", "LOGNAME", "USER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_graphic)
        .collect()
}

async fn exchange(stream: BoxStream, request: Request<Body>) -> Result<Response<Body>, Failure> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broke_off)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(broke_off)?;
    Ok(response.map(Body::new))
}

async fn whole(response: Response<Body>) -> Result<Bytes, Failure> {
    http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAX)
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .map_err(broke_off)
}

/// What an error says: a problem document, or at least its status.
async fn failure(response: Response<Body>) -> Failure {
    #[derive(serde::Deserialize)]
    struct Told {
        detail: String,
    }
    let status = response.status();
    let told = match whole(response).await {
        Ok(bytes) => serde_json::from_slice::<Told>(&bytes).ok(),
        Err(_) => None,
    };
    let text = told.map_or_else(
        || format!("the server answers {status}"),
        |told| told.detail,
    );
    match status.as_u16() {
        409 | 412 | 429 | 500.. => Failure::found(text),
        _ => Failure::cannot_run(text),
    }
}

fn broke_off(error: impl std::fmt::Display) -> Failure {
    Failure::found(format!("the connection to the server broke off: {error}"))
}

fn not_understood(error: impl std::fmt::Display) -> Failure {
    Failure::found(format!("the server's answer is not understood: {error}"))
}
