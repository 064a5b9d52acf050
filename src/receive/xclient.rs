//! XCLIENT: a proxy tells for which client it speaks (Postfix's XCLIENT_README).
//!
//! Pure. Only hosts that the operator lists may say it; the session asks for that.

use std::net::{IpAddr, Ipv4Addr};

use super::dsn::decode_xtext;

/// The attributes that are on offer.
pub const OFFERED: &str = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
/// Longest value, in octets (XCLIENT_README: 255 for names).
const VALUE_OCTETS_MAX: usize = 255;

/// What a proxy says of its client; what it leaves out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xclient {
    /// The client's address; 0.0.0.0 where the proxy does not know it.
    pub address: Option<IpAddr>,
    /// Its port.
    pub port: Option<u16>,
    /// The name it greeted with.
    pub helo: Option<String>,
}

/// Reads the attributes; `None` if they are not what the document describes.
pub fn parse(argument: &[u8]) -> Option<Xclient> {
    let argument = str::from_utf8(argument).ok()?;
    let mut said = Xclient::default();
    let mut count = 0;
    for word in argument.split(' ').filter(|word| !word.is_empty()) {
        let (name, value) = word.split_once('=')?;
        let value = decode_xtext(value).filter(|value| value.len() <= VALUE_OCTETS_MAX)?;
        let is_known = !matches!(&*value, "[UNAVAILABLE]" | "[TEMPUNAVAIL]");
        match name.to_ascii_uppercase().as_str() {
            "ADDR" if is_known => said.address = Some(address(&value)?),
            // The proxy's own is not its client's.
            "ADDR" => said.address = Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            "PORT" if is_known => said.port = Some(value.parse().ok()?),
            "HELO" if is_known => said.helo = Some(value),
            "PORT" | "HELO" | "NAME" | "PROTO" | "LOGIN" | "DESTADDR" | "DESTPORT" => {}
            _ => return None,
        }
        count += 1;
    }
    (count > 0).then_some(said)
}

/// `192.0.2.1` or `IPV6:2001:db8::1`.
fn address(value: &str) -> Option<IpAddr> {
    match value.get(..5) {
        Some(start) if start.eq_ignore_ascii_case("IPV6:") => {
            value.get(5..)?.parse().ok().map(IpAddr::V6)
        }
        _ => value.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
