//! Waiting for something to become true, with a limit and a name.

use std::time::{Duration, Instant};

/// Polls until `check` holds. Panics with `what` after `patience`.
pub fn wait_until(what: &str, patience: Duration, mut check: impl FnMut() -> bool) {
    wait_for(what, patience, || check().then_some(()));
}

/// Polls until `check` gives a value. Panics with `what` after `patience`.
pub fn wait_for<T>(what: &str, patience: Duration, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(value) = check() {
            return value;
        }
        assert!(
            Instant::now() < deadline,
            "still waiting after {patience:?}: {what}"
        );
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}
