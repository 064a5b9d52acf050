//! Which addresses lie on the public internet: what a stranger's URL may make us connect to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the public internet. Anything that leads to this host, to the hoster's
/// own network or to a cloud's metadata is not; nor is what an IPv6 address may carry inside (IPv4-mapped,
/// NAT64, 6to4, Teredo). After the IANA registries of special-purpose addresses (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        // "This network", private, loopback, link-local (and with it 169.254.169.254).
        (0 | 10 | 127, ..) | (169, 254, _) | (192, 168, _) => false,
        (172, 16..=31, _) => false,
        // Shared by carriers (RFC 6598).
        (100, 64..=127, _) => false,
        // IETF protocols, 6to4 relays, documentation, benchmarking.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) => false,
        (192, 31, 196) | (192, 52, 193) | (192, 175, 48) => false,
        (198, 18 | 19, _) => false,
        // Multicast, reserved, broadcast.
        (224.., ..) => false,
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, ..] = address.segments();
    // Only global unicast (2000::/3) is ever public; that leaves out ::, ::1, IPv4-mapped and -compatible
    // addresses, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), ULA, link-local, site-local and multicast.
    if first & 0xe000 != 0x2000 {
        return false;
    }
    match (first, second, third) {
        // IETF protocols, Teredo, ORCHID, benchmarking (2001::/23); documentation.
        (0x2001, 0..=0x01ff, _) | (0x2001, 0x0db8, _) | (0x3fff, 0..=0x0fff, _) => false,
        // 6to4 carries any IPv4 address.
        (0x2002, ..) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
