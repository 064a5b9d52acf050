//! Password hashes in Dovecot's schemes (`doveadm pw -l`), read and verified; never made.
//!
//! A hash is parsed first, so that one that cannot be verified is known when it is provisioned,
//! and so that no hash can ask for more memory or time than the bounds here.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

mod challenge;
mod des_crypt;
mod md4;
mod md5_crypt;

use challenge::Challenge;

/// Longest hash read, in bytes.
pub const HASH_BYTES_MAX: usize = 1024;
/// Longest password verified, in bytes: SHA-crypt takes quadratic time.
pub const PASSWORD_BYTES_MAX: usize = 512;
/// Most memory that one Argon2 hash may ask for, in KiB.
const ARGON2_KIB_MAX: u32 = 1 << 20;
/// Most passes that one Argon2 hash may ask for.
const ARGON2_PASSES_MAX: u32 = 64;
/// Most rounds of SHA-crypt and PBKDF2.
const ROUNDS_MAX: u32 = 5_000_000;
/// Highest cost of bcrypt.
const BCRYPT_COST_MAX: u32 = 16;

/// Why a hash cannot be verified. The text holds no part of the hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// There is no `{SCHEME}` in front.
    #[error("the password hash does not start with its scheme, such as {{SHA512-CRYPT}}")]
    NoScheme,
    /// The scheme is not one of those read here.
    #[error("the password scheme {0} is not supported")]
    UnknownScheme(String),
    /// The rest is not what the scheme says.
    #[error("the password hash is not a valid {0}")]
    Malformed(String),
    /// Verifying it would take too much memory or time.
    #[error("the password hash asks for more memory or rounds than is allowed")]
    TooCostly,
}

/// A password hash that can be verified.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Plain(Vec<u8>),
    /// Digest of password and salt, then the salt (empty for unsalted schemes).
    Digest(DigestKind, Vec<u8>, Vec<u8>),
    Pbkdf2 {
        salt: Vec<u8>,
        rounds: u32,
        key: [u8; 20],
    },
    /// The beginning of a password, or all of it, and how much of one counts.
    Trunc(Vec<u8>, Option<usize>),
    Challenge(Challenge),
    DesCrypt(String),
    Md5Crypt(String),
    ShaCrypt(String),
    Bcrypt(String),
    Yescrypt(String),
    Argon2(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DigestKind {
    Md4,
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl DigestKind {
    const fn bytes(self) -> usize {
        match self {
            Self::Md4 | Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    fn digest(self, password: &[u8], salt: &[u8]) -> Vec<u8> {
        match self {
            Self::Md4 => md4::digest(&[password, salt].concat()).to_vec(),
            Self::Md5 => Md5::new()
                .chain_update(password)
                .chain_update(salt)
                .finalize()
                .to_vec(),
            Self::Sha1 => Sha1::new()
                .chain_update(password)
                .chain_update(salt)
                .finalize()
                .to_vec(),
            Self::Sha256 => Sha256::new()
                .chain_update(password)
                .chain_update(salt)
                .finalize()
                .to_vec(),
            Self::Sha512 => Sha512::new()
                .chain_update(password)
                .chain_update(salt)
                .finalize()
                .to_vec(),
        }
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash([secret])")
    }
}

/// How the part after the scheme is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// As the scheme usually has it.
    Usual,
    Hex,
    Base64,
}

/// Base 64 with or without padding, as Dovecot accepts it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl PasswordHash {
    /// Reads `{SCHEME}…` or `{SCHEME.b64}…`, `{SCHEME.hex}…`.
    ///
    /// # Errors
    /// When the scheme is unknown, the rest does not fit it, or it is too costly to verify.
    pub fn parse(text: &str) -> Result<Self, HashError> {
        let (scheme, rest) = text
            .strip_prefix('{')
            .and_then(|text| text.split_once('}'))
            .ok_or(HashError::NoScheme)?;
        let mut scheme: String = scheme.chars().take(40).collect();
        scheme.make_ascii_uppercase();
        let (name, encoding) = match scheme.rsplit_once('.') {
            Some((name, "B64" | "BASE64")) => (name, Encoding::Base64),
            Some((name, "HEX")) => (name, Encoding::Hex),
            _ => (scheme.as_str(), Encoding::Usual),
        };
        let malformed = || HashError::Malformed(name.to_owned());
        if text.len() > HASH_BYTES_MAX {
            return Err(malformed());
        }
        let digest = |kind, salted| {
            parse_digest(kind, salted, rest, encoding)
                .map(Self)
                .ok_or_else(malformed)
        };
        match name {
            "DES-CRYPT" | "PLAIN-TRUNC" | "MD5-CRYPT" | "MD5" | "SHA256-CRYPT" | "SHA512-CRYPT"
            | "BLF-CRYPT" | "CRYPT" | "ARGON2I" | "ARGON2ID" | "PBKDF2" | "PLAIN" | "CLEAR"
            | "CLEARTEXT" => {
                let bytes = decode(rest, encoding).ok_or_else(malformed)?;
                if matches!(name, "PLAIN" | "CLEAR" | "CLEARTEXT") {
                    return Ok(Self(Kind::Plain(bytes)));
                }
                if name == "PLAIN-TRUNC" {
                    return Ok(Self(parse_trunc(bytes)));
                }
                let text = String::from_utf8(bytes).map_err(|_| malformed())?;
                parse_crypt(name, text).map(Self)
            }
            "SHA" | "SHA1" => digest(DigestKind::Sha1, false),
            "SHA256" => digest(DigestKind::Sha256, false),
            "SHA512" => digest(DigestKind::Sha512, false),
            "PLAIN-MD4" => digest(DigestKind::Md4, false),
            "PLAIN-MD5" | "LDAP-MD5" => digest(DigestKind::Md5, false),
            "SSHA" => digest(DigestKind::Sha1, true),
            "SSHA256" => digest(DigestKind::Sha256, true),
            "SSHA512" => digest(DigestKind::Sha512, true),
            "SMD5" => digest(DigestKind::Md5, true),
            _ => match Challenge::parse(name, rest) {
                Some(challenge) => challenge.map(|challenge| Self(Kind::Challenge(challenge))),
                None => Err(HashError::UnknownScheme(name.to_owned())),
            },
        }
    }

    /// The same for the user of this name: a few schemes hash it too, as it is entered.
    #[must_use]
    pub fn of_user(mut self, name: &str) -> Self {
        if let Kind::Challenge(challenge) = &mut self.0 {
            challenge.belongs_to(name);
        }
        self
    }

    /// Whether `password` is the one. Takes as long as the hash asks for, up to seconds: never on
    /// an async thread.
    pub fn verify(&self, password: &str) -> bool {
        let password = password.as_bytes();
        if password.len() > PASSWORD_BYTES_MAX || password.contains(&0) {
            return false;
        }
        match &self.0 {
            Kind::Plain(expected) => same(expected, password),
            Kind::Digest(kind, digest, salt) => same(digest, &kind.digest(password, salt)),
            Kind::Pbkdf2 { salt, rounds, key } => {
                let mut actual = [0; 20];
                pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, *rounds, &mut actual);
                same(key, &actual)
            }
            Kind::Trunc(expected, counts) => {
                let counted = counts.and_then(|counts| password.get(..counts));
                same(expected, counted.unwrap_or(password))
            }
            Kind::Challenge(challenge) => challenge.verify(password),
            Kind::DesCrypt(hash) => des_crypt::verify(password, hash),
            Kind::Md5Crypt(hash) => md5_crypt::verify(password, hash),
            Kind::ShaCrypt(hash) => sha_crypt::ShaCrypt::default()
                .verify_password(password, hash.as_str())
                .is_ok(),
            Kind::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Kind::Yescrypt(hash) => yescrypt::PasswordHash::new(hash.as_str()).is_ok_and(|hash| {
                yescrypt::Yescrypt::default()
                    .verify_password(password, &hash)
                    .is_ok()
            }),
            Kind::Argon2(hash) => argon2::password_hash::phc::PasswordHash::new(hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok()),
        }
    }
}

/// Compares in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Usual => Some(text.as_bytes().to_vec()),
        Encoding::Hex => from_hex(text),
        Encoding::Base64 => BASE64.decode(text).ok(),
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(*pair.first()?)?, digit(*pair.get(1)?)?);
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

/// A digest, then its salt. Written as base 64, or as hexadecimal digits when the length says so,
/// as Dovecot guesses.
fn parse_digest(kind: DigestKind, salted: bool, text: &str, encoding: Encoding) -> Option<Kind> {
    let encoding = match encoding {
        Encoding::Usual if !salted && text.len() == kind.bytes() * 2 => Encoding::Hex,
        Encoding::Usual => Encoding::Base64,
        given => given,
    };
    let bytes = decode(text, encoding)?;
    let (digest, salt) = bytes.split_at_checked(kind.bytes())?;
    (salted || salt.is_empty()).then(|| Kind::Digest(kind, digest.to_vec(), salt.to_vec()))
}

/// Modular crypt formats, told apart by their prefix as crypt(3) does.
fn parse_crypt(scheme: &str, text: String) -> Result<Kind, HashError> {
    let malformed = || HashError::Malformed(scheme.to_owned());
    if scheme == "PBKDF2" {
        return parse_pbkdf2(&text);
    }
    let prefix_fits = match scheme {
        "MD5-CRYPT" | "MD5" => text.starts_with("$1$"),
        "SHA256-CRYPT" => text.starts_with("$5$"),
        "SHA512-CRYPT" => text.starts_with("$6$"),
        "BLF-CRYPT" => text.starts_with("$2"),
        "ARGON2I" => text.starts_with("$argon2i$"),
        "ARGON2ID" => text.starts_with("$argon2id$"),
        _ => text.starts_with('$'),
    };
    if matches!(scheme, "CRYPT" | "DES-CRYPT") && des_crypt::is_valid(&text) {
        return Ok(Kind::DesCrypt(text));
    }
    if !prefix_fits || scheme == "DES-CRYPT" {
        return Err(malformed());
    }
    let id = text.split('$').nth(1).unwrap_or_default();
    match id {
        "1" => md5_crypt::is_valid(&text)
            .then_some(Kind::Md5Crypt(text))
            .ok_or_else(malformed),
        "5" | "6" => parse_sha_crypt(text).ok_or_else(malformed)?,
        "2a" | "2b" | "2x" | "2y" => match text.parse::<bcrypt::HashParts>() {
            Ok(parts) if parts.get_cost() > BCRYPT_COST_MAX => Err(HashError::TooCostly),
            Ok(_) => Ok(Kind::Bcrypt(text)),
            Err(_) => Err(malformed()),
        },
        "y" => parse_yescrypt(text).ok_or_else(malformed)?,
        "argon2i" | "argon2id" => parse_argon2(text).ok_or_else(malformed)?,
        _ => Err(HashError::UnknownScheme(format!(
            "{scheme} (${}$)",
            id.chars().take(10).collect::<String>()
        ))),
    }
}

/// `6-secret`, of which six characters count, or a password as it is.
fn parse_trunc(bytes: Vec<u8>) -> Kind {
    let text = String::from_utf8_lossy(&bytes);
    let split = text.split_once('-').and_then(|(count, _)| {
        let kept = bytes.get(count.len() + 1..)?;
        Some((count.parse::<usize>().ok()?, kept.to_vec()))
    });
    match split {
        Some((count, kept)) => {
            let is_cut = kept.len() == count;
            Kind::Trunc(kept, is_cut.then_some(count))
        }
        None => Kind::Trunc(bytes, None),
    }
}

/// `$1$salt$rounds$hex`, as Dovecot writes PBKDF2 (HMAC-SHA-1).
fn parse_pbkdf2(text: &str) -> Result<Kind, HashError> {
    let malformed = || HashError::Malformed("PBKDF2".to_owned());
    let mut fields = text.strip_prefix("$1$").ok_or_else(malformed)?.split('$');
    let mut next = || fields.next().ok_or_else(malformed);
    let (salt, rounds, key) = (next()?, next()?, next()?);
    let rounds: u32 = rounds.parse().map_err(|_| malformed())?;
    if rounds > ROUNDS_MAX {
        return Err(HashError::TooCostly);
    }
    let key = from_hex(key)
        .and_then(|key| key.try_into().ok())
        .ok_or_else(malformed)?;
    match rounds {
        0 => Err(malformed()),
        _ => Ok(Kind::Pbkdf2 {
            salt: salt.as_bytes().to_vec(),
            rounds,
            key,
        }),
    }
}

/// `$5$[rounds=N$]salt$hash`; inner error: too costly.
fn parse_sha_crypt(text: String) -> Option<Result<Kind, HashError>> {
    let mut fields = text.split('$').skip(2).peekable();
    if let Some(rounds) = fields.peek()?.strip_prefix("rounds=") {
        let rounds: u32 = rounds.parse().ok()?;
        if rounds > ROUNDS_MAX {
            return Some(Err(HashError::TooCostly));
        }
        fields.next();
    }
    let (_salt, hash) = (fields.next()?, fields.next()?);
    let expected = if text.starts_with("$5$") { 43 } else { 86 };
    let sound = hash.len() == expected && is_crypt_base64(hash) && fields.next().is_none();
    sound.then_some(Ok(Kind::ShaCrypt(text)))
}

fn is_crypt_base64(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'/')
}

/// `$y$params$salt$hash`; inner error: too costly.
fn parse_yescrypt(text: String) -> Option<Result<Kind, HashError>> {
    let fields: Vec<&str> = text.split('$').skip(2).collect();
    let [params, salt, hash] = fields.as_slice() else {
        return None;
    };
    if hash.len() != 43 || !is_crypt_base64(hash) || !is_crypt_base64(salt) {
        return None;
    }
    params.parse::<yescrypt::Params>().ok()?;
    // The first two characters say how much memory; `/` and above is 2 GB and more.
    let log2_n = yescrypt_log2_n(params)?;
    if log2_n > 18 {
        return Some(Err(HashError::TooCostly));
    }
    Some(Ok(Kind::Yescrypt(text)))
}

/// The second character of yescrypt's parameters is log2(N) − 1 in crypt's base 64.
fn yescrypt_log2_n(params: &str) -> Option<u32> {
    const ALPHABET: &[u8] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let character = params.as_bytes().get(1)?;
    let position = ALPHABET.iter().position(|c| c == character)?;
    u32::try_from(position).ok().map(|position| position + 1)
}

/// A PHC string; inner error: too costly.
fn parse_argon2(text: String) -> Option<Result<Kind, HashError>> {
    let costs = {
        let hash = argon2::password_hash::phc::PasswordHash::new(&text).ok()?;
        hash.hash?;
        hash.salt?;
        let params = argon2::Params::try_from(&hash).ok()?;
        (params.m_cost(), params.t_cost())
    };
    if costs.0 > ARGON2_KIB_MAX || costs.1 > ARGON2_PASSES_MAX {
        return Some(Err(HashError::TooCostly));
    }
    Some(Ok(Kind::Argon2(text)))
}

#[cfg(test)]
mod tests;
