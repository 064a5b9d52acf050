//! The last resort around libraries that parse hostile bytes.
//!
//! Nothing relies on it: every input is bounded before it reaches a library. A panic that happens
//! all the same costs one field or one view, not the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `work` returns, or `None` if it panicked. `work` must own what it changes.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
