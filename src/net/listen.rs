//! Listening on an [`Endpoint`].

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener};

use super::{BoxStream, Endpoint};

/// A socket that accepts connections. Dropped, it removes the path of a Unix socket.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    endpoint: Endpoint,
    _path: Option<RemoveOnDrop>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

#[derive(Debug)]
struct RemoveOnDrop(PathBuf);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        // A path that someone else removed is removed.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Why an endpoint cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {endpoint}: {source}")]
pub struct BindError {
    endpoint: Endpoint,
    #[source]
    source: io::Error,
}

impl Listener {
    /// Listens on `endpoint`. A Unix socket that nobody listens on any more is replaced; a new one
    /// gets the permission bits `unix_mode`.
    ///
    /// # Errors
    /// When the port or path is taken or may not be used.
    pub async fn bind(endpoint: &Endpoint, unix_mode: u32) -> Result<Self, BindError> {
        let bound = match endpoint {
            Endpoint::Tcp { host, port } => bind_tcp(host, *port).await,
            Endpoint::Unix(path) => {
                bind_unix(path, unix_mode).map(|s| (Socket::Unix(s), endpoint.clone()))
            }
        };
        let (socket, endpoint) = bound.map_err(|source| BindError {
            endpoint: endpoint.clone(),
            source,
        })?;
        let _path = match &endpoint {
            Endpoint::Unix(path) => Some(RemoveOnDrop(path.clone())),
            Endpoint::Tcp { .. } => None,
        };
        Ok(Self {
            socket,
            endpoint,
            _path,
        })
    }

    /// Where it listens, with the port that the operating system chose.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The next connection, and who it is from: an address and port, or `unix`.
    ///
    /// # Errors
    /// Those of `accept(2)`: the caller waits a moment and asks again.
    pub async fn accept(&self) -> io::Result<(BoxStream, String)> {
        match &self.socket {
            Socket::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok((Box::new(stream), peer.to_string()))
            }
            Socket::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), "unix".to_owned()))
            }
        }
    }
}

async fn bind_tcp(host: &str, port: u16) -> io::Result<(Socket, Endpoint)> {
    let listener = TcpListener::bind((host, port)).await?;
    let port = listener.local_addr()?.port();
    Ok((Socket::Tcp(listener), Endpoint::tcp(host, port)))
}

fn bind_unix(path: &Path, mode: u32) -> io::Result<UnixListener> {
    remove_stale(path)?;
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    Ok(listener)
}

/// Removes a socket that a process left behind. One that still answers stays, and so does
/// anything that is not a socket: binding then says that the path is taken.
fn remove_stale(path: &Path) -> io::Result<()> {
    let is_socket = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type().is_socket(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let refused = is_socket
        && std::os::unix::net::UnixStream::connect(path)
            .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    if refused {
        std::fs::remove_file(path)?;
    }
    Ok(())
}
