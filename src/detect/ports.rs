//! Probes of a port: whether it takes connections, and how long its certificate is good for.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::words;
use crate::clock::Timestamp;
use crate::failover::Outcome;
use crate::net::{self, BoxStream, Endpoint, Tls, TlsConnector};

/// Longest line read before TLS, in octets.
const LINE_OCTETS_MAX: usize = 4096;
/// Most lines read before TLS.
const LINES_MAX: usize = 50;

/// A port that speaks TLS.
#[derive(Clone, Debug)]
pub struct TlsPort {
    /// Where.
    pub endpoint: Endpoint,
    /// What is spoken before TLS; none: TLS from the first byte.
    pub before: Option<Starttls>,
    /// Which certificates are trusted.
    pub connector: TlsConnector,
}

/// How TLS is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starttls {
    /// RFC 9051 §6.2.1.
    Imap,
    /// RFC 2595 §4.
    Pop3,
}

impl TlsPort {
    /// The port of a service, if it is protected at all.
    pub fn of(
        endpoint: &Endpoint,
        tls: Tls,
        starttls: Starttls,
        connector: Option<&TlsConnector>,
    ) -> Option<Self> {
        let before = match tls {
            Tls::Off => return None,
            Tls::Starttls => Some(starttls),
            Tls::Implicit => None,
        };
        Some(Self {
            endpoint: endpoint.clone(),
            before,
            connector: connector?.clone(),
        })
    }
}

/// Whether the port takes a connection within `limit`.
pub(super) async fn connect(endpoint: &Endpoint, limit: Duration) -> Outcome {
    match net::connect(endpoint, limit).await {
        Ok(_) => Outcome::Up,
        Err(error) => Outcome::Down(words(&error)),
    }
}

/// Whether TLS comes up with a certificate that is trusted and good for longer than `warn_before`.
pub(super) async fn certificate(
    port: &TlsPort,
    limit: Duration,
    warn_before: Duration,
    now: Timestamp,
) -> Outcome {
    match ends(port, limit).await {
        Err(why) => Outcome::Down(why),
        Ok(ends) if ends.before(warn_before) > now => Outcome::Up,
        Ok(ends) => Outcome::Down(format!(
            "the certificate of {} ends in {} days, at {ends}",
            port.endpoint,
            ends.since(now).as_secs() / 86_400
        )),
    }
}

/// When the port's certificate ends.
async fn ends(port: &TlsPort, limit: Duration) -> Result<Timestamp, String> {
    let mut stream = net::connect(&port.endpoint, limit)
        .await
        .map_err(|error| words(&error))?;
    if let Some(starttls) = port.before {
        ask_for_tls(&mut stream, starttls)
            .await
            .map_err(|error| words(&format_args!("{}: STARTTLS: {error}", port.endpoint)))?;
    }
    port.connector
        .certificate_ends(stream, port.endpoint.server_name(), limit)
        .await
        .map_err(|error| words(&format_args!("{}: {error}", port.endpoint)))
}

async fn ask_for_tls(stream: &mut BoxStream, starttls: Starttls) -> std::io::Result<()> {
    let (greeting, command, answer): (&[u8], &[u8], &[u8]) = match starttls {
        Starttls::Imap => (b"* OK", b"l1 STARTTLS\r\n", b"l1 OK"),
        Starttls::Pop3 => (b"+OK", b"STLS\r\n", b"+OK"),
    };
    expect(stream, greeting).await?;
    stream.write_all(command).await?;
    stream.flush().await?;
    expect(stream, answer).await
}

/// Reads lines until one starts so. Octet by octet: what follows the last line belongs to TLS.
async fn expect(stream: &mut BoxStream, start: &[u8]) -> std::io::Result<()> {
    let unexpected = || std::io::Error::other("the server says something else");
    for _ in 0..LINES_MAX {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            if line.len() == LINE_OCTETS_MAX {
                return Err(unexpected());
            }
            line.push(stream.read_u8().await?);
        }
        if line.starts_with(start) {
            return Ok(());
        }
        // Other untagged data of IMAP may come before the answer.
        if !line.starts_with(b"* ") || line.starts_with(b"* BYE") {
            return Err(unexpected());
        }
    }
    Err(unexpected())
}
