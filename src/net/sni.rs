//! Which certificate a server shows: the one for the host name that the client asks for (SNI, RFC 6066 §3), or
//! else the usual one.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::tls::{Shown, TlsError, certificates, file_error, provider};

/// A certificate chain and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    key: Arc<CertifiedKey>,
    shown: Shown,
}

impl Pair {
    /// Reads both (PEM).
    ///
    /// # Errors
    /// When a file cannot be read, or key and certificate do not belong together.
    pub fn read(certificate_file: &Path, key_file: &Path) -> Result<Self, TlsError> {
        let key = PrivateKeyDer::from_pem_file(key_file).map_err(|e| file_error(key_file, e))?;
        let chain = certificates(certificate_file)?;
        let shown = chain.first().cloned().map(Shown::from);
        let key = CertifiedKey::from_der(chain, key, &provider())?;
        Ok(Self {
            key: Arc::new(key),
            shown: shown.ok_or(TlsError::Certificate)?,
        })
    }

    /// The certificate.
    pub const fn shown(&self) -> &Shown {
        &self.shown
    }
}

/// Certificates by the names that they are for.
#[derive(Debug)]
pub(super) struct BySni {
    usual: Arc<CertifiedKey>,
    exact: HashMap<String, Arc<CertifiedKey>>,
    /// By what stands behind `*.`.
    below: HashMap<String, Arc<CertifiedKey>>,
}

impl BySni {
    /// Of two that are for the same name the first is shown, the usual one last.
    pub(super) fn new<'p>(usual: &'p Pair, further: impl IntoIterator<Item = &'p Pair>) -> Self {
        let mut made = Self {
            usual: Arc::clone(&usual.key),
            exact: HashMap::new(),
            below: HashMap::new(),
        };
        for pair in further.into_iter().chain([usual]) {
            for name in pair.shown.names() {
                let (all, name) = match name.strip_prefix("*.") {
                    Some(parent) => (&mut made.below, parent.to_owned()),
                    None => (&mut made.exact, name),
                };
                all.entry(name).or_insert_with(|| Arc::clone(&pair.key));
            }
        }
        made
    }

    fn find(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        let name = name.to_ascii_lowercase();
        let parent = || {
            name.split_once('.')
                .and_then(|(_, parent)| self.below.get(parent))
        };
        self.exact.get(&name).or_else(parent)
    }
}

impl ResolvesServerCert for BySni {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let found = hello.server_name().and_then(|name| self.find(name));
        Some(Arc::clone(found.unwrap_or(&self.usual)))
    }
}

#[cfg(test)]
mod tests;
