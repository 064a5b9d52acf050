//! Crash points: places in the code at which the kill tests end the process as `kill -9` would.
//!
//! Only in builds with the feature `failpoints`; a release has none of it. A point is written
//! `fail_point!("room::step")` where it stands.

/// The variable that names a point and on which pass it strikes: `merge::after_intent:3`.
pub const VARIABLE: &str = "LIFEBOAT_CRASH_AT";

/// Arms the point that the environment names, if any.
///
/// # Errors
/// When the variable cannot be understood: a test that kills nothing must not pass.
pub fn arm_from_environment() -> Result<(), String> {
    let Ok(wanted) = std::env::var(VARIABLE) else {
        return Ok(());
    };
    let parsed = wanted
        .rsplit_once(':')
        .and_then(|(point, pass)| Some((point, pass.parse::<u64>().ok()?)));
    let (point, pass) = parsed.ok_or(format!("{VARIABLE}={wanted}: expected point:pass"))?;
    arm(point, pass)
}

#[cfg(feature = "failpoints")]
fn arm(point: &str, pass: u64) -> Result<(), String> {
    use std::sync::atomic::{AtomicU64, Ordering};

    let passed = AtomicU64::new(0);
    fail::cfg_callback(point, move || {
        if passed.fetch_add(1, Ordering::SeqCst) + 1 == pass {
            // Nothing is flushed and nothing is dropped: the process is gone in the middle of it.
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
        }
    })
}

#[cfg(not(feature = "failpoints"))]
fn arm(_: &str, _: u64) -> Result<(), String> {
    Err(format!(
        "{VARIABLE} is set, but this build has no crash points (feature failpoints)"
    ))
}
