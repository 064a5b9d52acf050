//! A proxy in front of a mailstore's LMTP that fails on command, at a chosen moment.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::port::Port;

/// What the proxy does. A change applies to connections that are open too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ProxyMode {
    /// Forwards everything.
    Pass = 0,
    /// Forwards everything to the mailstore, the final dot included, and withholds the replies that
    /// follow it: the mailstore stores the message, the sender never learns. Connections stay open.
    HangAfterDot = 1,
    /// As [`ProxyMode::HangAfterDot`], but closes the sender's connection at the dot.
    CutAfterDot = 2,
    /// Closes new connections at once.
    Refuse = 3,
    /// Accepts connections and never answers.
    Silent = 4,
}

impl ProxyMode {
    fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Pass,
            1 => Self::HangAfterDot,
            2 => Self::CutAfterDot,
            3 => Self::Refuse,
            _ => Self::Silent,
        }
    }
}

struct Shared {
    target: SocketAddr,
    mode: AtomicU8,
    in_doubt: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
}

impl Shared {
    fn mode(&self) -> ProxyMode {
        ProxyMode::from_number(self.mode.load(Ordering::SeqCst))
    }
}

/// The proxy; its threads live until the process ends.
#[derive(Clone)]
pub struct LmtpProxy {
    port: Port,
    shared: Arc<Shared>,
}

impl LmtpProxy {
    /// Starts to listen, in front of `target`.
    pub fn start(target: SocketAddr) -> Self {
        let port = Port::reserve();
        let listener = TcpListener::bind(port.addr()).expect("listen as the LMTP proxy");
        let shared = Arc::new(Shared {
            target,
            mode: AtomicU8::new(ProxyMode::Pass as u8),
            in_doubt: AtomicUsize::new(0),
            open: Mutex::default(),
        });
        let proxy = Self {
            port,
            shared: Arc::clone(&shared),
        };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // Either side may go away at any time; that is what the proxy is for.
                    let _ = serve(client, &shared);
                });
            }
        });
        proxy
    }

    /// Where it listens.
    pub fn port(&self) -> &Port {
        &self.port
    }

    /// Changes the mode.
    pub fn set_mode(&self, mode: ProxyMode) {
        self.shared.mode.store(mode as u8, Ordering::SeqCst);
    }

    /// Closes all connections, as a reboot of the mailstore's host would.
    pub fn cut_all(&self) {
        for stream in self.shared.open.lock().expect("proxy").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// How many messages went to the mailstore whole while their sender got no reply.
    pub fn in_doubt(&self) -> usize {
        self.shared.in_doubt.load(Ordering::SeqCst)
    }
}

fn serve(client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    match shared.mode() {
        ProxyMode::Refuse => return Ok(()),
        ProxyMode::Silent => {
            let mut client = client;
            let mut sunk = [0; 4096];
            while client.read(&mut sunk)? > 0 {}
            return Ok(());
        }
        ProxyMode::Pass | ProxyMode::HangAfterDot | ProxyMode::CutAfterDot => {}
    }
    let server = TcpStream::connect_timeout(&shared.target, Duration::from_secs(5))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    {
        let mut open = shared.open.lock().expect("proxy");
        open.push(client.try_clone()?);
        open.push(server.try_clone()?);
    }
    let withheld = Arc::new(AtomicU8::new(0));
    let back = {
        let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
        let withheld = Arc::clone(&withheld);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                if withheld.load(Ordering::SeqCst) == 0 && to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            if withheld.load(Ordering::SeqCst) == 0 {
                let _ = to.shutdown(Shutdown::Both);
            }
        })
    };
    forward(client, server, shared, &withheld);
    let _ = back.join();
    Ok(())
}

/// Copies from the sender to the mailstore, watching for the final dot.
fn forward(mut client: TcpStream, mut server: TcpStream, shared: &Shared, withheld: &AtomicU8) {
    let mut dots = DotFinder::default();
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let ends = dots.feed(&buffer[..count]);
        let hangs = matches!(
            shared.mode(),
            ProxyMode::HangAfterDot | ProxyMode::CutAfterDot
        );
        if ends && hangs {
            // Before the last bytes go out, so that no reply can slip through.
            withheld.store(1, Ordering::SeqCst);
            shared.in_doubt.fetch_add(1, Ordering::SeqCst);
        }
        if server.write_all(&buffer[..count]).is_err() {
            break;
        }
        if ends && shared.mode() == ProxyMode::CutAfterDot {
            let _ = client.shutdown(Shutdown::Both);
        }
    }
    // The mailstore sees the end of the session once the sender has given up; what it was given to
    // the final dot, it stores.
    let _ = server.shutdown(Shutdown::Write);
}

/// Finds the end of data in what a sender writes. Senders wait for 354 before the data, so `DATA` is
/// the last line of a read, and for the replies after it, so the dot is too.
#[derive(Default)]
struct DotFinder {
    line: Vec<u8>,
    in_data: bool,
}

impl DotFinder {
    fn feed(&mut self, bytes: &[u8]) -> bool {
        let mut ended = false;
        for &byte in bytes {
            self.line.push(byte);
            if byte != b'\n' {
                continue;
            }
            if self.in_data {
                if self.line == b".\r\n" {
                    self.in_data = false;
                    ended = true;
                }
            } else if self.line.eq_ignore_ascii_case(b"DATA\r\n") {
                self.in_data = true;
            }
            self.line.clear();
        }
        ended
    }
}
