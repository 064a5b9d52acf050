//! Listening: accepts connections on several doors, bounds how many there are, and drains them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::acceptor::{Acceptor, Peer};
use super::connection::{self, Shared};
use super::intake::{Reason, Way};
use super::proxy::{self, Said};
use super::reply::SmtpReply;
use super::session::SessionConfig;
use crate::config::values::Network;
use crate::net::{BoxStream, Listener};

/// How long to wait after `accept(2)` failed (no file descriptors, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a client that is sent away may take to hear why.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// A listener and how it is spoken on.
#[derive(Debug)]
pub struct Door {
    /// Where clients come.
    pub listener: Listener,
    /// How sessions behave.
    pub session: Arc<SessionConfig>,
    /// TLS is spoken from the first octet.
    pub is_implicit_tls: bool,
    /// Every connection begins with a header of the PROXY protocol, from one of these hosts.
    pub proxies: Option<Vec<Network>>,
}

/// What several doors have in common: a bound on their connections, and their end.
#[derive(Clone, Debug)]
pub struct House {
    /// Most connections at a time; more are told to come back later.
    pub connections_max: usize,
    /// Ends it.
    pub stop: CancellationToken,
    /// How long transactions under way may take then.
    pub drain: Duration,
}

/// Serves `doors` until `house.stop` is cancelled; then takes no more connections, lets the
/// transactions under way finish for a while, and returns.
pub async fn serve<A: Acceptor>(doors: Vec<Door>, shared: Arc<Shared<A>>, house: House) {
    let connections = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(house.connections_max));
    let accepting = TaskTracker::new();
    for door in doors {
        let server = Server {
            shared: Arc::clone(&shared),
            slots: Arc::clone(&slots),
            connections: connections.clone(),
            stop: house.stop.clone(),
            manner: Manner {
                session: door.session,
                is_implicit_tls: door.is_implicit_tls,
                proxies: door.proxies.map(Arc::from),
            },
        };
        accepting.spawn(server.accept_on(door.listener));
    }
    accepting.close();
    accepting.wait().await;
    connections.close();
    if timeout(house.drain, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "mail connections still open after the drain time; their messages stay with the sender"
        );
    }
}

/// How a door's connections are begun.
#[derive(Clone)]
struct Manner {
    session: Arc<SessionConfig>,
    is_implicit_tls: bool,
    proxies: Option<Arc<[Network]>>,
}

struct Server<A> {
    shared: Arc<Shared<A>>,
    slots: Arc<Semaphore>,
    connections: TaskTracker,
    stop: CancellationToken,
    manner: Manner,
}

impl<A: Acceptor> Server<A> {
    async fn accept_on(self, listener: Listener) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.start(stream, &peer),
                Err(error) => {
                    tracing::error!(endpoint = %listener.endpoint(), %error, "accepting a mail connection failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn start(&self, stream: BoxStream, peer: &str) {
        let peer = peer.parse().map_or(Peer::Unix, Peer::Tcp);
        match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(slot) => {
                let shared = Arc::clone(&self.shared);
                let (stop, manner) = (self.stop.clone(), self.manner.clone());
                self.connections
                    .spawn(run(stream, peer, manner, shared, stop, slot));
            }
            Err(_) => {
                tracing::warn!(%peer, "a mail connection was refused: too many");
                self.shared.intake.refused(Reason::Connections);
                let is_tls = self.manner.is_implicit_tls || self.manner.proxies.is_some();
                self.connections
                    .spawn(refuse(stream, (!is_tls).then_some(SmtpReply::TOO_BUSY)));
            }
        }
    }
}

async fn run<A: Acceptor>(
    stream: BoxStream,
    peer: Peer,
    manner: Manner,
    shared: Arc<Shared<A>>,
    stop: CancellationToken,
    _slot: OwnedSemaphorePermit,
) {
    match begin(stream, peer, &manner, &shared, &stop).await {
        Ok(()) => {}
        // Closing without QUIT is what impatient clients do.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            tracing::debug!(%peer, "a mail client closed the connection");
        }
        Err(error) => tracing::info!(%peer, %error, "a mail connection broke"),
    }
}

/// What comes before the session: the load balancer's header, the client's share, TLS.
async fn begin<A: Acceptor>(
    mut stream: BoxStream,
    mut peer: Peer,
    manner: &Manner,
    shared: &Shared<A>,
    stop: &CancellationToken,
) -> io::Result<()> {
    let limit = shared.timeouts.handshake;
    if let Some(proxies) = &manner.proxies {
        peer = timeout(limit, behind_proxy(&mut stream, peer, proxies)).await??;
    }
    let way = Way::of(manner.session.protocol, manner.session.trust(peer));
    let _connected = match shared.intake.connection(way, peer) {
        Ok(connected) => connected,
        Err(reason) => {
            shared.intake.refused(reason);
            let said = (!manner.is_implicit_tls).then_some(SmtpReply::CLIENT_TOO_BUSY);
            refuse(stream, said).await;
            return Ok(());
        }
    };
    let mut tls = None;
    if manner.is_implicit_tls {
        let certificate = (shared.certificate)()
            .ok_or_else(|| io::Error::other("no certificate: set smtp.tls_certificate_file"))?;
        let (secured, agreed) = certificate
            .handshake_described(stream, limit)
            .await
            .inspect_err(|_| shared.intake.refused(Reason::Tls))
            .map_err(io::Error::other)?;
        (stream, tls) = (secured, Some(agreed));
    }
    connection::serve(stream, peer, tls, &manner.session, shared, stop).await
}

/// For whom a load balancer speaks.
async fn behind_proxy(stream: &mut BoxStream, peer: Peer, proxies: &[Network]) -> io::Result<Peer> {
    let is_known = match peer {
        Peer::Tcp(address) => proxies.iter().any(|proxy| proxy.contains(address.ip())),
        Peer::Unix => true,
    };
    if !is_known {
        return Err(io::Error::other(
            "it is not one of smtp.proxies, which alone may use this listener",
        ));
    }
    let mut fixed = [0; proxy::FIXED_OCTETS];
    stream.read_exact(&mut fixed).await?;
    let octets = proxy::rest_octets(&fixed).map_err(io::Error::other)?;
    let mut rest = vec![0; octets];
    stream.read_exact(&mut rest).await?;
    match proxy::parse(&fixed, &rest).map_err(io::Error::other)? {
        Said::Client(address) => Ok(Peer::Tcp(address)),
        // Whoever it is, it is not the proxy, which may be trusted: nobody is 0.0.0.0. Its own health checks
        // look whether we greet, and hand over nothing.
        Said::Local | Said::Unknown => Ok(Peer::Tcp(SocketAddr::from(([0, 0, 0, 0], 0)))),
    }
}

/// Says why and closes; where TLS is expected first, nothing can be said.
async fn refuse(mut stream: BoxStream, said: Option<SmtpReply>) {
    let mut reply = Vec::new();
    if let Some(said) = said {
        said.write_to(&mut reply);
    }
    // Whether it hears us or not, it has to come back later.
    let _ = timeout(REFUSAL_TIMEOUT, async {
        stream.write_all(&reply).await?;
        stream.shutdown().await
    })
    .await;
}

#[cfg(test)]
mod tests;
