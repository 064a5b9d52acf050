//! Secrets: where they are read from, and a holder that never shows them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

/// Longest secret read, in bytes.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// A password or key. It shows as `[secret]`, so that it cannot reach a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes charge of a secret.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself: only to be handed to whoever asks for it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Where a secret is: a file, or `env:NAME` for an environment variable.
///
/// It is read each time it is needed, so that a changed password needs no restart.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretSource {
    /// A file that holds the secret; line ends at its end do not count.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
}

impl TryFrom<String> for SecretSource {
    type Error = SecretError;
    fn try_from(text: String) -> Result<Self, SecretError> {
        text.parse()
    }
}

impl FromStr for SecretSource {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        match text.strip_prefix("env:") {
            _ if text.is_empty() => Err(SecretError::NoSource),
            Some("") => Err(SecretError::NoSource),
            Some(name) => Ok(Self::Environment(name.to_owned())),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "env:{name}"),
        }
    }
}

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Neither a file nor a variable is named.
    #[error("name a file, or a variable as \"env:NAME\"")]
    NoSource,
    /// The file cannot be read.
    #[error("cannot read {path}: {error}; create it (mode 0600) with the secret as its only line")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is too large to be a secret.
    #[error("{0} is larger than 64 KB: it should hold the secret alone")]
    TooLarge(String),
    /// The variable is not set.
    #[error("the environment variable {0} is not set, or is not UTF-8")]
    Environment(String),
    /// The secret is empty, or has a line end or NUL inside.
    #[error("{0} should hold the secret as its only line")]
    NotOneLine(String),
}

impl SecretSource {
    /// Reads the secret.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or is more than one line.
    pub fn read(&self) -> Result<Secret, SecretError> {
        let text = match self {
            Self::File(path) => read_file(path)?,
            Self::Environment(name) => {
                std::env::var(name).map_err(|_| SecretError::Environment(name.clone()))?
            }
        };
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() || text.contains(['\r', '\n', '\0']) {
            return Err(SecretError::NotOneLine(self.to_string()));
        }
        Ok(Secret(text.to_owned()))
    }

    /// What is unsafe about where it lies: a file that everybody may read.
    pub fn warning(&self) -> Option<String> {
        use std::os::unix::fs::PermissionsExt;
        let Self::File(path) = self else { return None };
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o007 != 0).then(|| {
            format!(
                "{} is open to every user of this machine: chmod 600 it",
                path.display()
            )
        })
    }
}

fn read_file(path: &std::path::Path) -> Result<String, SecretError> {
    use std::io::Read;
    let fail = |error| SecretError::File {
        path: path.display().to_string(),
        error,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(SECRET_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(fail)?;
    if text.len() as u64 > SECRET_BYTES_MAX {
        return Err(SecretError::TooLarge(path.display().to_string()));
    }
    Ok(text)
}
