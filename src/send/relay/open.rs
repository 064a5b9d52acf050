//! Connects to a smarthost: its greeting, TLS, sign-in, and what it offers.

use std::io;

use lettre::transport::smtp::authentication::{Credentials as Login, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncWriteExt, BufReader};

use super::{Smarthost, SmtpError, Unreachable};
use crate::lmtp_client::read_reply;
use crate::net::{self, BoxStream, Tls, TlsError};
use crate::send::handed::{Handed, Shared};
use crate::send::outcome::ours;

/// An open connection, and what it offers: lines of its answer to EHLO.
pub(super) async fn open(
    smarthost: &Smarthost,
) -> Result<(AsyncSmtpConnection, Shared, String), Unreachable> {
    if smarthost.credentials.is_some() && smarthost.tls == Tls::Off {
        return Err(Unreachable::PlainPassword);
    }
    let limit = smarthost.timeouts.connect;
    let plain = net::connect(&smarthost.endpoint, limit).await?;
    let stream = match smarthost.tls {
        Tls::Off => Handed::new(plain, b""),
        Tls::Implicit => Handed::new(handshake(smarthost, plain).await?, b""),
        Tls::Starttls => {
            let plain = starttls(smarthost, plain).await?;
            // A server greets once, and lettre waits for it.
            Handed::new(handshake(smarthost, plain).await?, b"220 TLS\r\n")
        }
    };
    let shared = stream.shared();
    let hello = ClientId::Domain(smarthost.hello_name.clone());
    let unsaid = |error: SmtpError| Unreachable::Said(ours(&error.to_string()).text);
    let mut smtp = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
        .await
        .map_err(unsaid)?;
    if let Some(credentials) = &smarthost.credentials {
        let login = Login::new(
            credentials.username.clone(),
            credentials.password.expose().to_owned(),
        );
        smtp.auth(&[Mechanism::Plain, Mechanism::Login], &login)
            .await
            .map_err(unsaid)?;
    }
    // lettre forgets the extensions that it does not know.
    let answer = smtp.command(Ehlo::new(hello)).await.map_err(unsaid)?;
    let offered: Vec<&str> = answer.message().collect();
    let offered = offered.join("\n");
    Ok((smtp, shared, offered))
}

async fn handshake(smarthost: &Smarthost, stream: BoxStream) -> Result<BoxStream, Unreachable> {
    let connector = smarthost.connector.as_ref().ok_or(TlsError::NoRoots)?;
    let name = match &smarthost.tls_name {
        Some(name) => name.as_str(),
        None => smarthost.endpoint.server_name(),
    };
    Ok(connector
        .handshake(stream, name, smarthost.timeouts.connect)
        .await?)
}

/// Asks for STARTTLS on a fresh connection, and makes sure that nothing follows the answer.
async fn starttls(smarthost: &Smarthost, stream: BoxStream) -> Result<BoxStream, Unreachable> {
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "", 220).await?;
    let hello = format!("EHLO {}\r\n", smarthost.hello_name);
    let offered = expect(&mut stream, &hello, 250).await?;
    if !offered
        .lines()
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(Unreachable::NoStartTls);
    }
    expect(&mut stream, "STARTTLS\r\n", 220).await?;
    if stream.buffer().is_empty() {
        Ok(stream.into_inner())
    } else {
        Err(Unreachable::Injected)
    }
}

async fn expect(
    stream: &mut BufReader<BoxStream>,
    command: &str,
    code: u16,
) -> Result<String, Unreachable> {
    let broken = |error: io::Error| Unreachable::Said(error.to_string());
    // An answer before its question.
    if !stream.buffer().is_empty() {
        return Err(Unreachable::Injected);
    }
    stream
        .get_mut()
        .write_all(command.as_bytes())
        .await
        .map_err(broken)?;
    stream.get_mut().flush().await.map_err(broken)?;
    match read_reply(stream).await.map_err(broken)? {
        Some(reply) if reply.code == code => Ok(reply.text),
        Some(reply) => Err(Unreachable::Said(ours(&reply.to_string()).text)),
        None => Err(Unreachable::Said("no SMTP reply".to_owned())),
    }
}
