//! A directory for one rig: gone when the test passed, kept when it failed.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A temporary directory whose path is short (unix sockets allow 108 octets) and which the servers'
/// unprivileged processes can enter. Dropped during a panic, it stays and says where it is.
pub struct RigDir {
    path: PathBuf,
    keep: bool,
}

impl RigDir {
    /// Creates a fresh directory below the system's temporary directory.
    pub fn new(name: &str) -> Self {
        let dir = tempfile::Builder::new()
            .prefix(&format!("lb-{name}-"))
            .tempdir()
            .expect("create a temporary directory");
        let path = dir.keep();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
            .expect("open the temporary directory to the servers' users");
        Self { path, keep: false }
    }

    /// Keeps the directory whatever happens.
    pub fn keep(&mut self) {
        self.keep = true;
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A subdirectory, created if it is missing.
    pub fn sub(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path).expect("create a subdirectory of the rig");
        path
    }
}

impl Drop for RigDir {
    fn drop(&mut self) {
        if self.keep || std::thread::panicking() {
            eprintln!("rig: logs and data are kept in {}", self.path.display());
        } else if let Err(error) = std::fs::remove_dir_all(&self.path) {
            eprintln!("rig: cannot remove {}: {error}", self.path.display());
        }
    }
}
