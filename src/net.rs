//! Endpoints, connections and TLS.
//!
//! An [`Endpoint`] is where a service listens: `host:port` or `unix:/path`. [`connect`] and
//! [`Listener`] turn it into a [`BoxStream`]; [`TlsConnector`] and [`TlsAcceptor`] put TLS on one.
//!
//! Never installs a process-wide TLS provider, never skips the verification of a certificate, and
//! never waits without a limit.

mod certificate;
mod endpoint;
mod listen;
mod public;
mod sni;
pub mod tls;

pub use endpoint::{Endpoint, InvalidEndpoint};
pub use listen::{BindError, Listener};
pub use public::is_public;
pub use sni::Pair;
pub use tls::{Tls, TlsAcceptor, TlsConnector, TlsError};

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// A connection, whatever it runs over.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// A connection whose transport is known only at run time.
pub type BoxStream = Box<dyn Stream>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing answered in time.
    #[error("no connection to {endpoint} within {} s", timeout.as_secs_f32())]
    Timeout {
        /// Who was called.
        endpoint: Endpoint,
        /// How long was waited.
        timeout: Duration,
    },
    /// The operating system refused.
    #[error("no connection to {endpoint}: {source}")]
    Io {
        /// Who was called.
        endpoint: Endpoint,
        /// What it said.
        #[source]
        source: io::Error,
    },
}

/// Connects to `endpoint`, name lookup included, within `timeout`.
///
/// # Errors
/// When nothing answers in time, or the operating system refuses.
pub async fn connect(endpoint: &Endpoint, timeout: Duration) -> Result<BoxStream, ConnectError> {
    match tokio::time::timeout(timeout, open(endpoint)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(source)) => Err(ConnectError::Io {
            endpoint: endpoint.clone(),
            source,
        }),
        Err(_) => Err(ConnectError::Timeout {
            endpoint: endpoint.clone(),
            timeout,
        }),
    }
}

async fn open(endpoint: &Endpoint) -> io::Result<BoxStream> {
    match endpoint {
        Endpoint::Tcp { host, port } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream))
        }
        Endpoint::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
    }
}

/// This machine's name, as it stands in Received headers.
pub fn hostname() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    if name.is_empty() {
        "localhost".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests;
