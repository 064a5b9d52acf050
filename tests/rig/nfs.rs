//! A real NFS server with two clients, in a user-mode Linux (`tests/nfs/run.sh`), and this very test in
//! there.
//!
//! A test that is about NFS is one function, run twice: outside it boots a guest that runs the same
//! test by its name, and inside it does what it is there for. Its servers are the rig's usual ones, on
//! the guest's loopback, with their mail on [`Nfs::client`]. What it says is shown, and when it fails
//! its files are kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::dir::RigDir;
use super::process::{Group, Server};
use super::{need_packages, need_root};

/// Says to a test that it runs inside, and with which version.
const VARIABLE: &str = "LIFEBOAT_IN_NFS_RIG";
/// A guest that lives longer than this is ended.
const SECONDS_MAX: u64 = 480;

/// The version of NFS, which decides how locks are kept, and lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Locks by a protocol of their own; a server that forgets them tells nobody.
    V3,
    /// The same, on mounts that keep their locks to themselves: broken on purpose.
    V3Nolock,
    /// Locks within leases; a client asks for them again and again.
    V4Zero,
    /// Locks within leases; whose lease is forgotten is refused.
    V4,
}

impl Version {
    fn number(self) -> &'static str {
        match self {
            Self::V3 | Self::V3Nolock => "3",
            Self::V4Zero => "4.0",
            Self::V4 => "4.2",
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::V3Nolock => &["-o", "nolock"],
            Self::V3 | Self::V4Zero | Self::V4 => &[],
        }
    }
}

/// The rig, from inside.
pub struct Nfs;

impl Nfs {
    /// Where the export is mounted for client 1 or 2. Each has caches and locks of its own.
    pub fn client(&self, number: u8) -> PathBuf {
        PathBuf::from(format!("/mnt/c{number}"))
    }

    /// What a client and the server say to each other is lost, until [`Self::heal`].
    pub fn hang(&self, client: u8) {
        fault(&["hang", &client.to_string()]);
    }

    /// Ends [`Self::hang`].
    pub fn heal(&self, client: u8) {
        fault(&["heal", &client.to_string()]);
    }

    /// The server forgets all locks and tells nobody.
    pub fn forget_locks(&self) {
        fault(&["forget"]);
    }

    /// The server is stopped, until [`Self::start_server`].
    pub fn stop_server(&self) {
        fault(&["stop"]);
    }

    /// Ends [`Self::stop_server`].
    pub fn start_server(&self) {
        fault(&["start"]);
    }

    /// The server's disk hangs, until [`Self::thaw`].
    pub fn freeze(&self) {
        fault(&["freeze"]);
    }

    /// Ends [`Self::freeze`].
    pub fn thaw(&self) {
        fault(&["thaw"]);
    }

    /// The server restarts.
    pub fn restart_server(&self) {
        fault(&["restart"]);
    }

    /// A client's mount is gone; its mount point is an empty directory.
    pub fn unmount(&self, client: u8) {
        fault(&["unmount", &client.to_string()]);
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/nfs")
        .join(name)
}

fn fault(words: &[&str]) {
    let output = Command::new("bash")
        .arg(script("fault.sh"))
        .args(words)
        .output();
    let output = output.expect("run fault.sh");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "fault {words:?}: {said}");
}

/// Runs `body` where NFS is. `test` is the full name of the test that calls this, `it`'s module path
/// left out: `nfs::hangs`.
pub fn on_nfs(test: &str, version: Version, body: impl FnOnce(&Nfs)) {
    if std::env::var_os(VARIABLE).is_some() {
        return body(&Nfs);
    }
    need_root();
    need_packages(&[
        ("/usr/bin/linux.uml", "user-mode-linux"),
        ("/usr/sbin/rpc.nfsd", "nfs-kernel-server"),
        ("/usr/sbin/mount.nfs", "nfs-common"),
        ("/usr/sbin/rpcbind", "rpcbind"),
        ("/usr/sbin/modprobe", "kmod"),
    ]);
    let dir = RigDir::new("nfs");
    let said = std::fs::File::create(dir.path().join("test.log")).expect("create a log");
    let program = std::env::current_exe().expect("the name of this program");
    let mut command = Command::new("sh");
    command
        .arg(script("run.sh"))
        .args(version.options())
        .args(["-v", version.number(), "-t", &SECONDS_MAX.to_string(), "-d"])
        .arg(dir.path())
        .arg("--")
        .arg(program)
        .args([
            test,
            "--exact",
            "--include-ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(VARIABLE, version.number())
        .stdout(said.try_clone().expect("clone a file"))
        .stderr(said);
    let status = Server::spawn("the NFS rig", &mut command, Group::Ours).wait();
    let said = std::fs::read_to_string(dir.path().join("test.log")).unwrap_or_default();
    println!("{said}");
    assert!(status.success(), "inside the NFS rig: {status}");
    assert!(said.contains("1 passed"), "no test is called {test}");
}
