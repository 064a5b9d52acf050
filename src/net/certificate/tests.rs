use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ends;
use crate::clock::Timestamp;

/// Made by `openssl req -x509`: one that ends before 2050 and one that ends after, which are written
/// in two ways, with what openssl says of their ends.
const MADE: [(&str, i64); 2] = [
    // Jan  1 06:31:42 2031 GMT
    (
        "MIIBfTCCASOgAwIBAgIUQV/dbtXKh75+wsfSz8B0xj32hAYwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyMzA2MzE0MloXDTMxMDEwMTA2MzE0MlowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUobM4SosGvKVoqW0gxHiaPPhLsGp/NcAJEQRZQG6t0sBEqmrGGOFoUnQt7z4wMlvS38Ha51b1GxElEa5MoDDwaNTMFEwHQYDVR0OBBYEFN6eha3K4WHq/fGffY5s6iX5iS7aMB8GA1UdIwQYMBaAFN6eha3K4WHq/fGffY5s6iX5iS7aMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgJFMXwreJKew+na6NPoamm/sJa9BElzZwg7JqKCbi72gCIQC4Dbhj/3u6L8Q+ybhDTrjV7PG8v1edda1xvX/hFW9V2g==",
        1_925_015_502,
    ),
    // Oct  1 06:31:42 2059 GMT
    (
        "MIIBgDCCASWgAwIBAgIUbSRdS992puBFOR+WZ57V7u5VXT8wCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA2MzE0MloYDzIwNTkxMDAxMDYzMTQyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASaRidq/0/DOdRokcEJOZ1IBFk4Q2zU6VCSSlooJDLaX/JiqvAtq6XcZlZVq4yitUlv6xc1iBNhQPy0oIHBBR1Lo1MwUTAdBgNVHQ4EFgQU92mwJ6ETy2iDKy0J6WcWJ8CMk/IwHwYDVR0jBBgwFoAU92mwJ6ETy2iDKy0J6WcWJ8CMk/IwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAkCCdGT//x7622uY+KbgRbe2b5WNDhJxrbs1qtaKKAO8CIQDj1IYwutpp3FONdoD6ZpIA6sXRuKPsJBf8+vpn0NQQEw==",
        2_832_215_502,
    ),
];

fn made() -> impl Iterator<Item = (Vec<u8>, Timestamp)> {
    let der = |text: &str| STANDARD.decode(text).unwrap();
    MADE.into_iter()
        .map(move |(text, secs)| (der(text), Timestamp::from_secs(secs)))
}

#[test]
fn reads_the_end_of_a_certificate() {
    for (der, expected) in made() {
        assert_eq!(ends(&der), Some(expected));
    }
}

#[test]
fn bytes_that_are_no_certificate_have_no_end_and_do_no_harm() {
    for (der, expected) in made() {
        for length in 0..der.len() {
            assert_eq!(ends(&der[..length]), None, "cut after {length}");
        }
        for at in 0..der.len() {
            let mut bent = der.clone();
            bent[at] ^= 0x5a;
            let _ = ends(&bent);
        }
        assert_eq!(ends(&der), Some(expected));
    }
    assert_eq!(ends(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
}
