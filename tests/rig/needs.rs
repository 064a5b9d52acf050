//! What the rig needs from the machine: asked once, answered in words.

use std::path::Path;

/// Panics unless the tests run as root, which Dovecot and Postfix need to change users.
pub fn need_root() {
    assert!(
        rustix::process::geteuid().is_root(),
        "this test starts private instances of Dovecot and Postfix and needs root: run it in a \
         container or with sudo"
    );
}

/// Panics unless every program is installed, naming the Debian package of the first that is not.
pub fn need_packages(programs_and_packages: &[(&str, &str)]) {
    for (program, package) in programs_and_packages {
        assert!(
            Path::new(program).exists(),
            "{program} is missing: run `make deps`, or apt-get install {package}"
        );
    }
}
