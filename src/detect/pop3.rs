//! The probe by POP3 (RFC 1939): signs in and asks how much there is. It fetches and deletes nothing.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::refused::{Ended, Refused};
use super::{Login, Target, words};
use crate::failover::Outcome;
use crate::net::{self, BoxStream, Endpoint, Tls, TlsConnector};

/// Longest line read, in octets (RFC 1939 §3 says 512).
const LINE_OCTETS_MAX: u64 = 4096;

/// A POP3 service.
#[derive(Clone, Debug)]
pub struct Pop3 {
    /// Where.
    pub endpoint: Endpoint,
    /// How it is protected.
    pub tls: Tls,
    /// Needed unless `tls` is [`Tls::Off`].
    pub connector: Option<TlsConnector>,
    /// Whether signing in was refused.
    pub refused: Refused,
}

/// Why a look failed.
enum Failure {
    Down(String),
    /// The server does not let Lifeboat in: no sign of an outage.
    Refused(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Down(words(&error))
    }
}

/// Signs in as the sentinel; without one, only the greeting is waited for. Bounded by its caller.
pub(super) async fn look(target: &Target, pop3: &Pop3) -> (Ended, Outcome) {
    match sign_in(target, pop3).await {
        Ok(()) => (Ended::Entered, Outcome::Up),
        Err(Failure::Down(why)) => (Ended::Broken, Outcome::Down(why)),
        Err(Failure::Refused(why)) => (Ended::Refused, Outcome::Unknown(why)),
    }
}

async fn sign_in(target: &Target, pop3: &Pop3) -> Result<(), Failure> {
    let limit = target.timeout;
    let mut stream = net::connect(&pop3.endpoint, limit).await?;
    let name = pop3.endpoint.server_name();
    let connector = || {
        let none = || Failure::Refused("TLS without trusted certificates".into());
        pop3.connector.as_ref().ok_or_else(none)
    };
    if pop3.tls == Tls::Implicit {
        stream = connector()?.handshake(stream, name, limit).await?;
    }
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "greeting").await?;
    if pop3.tls == Tls::Starttls {
        ask(&mut stream, "STLS").await?;
        if !stream.buffer().is_empty() {
            return Err(Failure::Down("something follows the answer to STLS".into()));
        }
        let secured = connector()?.handshake(stream.into_inner(), name, limit);
        stream = BufReader::new(secured.await?);
    }
    let Some(sentinel) = &target.sentinel else {
        return ask(&mut stream, "QUIT").await;
    };
    let (user, password) = match &target.login {
        Login::Master {
            user,
            separator,
            password,
        } => (format!("{sentinel}{separator}{user}"), password),
        Login::Own { password } => (sentinel.to_string(), password),
    };
    let entered = async {
        ask(&mut stream, &format!("USER {user}")).await?;
        send(&mut stream, &format!("PASS {}", password.expose())).await?;
        expect(&mut stream, "PASS").await
    };
    entered.await.map_err(refused)?;
    ask(&mut stream, "STAT").await?;
    // What was seen was seen, however the connection ends.
    let _ = send(&mut stream, "QUIT").await;
    Ok(())
}

/// A sign-in that is refused for good is a matter of configuration (RFC 3206: `[AUTH]`); one that the
/// server could not decide is not (`[SYS/TEMP]`, `[IN-USE]`).
fn refused(failure: Failure) -> Failure {
    match failure {
        Failure::Down(why) if why.contains("[AUTH]") => Failure::Refused(format!(
            "signing in as the sentinel is refused: {why}; check mailstore.sentinel and its password"
        )),
        other => other,
    }
}

async fn ask(stream: &mut BufReader<BoxStream>, command: &str) -> Result<(), Failure> {
    send(stream, command).await?;
    expect(stream, command.split(' ').next().unwrap_or_default()).await
}

async fn send(stream: &mut BufReader<BoxStream>, command: &str) -> Result<(), Failure> {
    if command.contains(['\r', '\n', '\0']) {
        return Err(Failure::Refused(
            "a name or password with a line end".into(),
        ));
    }
    let stream = stream.get_mut();
    stream.write_all(command.as_bytes()).await?;
    stream.write_all(b"\r\n").await?;
    stream.flush().await?;
    Ok(())
}

async fn expect(stream: &mut BufReader<BoxStream>, step: &str) -> Result<(), Failure> {
    let mut line = Vec::new();
    stream
        .take(LINE_OCTETS_MAX)
        .read_until(b'\n', &mut line)
        .await?;
    if line.starts_with(b"+OK") {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&line);
    let said = match said.trim() {
        "" => "the connection ended",
        said => said,
    };
    Err(Failure::Down(words(&format_args!("{step}: {said}"))))
}
