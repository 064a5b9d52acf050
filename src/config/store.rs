//! `[store]`: where mail waits.

use std::path::PathBuf;

use super::section::section;

section! {
    /// Lifeboat's own store. Keep it on a disk of its own, never on a mailstore's filer.
    pub struct Store as "store" {
        /// Directory of the store; created at the first start. One server at a time uses it.
        pub path: PathBuf = required "\"/var/lib/lifeboat\"",
    }
}
