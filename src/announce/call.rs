//! One call of a webhook, signed as Standard Webhooks says: HMAC-SHA256 over `id.timestamp.body`, once with
//! each secret that is in use.
//!
//! The address is a customer's and may be hostile: names are resolved here, and what is connected to is an
//! address that was checked, so that nothing inside can be reached, whatever a name resolves to and when.
//! Redirects are not followed. Of the answer only the status is read, and nothing else is kept or shown.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use sha2::Sha256;
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

use crate::clock::Timestamp;
use crate::config::Announce;
use crate::net::{BoxStream, TlsConnector};
use crate::store::destinations::SigningKey;

/// Most addresses of one host that are tried.
const ADDRESSES_MAX: usize = 4;

/// What is sent where.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The address.
    pub(super) url: String,
    /// The same for each try.
    pub(super) id: String,
    /// JSON.
    pub(super) body: String,
    /// What it is signed with.
    pub(super) keys: Vec<SigningKey>,
}

/// What a call led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// It was taken: 2xx.
    Taken(String),
    /// 410: it does not want to be called any more.
    Gone,
    /// It was not.
    NotTaken(String),
}

/// The value of `webhook-signature`.
pub(super) fn signature(keys: &[SigningKey], id: &str, now: Timestamp, body: &str) -> String {
    let secs = now.as_secs().to_string();
    let in_use = |key: &&SigningKey| key.until.is_none_or(|until| now < until);
    let signed = keys.iter().filter(in_use).filter_map(|key| {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).ok()?;
        for part in [id, ".", &secs, ".", body] {
            mac.update(part.as_bytes());
        }
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    });
    signed.collect::<Vec<_>>().join(" ")
}

/// Calls, within the limit of time.
pub(super) async fn call(
    call: &Call,
    announce: &Announce,
    tls: Option<&TlsConnector>,
    now: Timestamp,
) -> Called {
    let limit = announce.webhook_timeout.duration();
    match tokio::time::timeout(limit, exchange(call, announce, tls, now, limit)).await {
        Ok(Ok(status)) => judge(status),
        Ok(Err(why)) => Called::NotTaken(why),
        Err(_) => Called::NotTaken(format!("no answer within {} s", limit.as_secs())),
    }
}

fn judge(status: StatusCode) -> Called {
    if status.is_success() {
        Called::Taken(format!("answered {}", status.as_u16()))
    } else if status == StatusCode::GONE {
        Called::Gone
    } else if status.is_redirection() {
        Called::NotTaken(format!(
            "answered {}; redirects are not followed: name the address it leads to",
            status.as_u16()
        ))
    } else {
        Called::NotTaken(format!("answered {}", status.as_u16()))
    }
}

async fn exchange(
    call: &Call,
    announce: &Announce,
    tls: Option<&TlsConnector>,
    now: Timestamp,
    limit: Duration,
) -> Result<StatusCode, String> {
    let url = Url::parse(&call.url).map_err(|_| "its address is none".to_owned())?;
    let stream = connect(&url, announce, tls, limit).await?;
    let host = url.host_str().ok_or("its address names no host")?;
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let request = Request::post(path)
        .header(HOST, authority)
        .header(USER_AGENT, concat!("Lifeboat/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close")
        .header("webhook-id", &call.id)
        .header("webhook-timestamp", now.as_secs())
        .header(
            "webhook-signature",
            signature(&call.keys, &call.id, now, &call.body),
        )
        .body(Full::new(Bytes::from(call.body.clone())))
        .map_err(|error| error.to_string())?;
    let broken = |error: hyper::Error| format!("the connection broke: {error}");
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(64 * 1024)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(async move {
        // Its end is seen by who reads the answer.
        let _ = connection.await;
    }));
    let response = sender.send_request(request).await.map_err(broken)?;
    Ok(response.status())
}

async fn connect(
    url: &Url,
    announce: &Announce,
    tls: Option<&TlsConnector>,
    limit: Duration,
) -> Result<BoxStream, String> {
    let is_tls = url.scheme() == "https";
    let port = url
        .port_or_known_default()
        .ok_or("its address has no port")?;
    let found: Vec<IpAddr> = match url.host().ok_or("its address names no host")? {
        Host::Ipv4(address) => vec![address.into()],
        Host::Ipv6(address) => vec![address.into()],
        Host::Domain(name) => tokio::net::lookup_host((name, port))
            .await
            .map_err(|_| "its name is not known".to_owned())?
            .map(|address| address.ip())
            .collect(),
    };
    let allowed: Vec<SocketAddr> = found
        .into_iter()
        .filter(|ip| announce.may_call(*ip, port, is_tls))
        .take(ADDRESSES_MAX)
        .map(|ip| SocketAddr::new(ip, port))
        .collect();
    if allowed.is_empty() {
        // Not which address it was: that would tell what is inside.
        return Err("it is at no address that may be called".to_owned());
    }
    // These addresses and no others: the name is not looked up again.
    let stream = TcpStream::connect(&allowed[..])
        .await
        .map_err(|_| "no connection".to_owned())?;
    let stream: BoxStream = Box::new(stream);
    if !is_tls {
        return Ok(stream);
    }
    let tls = tls.ok_or("this server has no certificates to trust")?;
    let name = url.host_str().unwrap_or_default();
    tls.handshake(stream, name.trim_matches(['[', ']']), limit)
        .await
        .map_err(|error| format!("no TLS: {error}"))
}

#[cfg(test)]
mod tests;
