//! `[[certificate]]`: certificates for further host names.

use std::path::PathBuf;

use super::section::section;

section! {
    /// A certificate for host names of a brand, beside the one of section http: whoever asks for a name that is in it
    /// (SNI) is shown it, in the browser and, where mail programs or SMTP are served with TLS, there too. One section for
    /// each. All are read again on SIGHUP; one that cannot be read then stays as it was.
    #[repeats(true)]
    pub struct Certificate as "certificate" {
        /// What it is called in metrics and checks: letters, digits, "-" and "_".
        pub name: String = required "\"acme\"",
        /// Certificate chain (PEM); it is shown for the host names that stand in it.
        pub certificate_file: PathBuf = required "\"/etc/lifeboat/acme.pem\"",
        /// Private key (PEM) of the certificate.
        pub key_file: PathBuf = required "\"/etc/lifeboat/acme.key\"",
    }
}
