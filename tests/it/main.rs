//! Integration tests on real parts: one module per flow.
//!
//! They start private instances of Dovecot, Postfix and Lifeboat (see `tests/rig`), need root and
//! Debian's packages (`make deps`), and fail, never skip, when one is missing.

#[path = "../rig/mod.rs"]
mod rig;

mod agents;
mod announcing;
mod answering;
mod browser;
mod conformance;
mod dice;
mod drill;
mod failover;
mod faults;
mod following;
mod hold;
mod kill;
mod live_check;
mod maildir;
mod matrix;
mod merge;
mod merge_commands;
mod monitoring;
mod nfs;
mod nfs_canary;
mod proof;
mod rig_itself;
mod route_agent;
mod sending;
mod smtp;
mod snapshot;
mod sources;
mod standby;
mod surfaces;
mod telling;

/// The binary under test.
#[allow(dead_code, reason = "modules come one after the other")]
fn binary() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_BIN_EXE_lifeboat"))
}
