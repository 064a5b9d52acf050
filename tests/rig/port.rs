//! Ports that stay ours while a server is down.
//!
//! A port that the system picks can be given away again, also to an outgoing connection, as soon as
//! its server is killed. So ports come from below Linux's ephemeral range (32768) and each is held
//! by a lock file, which other rigs (threads or processes) respect and which ends with its process.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// A reserved TCP port on 127.0.0.1. Clones share the reservation; it ends with the last of them.
#[derive(Clone)]
pub struct Port {
    number: u16,
    _lock: Arc<File>,
}

impl Port {
    /// Reserves a port that nothing listens on.
    pub fn reserve() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let span = LAST - FIRST;
        let start = (std::process::id().wrapping_mul(37) % u32::from(span)) as u16;
        for _ in 0..span {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + (start + step % span) % span;
            if let Some(port) = Self::try_reserve(number) {
                return port;
            }
        }
        panic!("no free port between {FIRST} and {LAST}");
    }

    /// Reserves this very port, if it is free.
    pub fn try_reserve(number: u16) -> Option<Self> {
        let dir = std::env::temp_dir().join("lifeboat-rig-ports");
        std::fs::create_dir_all(&dir).expect("create the directory of port locks");
        let file = File::create(dir.join(number.to_string())).expect("create a port's lock file");
        file.try_lock().ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self {
            number,
            _lock: Arc::new(file),
        })
    }

    /// The number.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The address on loopback.
    pub fn addr(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.number).into()
    }
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "127.0.0.1:{}", self.number)
    }
}
