//! A certificate for this machine, by openssl.

use std::path::Path;
use std::process::{Command, Stdio};

use super::need_packages;

/// A certificate for `localhost` and 127.0.0.1 that is good for so many days, signed by itself, and its
/// key: the names of two files below `dir`. Who shall trust it is given the certificate.
pub fn certificate(dir: &Path, days: u32) -> (String, String) {
    need_packages(&[("/usr/bin/openssl", "openssl")]);
    let (certificate, key) = (dir.join("tls.pem"), dir.join("tls.key"));
    let status = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days"])
        .arg(days.to_string())
        .args(["-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status()
        .expect("run openssl");
    assert!(status.success(), "openssl: {status}");
    (certificate.display().to_string(), key.display().to_string())
}
