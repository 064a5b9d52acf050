//! The PROXY protocol, version 2, in binary: what a load balancer says before the client's first octet.
//!
//! Source: HAProxy's proxy-protocol.txt §2.2. Pure. A listener either expects the header on every
//! connection or on none, and only from hosts that the operator lists: guessing would let anybody claim
//! any address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What every header begins with.
pub const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Octets before what the length counts.
pub const FIXED_OCTETS: usize = 16;
/// Longest header that is read, without its fixed part; addresses have at most 216 octets, the rest are
/// additions that are passed over.
pub const REST_OCTETS_MAX: usize = 2048;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The connection is the proxy's own: a health check.
    Local,
    /// It is for this client.
    Client(SocketAddr),
    /// It is for somebody whose address is of another kind, or not known.
    Unknown,
}

/// Why octets are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a header of the PROXY protocol, version 2")]
pub struct NotProxy;

/// How many octets follow the fixed part.
///
/// # Errors
/// When it is no such header, or longer than [`REST_OCTETS_MAX`].
pub fn rest_octets(fixed: &[u8; FIXED_OCTETS]) -> Result<usize, NotProxy> {
    let [signature @ .., version_command, _family, high, low] = fixed;
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let fits = signature == SIGNATURE && version_command >> 4 == 2 && length <= REST_OCTETS_MAX;
    if fits { Ok(length) } else { Err(NotProxy) }
}

/// What a header says; `rest` has the octets that [`rest_octets`] counted.
///
/// # Errors
/// When the command is not known or an address is cut off.
pub fn parse(fixed: &[u8; FIXED_OCTETS], rest: &[u8]) -> Result<Said, NotProxy> {
    let [.., version_command, family, _, _] = fixed;
    match version_command & 0x0f {
        0 => return Ok(Said::Local),
        1 => {}
        _ => return Err(NotProxy),
    }
    let address = match family {
        // Over TCP: addresses of both ends, then their ports.
        0x11 => {
            let source: [u8; 4] = part(rest, 0)?;
            (IpAddr::V4(Ipv4Addr::from(source)), part(rest, 8)?)
        }
        0x21 => {
            let source: [u8; 16] = part(rest, 0)?;
            (IpAddr::V6(Ipv6Addr::from(source)), part(rest, 32)?)
        }
        _ => return Ok(Said::Unknown),
    };
    let (ip, port) = address;
    Ok(Said::Client(SocketAddr::new(ip, u16::from_be_bytes(port))))
}

fn part<const N: usize>(rest: &[u8], at: usize) -> Result<[u8; N], NotProxy> {
    rest.get(at..at + N)
        .and_then(|part| part.try_into().ok())
        .ok_or(NotProxy)
}

#[cfg(test)]
mod tests;
