//! TLS with rustls and its `ring` provider, named explicitly.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde::{Deserialize, Serialize};

use super::sni::{BySni, Pair};
use super::{BoxStream, certificate};
use crate::clock::Timestamp;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: for loopback and Unix sockets.
    #[default]
    Off,
    /// By the STARTTLS command; without it nothing else is said.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// Where Linux distributions keep the certificates they trust.
const SYSTEM_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// Why TLS cannot be set up or spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file with certificates or a key cannot be read.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No list of trusted certificates was found.
    #[error("no trusted certificates found; install ca-certificates or set a CA file")]
    NoRoots,
    /// The name is not one that a certificate can be for.
    #[error("{0:?} is not a host name or address")]
    Name(String),
    /// rustls refused the configuration.
    #[error("TLS configuration: {0}")]
    Config(#[from] rustls::Error),
    /// A certificate is not one, or says no end.
    #[error("the certificate does not say when it ends")]
    Certificate,
    /// The handshake failed.
    #[error("TLS handshake: {0}")]
    Handshake(#[source] std::io::Error),
    /// The handshake took too long.
    #[error("TLS handshake not done within {} s", .0.as_secs_f32())]
    Timeout(Duration),
}

pub(super) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub(super) fn file_error(path: &Path, error: rustls::pki_types::pem::Error) -> TlsError {
    let why = match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        rustls::pki_types::pem::Error::NoItemsFound => "holds no PEM of this kind".to_owned(),
        other => other.to_string(),
    };
    let path = path.to_owned();
    TlsError::File { path, why }
}

pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let list = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| file_error(path, error))?;
    if list.is_empty() {
        return Err(file_error(
            path,
            rustls::pki_types::pem::Error::NoItemsFound,
        ));
    }
    Ok(list)
}

/// A certificate that a server shows, in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(CertificateDer<'static>);

impl From<CertificateDer<'static>> for Shown {
    fn from(der: CertificateDer<'static>) -> Self {
        Self(der)
    }
}

impl Shown {
    /// The host names that it is for; one may begin with `*.`.
    pub fn names(&self) -> Vec<String> {
        certificate::names(&self.0)
    }

    /// Whether it is for a host name (RFC 9525 §6.3: `*` stands for the first label as a whole).
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let below = host.split_once('.').filter(|(first, _)| !first.is_empty());
        self.names()
            .iter()
            .any(|name| match name.strip_prefix("*.") {
                Some(parent) => below.is_some_and(|(_, rest)| rest == parent),
                None => *name == host,
            })
    }

    /// The one that a server would show from a file (PEM): the first.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn in_file(path: &Path) -> Result<Self, TlsError> {
        let first = certificates(path)?.into_iter().next();
        first.map(Self).ok_or(TlsError::Certificate)
    }

    /// When it ends.
    ///
    /// # Errors
    /// When it does not say so.
    pub fn ends(&self) -> Result<Timestamp, TlsError> {
        certificate::ends(&self.0).ok_or(TlsError::Certificate)
    }
}

/// The file of certificates that this system trusts.
///
/// # Errors
/// When there is none where distributions keep it.
pub fn system_roots() -> Result<&'static Path, TlsError> {
    let mut known = SYSTEM_ROOTS.iter().map(Path::new);
    known.find(|path| path.exists()).ok_or(TlsError::NoRoots)
}

/// Speaks TLS as a client and verifies the server's certificate.
#[derive(Clone)]
pub struct TlsConnector(tokio_rustls::TlsConnector);

impl std::fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsConnector")
    }
}

impl TlsConnector {
    /// Trusts the certificates in `ca_file`, or those of the system.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn new(ca_file: Option<&Path>) -> Result<Self, TlsError> {
        let path = match ca_file {
            Some(path) => path,
            None => system_roots()?,
        };
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(certificates(path)?);
        if added == 0 {
            let why = "holds no usable certificate".to_owned();
            let path = path.to_owned();
            return Err(TlsError::File { path, why });
        }
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config).into()))
    }

    /// The configuration, for clients that shake hands themselves.
    pub fn client_config(&self) -> ClientConfig {
        (**self.0.config()).clone()
    }

    /// Shakes hands on `stream` with the server called `name`, within `timeout`.
    ///
    /// # Errors
    /// When the server does not prove that it is `name`, or not in time.
    pub async fn handshake(
        &self,
        stream: BoxStream,
        name: &str,
        timeout: Duration,
    ) -> Result<BoxStream, TlsError> {
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| TlsError::Name(name.chars().take(120).collect()))?;
        match tokio::time::timeout(timeout, self.0.connect(server, stream)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(TlsError::Handshake(error)),
            Err(_) => Err(TlsError::Timeout(timeout)),
        }
    }
}

impl TlsConnector {
    /// Shakes hands as [`Self::handshake`] does, and tells when the server's certificate ends.
    ///
    /// # Errors
    /// As [`Self::handshake`]; also when the certificate cannot be read.
    pub async fn certificate_ends(
        &self,
        stream: BoxStream,
        name: &str,
        timeout: Duration,
    ) -> Result<Timestamp, TlsError> {
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| TlsError::Name(name.chars().take(120).collect()))?;
        let stream = match tokio::time::timeout(timeout, self.0.connect(server, stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(TlsError::Handshake(error)),
            Err(_) => return Err(TlsError::Timeout(timeout)),
        };
        let (_, connection) = stream.get_ref();
        connection
            .peer_certificates()
            .and_then(<[_]>::first)
            .and_then(|certificate| certificate::ends(certificate))
            .ok_or(TlsError::Certificate)
    }
}

/// Speaks TLS as a server.
#[derive(Clone)]
pub struct TlsAcceptor(tokio_rustls::TlsAcceptor, Shown);

impl std::fmt::Debug for TlsAcceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsAcceptor")
    }
}

impl TlsAcceptor {
    /// Shows the certificate chain in `certificate_file`, with the key in `key_file` (both PEM).
    ///
    /// # Errors
    /// When a file cannot be read, or key and certificate do not belong together.
    pub fn new(certificate_file: &Path, key_file: &Path) -> Result<Self, TlsError> {
        Self::of(&Pair::read(certificate_file, key_file)?, &[])
    }

    /// Shows each client that asks for a host name the certificate that is for it, and the usual one to all others.
    ///
    /// # Errors
    /// When rustls cannot be set up.
    pub fn of<'p>(
        usual: &'p Pair,
        further: impl IntoIterator<Item = &'p Pair>,
    ) -> Result<Self, TlsError> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(BySni::new(usual, further)));
        Ok(Self(Arc::new(config).into(), usual.shown().clone()))
    }

    /// The usual certificate.
    pub const fn shown(&self) -> &Shown {
        &self.1
    }

    /// Shakes hands on `stream`, within `timeout`.
    ///
    /// # Errors
    /// When the client does not speak TLS, or not in time.
    pub async fn handshake(
        &self,
        stream: BoxStream,
        timeout: Duration,
    ) -> Result<BoxStream, TlsError> {
        self.handshake_described(stream, timeout)
            .await
            .map(|(stream, _)| stream)
    }

    /// Shakes hands as [`Self::handshake`] does, and tells what was agreed on, as a comment in Received
    /// shows it: `TLSv1.3 with cipher TLS13_AES_256_GCM_SHA384`.
    ///
    /// # Errors
    /// As [`Self::handshake`].
    pub async fn handshake_described(
        &self,
        stream: BoxStream,
        timeout: Duration,
    ) -> Result<(BoxStream, String), TlsError> {
        let stream = match tokio::time::timeout(timeout, self.0.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(TlsError::Handshake(error)),
            Err(_) => return Err(TlsError::Timeout(timeout)),
        };
        let (_, connection) = stream.get_ref();
        let version = match connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLS",
        };
        let suite = connection.negotiated_cipher_suite();
        let cipher = suite
            .and_then(|suite| suite.suite().as_str())
            .unwrap_or("unknown");
        let agreed = format!("{version} with cipher {cipher}");
        Ok((Box::new(stream), agreed))
    }
}
