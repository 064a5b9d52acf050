//! The pure parts; the rest is tested on a real Dovecot in tests/it.
