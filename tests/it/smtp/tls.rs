//! Certificates, as openssl's client sees them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::bed::Bed;
use crate::rig::{self, Dialect, Port, SmtpClient, wait_until};

/// What `openssl s_client` says of a server whose certificate `trusted` vouches for.
fn s_client(port: &Port, starttls: bool, trusted: &Path) -> String {
    let mut command = Command::new("/usr/bin/openssl");
    command
        .args(["s_client", "-connect", &port.to_string()])
        .args([
            "-verify_return_error",
            "-verify_hostname",
            "localhost",
            "-CAfile",
        ])
        .arg(trusted)
        .stdin(Stdio::null());
    if starttls {
        command.args(["-starttls", "smtp"]);
    }
    let output = command.output().expect("run openssl");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A certificate that is replaced is in use after SIGHUP, and connections go on.
#[test]
fn certificates_are_read_again_without_a_restart() {
    let bed = Bed::start("smtp-certificate", "");
    let file = bed.dir.path().join("tls.pem");
    let old = bed.dir.path().join("old.pem");
    std::fs::copy(&file, &old).expect("keep the certificate");
    let text = |path: &Path| std::fs::read_to_string(path).expect("read a certificate");
    let doors = [(&bed.trusted, true), (&bed.implicit, false)];
    let serves = |trusted: &Path| {
        doors.iter().all(|(port, starttls)| {
            let said = s_client(port, *starttls, trusted);
            said.contains(text(trusted).trim()) && said.contains("Verify return code: 0 (ok)")
        })
    };
    assert!(serves(&old), "{}", s_client(&bed.trusted, true, &old));
    let mut connected = SmtpClient::connect(bed.trusted.addr(), Dialect::Smtp).expect("connect");
    rig::certificate(bed.dir.path(), 3);
    assert_ne!(text(&old), text(&file));
    assert!(serves(&old), "nobody said that there is a new one");
    bed.lifeboat.signal(Signal::HUP);
    wait_until(
        "the new certificate is in use",
        Duration::from_secs(60),
        || serves(&file),
    );
    assert_eq!(connected.command("NOOP").expect("talk").code, 250);
}
