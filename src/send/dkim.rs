//! Signatures by which receivers know that a message comes from its domain (DKIM, RFC 6376; Ed25519, RFC 8463).
//!
//! A message is signed anew at each try, as it goes out and with all of its keys: what is stored has no
//! signature, so that a key can be changed while mail waits. Only the keys of the sender's own domain sign, since
//! DMARC asks for just that.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use mail_auth::common::crypto::{Algorithm, DkimKey, Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::{HeaderWriter, Writable};
use mail_auth::dkim::{Canonicalization, DkimSigner, DkimSigningStream, Done, Signature};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::content::Content;
use crate::ids::DomainName;
use crate::store::StoreError;

/// The fields that are signed. Those that a reader sees or a mail program goes by are named once more than they
/// occur, so that nobody can add another (RFC 6376 §8.15); one that is missing is signed as missing.
const FIELDS: &[&str] = &[
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Reply-To",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
];
/// How many of [`FIELDS`] may not be added to.
const SEALED: usize = 7;

/// Why a key cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum UnusableKey {
    /// The file cannot be read.
    #[error("{}: {why}; create it with: openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The key is of no kind that signs mail.
    #[error("{}: neither an RSA key of 2048 bits or more nor an Ed25519 key", .0.display())]
    Kind(PathBuf),
    /// The domain has no name in the DNS.
    #[error("{0} cannot stand in the DNS")]
    Domain(DomainName),
}

/// Why a message was not signed.
#[derive(Debug, thiserror::Error)]
pub enum Unsigned {
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key did not sign it.
    #[error("the message could not be signed: {0}")]
    Key(mail_auth::Error),
}

/// A key that several domains may share.
#[derive(Clone)]
struct Key(Arc<DkimKey>);

impl SigningKey for Key {
    type Hasher = Sha256;

    fn sign(&self, input: impl Writable) -> mail_auth::Result<Vec<u8>> {
        self.0.sign(input)
    }

    fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }
}

impl Key {
    fn read(path: &Path) -> Result<Self, UnusableKey> {
        let der = PrivateKeyDer::from_pem_file(path).map_err(|error| UnusableKey::File {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        let edwards = match &der {
            PrivateKeyDer::Pkcs8(der) => {
                Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der()).ok()
            }
            _ => None,
        };
        let key = match edwards {
            Some(key) => DkimKey::Ed25519(key),
            None => RsaKey::<Sha256>::from_key_der(der)
                .map(DkimKey::Rsa)
                .map_err(|_| UnusableKey::Kind(path.to_owned()))?,
        };
        Ok(Self(Arc::new(key)))
    }
}

/// The keys of each domain.
#[derive(Default)]
pub struct Signers(HashMap<DomainName, Vec<DkimSigner<Key, Done>>>);

impl fmt::Debug for Signers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Signers {
    /// Adds the key in `key_file` (PEM), which the DNS has at `selector._domainkey` of each domain.
    ///
    /// # Errors
    /// When the key cannot be read, or cannot sign.
    pub fn add(
        &mut self,
        domains: &[DomainName],
        selector: &str,
        key_file: &Path,
    ) -> Result<(), UnusableKey> {
        let key = Key::read(key_file)?;
        for domain in domains {
            // Beyond ASCII the signature has the name as the DNS has it (RFC 8616 §5).
            let name = url::Host::parse(domain.as_str())
                .map_err(|_| UnusableKey::Domain(domain.clone()))?
                .to_string();
            // "relaxed" of this library keeps a line of white space at the end of a body, which RFC 6376 §3.4.4 drops.
            let fields = FIELDS.iter().chain(FIELDS.iter().take(SEALED)).copied();
            let signer = DkimSigner::from_key(key.clone())
                .domain(name)
                .selector(selector)
                .headers(fields)
                .body_canonicalization(Canonicalization::Simple);
            self.0.entry(domain.clone()).or_default().push(signer);
        }
        Ok(())
    }

    /// The message with a signature of each key of the domain in front; as it is where there is none.
    ///
    /// # Errors
    /// When the message cannot be read, or a key does not sign.
    pub(super) async fn sign(
        &self,
        domain: &DomainName,
        content: Content,
    ) -> Result<Content, Unsigned> {
        let Some(signers) = self.0.get(domain) else {
            return Ok(content);
        };
        let mut streams: Vec<DkimSigningStream<'_, Key>> =
            signers.iter().map(DkimSigner::sign_streaming).collect();
        let mut pieces = content.pieces()?;
        while let Some(piece) = pieces.next().await? {
            for stream in &mut streams {
                stream.write(&piece);
            }
        }
        let mut front = String::new();
        for stream in streams {
            let signature = stream.finish().map_err(Unsigned::Key)?;
            front.push_str(&header(&signature));
        }
        Ok(content.behind(front.into()))
    }
}

/// The field, with CR LF at its end. Where the last semicolon would come onto a line of its own it stays where it
/// is: that white space is no part of the value (RFC 6376 §3.7), but dkimpy does not delete it with the value.
fn header(signature: &Signature) -> String {
    let field = signature.to_header();
    match field.strip_suffix("\r\n\t;\r\n") {
        Some(start) => format!("{start};\r\n"),
        None => field,
    }
}

/// The keys as they are now; a reload replaces them, and clones share them.
#[derive(Clone, Debug, Default)]
pub struct SharedSigners(Arc<RwLock<Arc<Signers>>>);

impl SharedSigners {
    /// Replaces them.
    pub fn set(&self, signers: Signers) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(signers);
    }

    /// The message with a signature of each key of the domain in front; as it is where there is none.
    ///
    /// # Errors
    /// When a key does not sign.
    pub async fn sign(&self, domain: &DomainName, content: Content) -> Result<Content, Unsigned> {
        self.get().sign(domain, content).await
    }

    /// The keys as they are now.
    pub(super) fn get(&self) -> Arc<Signers> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests;
