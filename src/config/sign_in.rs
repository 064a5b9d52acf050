//! `[sign_in]`: sessions, and what guessing meets.

use super::section::section;
use super::values::Span;

section! {
    /// Signing in to webmail and console.
    pub struct SignIn as "sign_in" {
        /// A session ends after so long without a request.
        pub session_idle: Span = default "\"12h\"",
        /// Failed sign-ins a minute for one account, from anywhere.
        pub failures_per_account: u32 = default "30",
        /// Failed sign-ins a minute for one account from one address.
        pub failures_per_account_and_address: u32 = default "10",
        /// Failed sign-ins a minute from one network (IPv4: /24, IPv6: /56).
        pub failures_per_network: u32 = default "90",
        /// Users may ask for a link to sign in without a password, which is mailed to the address at which the
        /// directory says they are reached (`recovery`), from `announce.mail_from`.
        pub recovery_links: bool = default "true",
        /// Passwords verified at the same time. Each may take 64 MB or more with Argon2, as the hashes say.
        pub verify_parallel: u32 = default "4",
    }
}
