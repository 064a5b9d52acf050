//! A proxy in front of a mailstore's IMAP that cuts a connection at a chosen moment of an APPEND.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use super::port::Port;

/// When the next connections are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cut {
    /// Never.
    Never = 0,
    /// The mailstore has everything and says OK, which the client never hears.
    BeforeOk = 1,
    /// The mailstore has half of the second message.
    MidLiteral = 2,
    /// As [`Cut::MidLiteral`], but nothing is cut: all waits until the mode is another, and the rest
    /// follows then.
    Hold = 3,
}

/// The proxy; its threads live until the process ends.
#[derive(Clone)]
pub struct CutProxy {
    port: Port,
    mode: Arc<AtomicU8>,
    cuts: Arc<AtomicUsize>,
    held: Arc<AtomicUsize>,
}

impl CutProxy {
    /// Listens in front of `target`.
    pub fn start(target: SocketAddr) -> Self {
        let proxy = Self {
            port: Port::reserve(),
            mode: Arc::new(AtomicU8::new(Cut::Never as u8)),
            cuts: Arc::default(),
            held: Arc::default(),
        };
        let listener = TcpListener::bind(proxy.port.addr()).expect("listen as the proxy");
        let shared = proxy.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(target) else {
                    continue;
                };
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (to, from) = (shared.clone(), shared.clone());
                std::thread::spawn(move || to.forward(ends.0, ends.1));
                std::thread::spawn(move || from.back(server, client));
            }
        });
        proxy
    }

    /// Where it listens.
    pub fn port(&self) -> &Port {
        &self.port
    }

    /// Cuts so from now on.
    pub fn set(&self, cut: Cut) {
        self.mode.store(cut as u8, Ordering::SeqCst);
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }

    /// How many connections were held.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    fn is(&self, cut: Cut) -> bool {
        self.mode.load(Ordering::SeqCst) == cut as u8
    }

    fn cut(&self, one: &TcpStream, other: &TcpStream) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
        let _ = one.shutdown(Shutdown::Both);
        let _ = other.shutdown(Shutdown::Both);
    }

    fn forward(&self, mut client: TcpStream, mut server: TcpStream) {
        let mut buffer = [0; 16 * 1024];
        let mut seen = Vec::new();
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            let mut sent = 0;
            if self.is(Cut::MidLiteral) || self.is(Cut::Hold) {
                seen.extend_from_slice(&buffer[..count]);
                let text = String::from_utf8_lossy(&seen);
                if text.contains("APPEND") && text.matches("}\r\n").count() >= 2 {
                    let _ = server.write_all(&buffer[..count / 2]);
                    sent = count / 2;
                    if self.is(Cut::MidLiteral) {
                        return self.cut(&client, &server);
                    }
                    self.held.fetch_add(1, Ordering::SeqCst);
                    while self.is(Cut::Hold) {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            }
            if server.write_all(&buffer[sent..count]).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Write);
    }

    fn back(&self, mut server: TcpStream, mut client: TcpStream) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..count]);
            if self.is(Cut::BeforeOk) && text.contains("[APPENDUID") {
                return self.cut(&client, &server);
            }
            if client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Write);
    }
}
