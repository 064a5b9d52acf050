//! Serves HTTP/1.1 on a listener of ours, with or without TLS: bounded in connections and in the
//! time that a request's head may take, drained when the server stops.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::config::SharedConfig;
use crate::net::{BoxStream, Listener, TlsAcceptor};
use crate::service::ClientAddress;

/// Connections at a time.
const CONNECTIONS_MAX: usize = 4_096;
/// How long a request's head may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait after `accept(2)` failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The certificate in use; a reload replaces it.
#[derive(Clone, Default)]
pub(super) struct SharedTls(Arc<RwLock<Option<TlsAcceptor>>>);

impl SharedTls {
    pub(super) fn set(&self, acceptor: Option<TlsAcceptor>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
    }

    pub(super) fn get(&self) -> Option<TlsAcceptor> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// One HTTP service.
#[derive(Clone)]
pub(super) struct HttpServer {
    /// What answers.
    pub(super) router: Router,
    /// Its certificate, if it has one.
    pub(super) tls: SharedTls,
    /// For the proxies that are trusted.
    pub(super) config: SharedConfig,
    /// Ends it.
    pub(super) stop: CancellationToken,
}

impl HttpServer {
    /// Serves until it is stopped; requests under way are finished.
    pub(super) async fn serve(self, listener: Listener) {
        let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let connections = TaskTracker::new();
        loop {
            let slot = tokio::select! {
                () = self.stop.cancelled() => break,
                slot = slots.clone().acquire_owned() => slot,
            };
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let server = self.clone();
                    connections.spawn(async move {
                        let _slot = slot;
                        server.connection(stream, &peer).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a web connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        connections.close();
        connections.wait().await;
    }

    async fn connection(&self, stream: BoxStream, peer: &str) {
        let peer = peer.parse::<SocketAddr>().map(|peer| peer.ip()).ok();
        let Some(tls) = self.tls.get() else {
            return self.requests(stream, peer).await;
        };
        match tls.handshake(stream, HANDSHAKE_TIMEOUT).await {
            Ok(stream) => self.requests(stream, peer).await,
            Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
        }
    }

    async fn requests(&self, stream: BoxStream, peer: Option<IpAddr>) {
        let (router, config) = (self.router.clone(), self.config.clone());
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            let client = client(&config, peer, request.headers());
            request.extensions_mut().insert(ClientAddress(client));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a web connection broke off");
        }
    }
}

/// Where a request comes from: what the last proxy says that is not trusted itself.
fn client(config: &SharedConfig, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let config = config.get();
    let trusted = |address: &IpAddr| {
        config
            .http
            .trusted_proxies
            .iter()
            .any(|network| network.contains(*address))
    };
    if peer.is_some_and(|peer| !trusted(&peer)) {
        return peer;
    }
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|address| address.trim().parse::<IpAddr>().ok())
        .collect::<Vec<_>>();
    let mut client = peer;
    for address in forwarded.into_iter().rev() {
        let Some(address) = address else { break };
        client = Some(address);
        if !trusted(&address) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests;
