//! doveadm's HTTP API (`service doveadm { inet_listener http { … } }`), as of Dovecot 2.3.
//!
//! A request is a list of commands; Dovecot runs them one after the other and answers each under its
//! tag. Values are sent as the strings that Dovecot declares them to be: a list in the place of a
//! string ends its process (2.3.19).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use super::{DoveadmError, Target, words};
use crate::config::secret::Secret;
use crate::ids::Address;
use crate::net::{self, Endpoint, TlsConnector};

/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// For one request, its connection included.
const REQUEST: Duration = Duration::from_secs(60);
/// Folders in one request.
const TARGETS_AT_ONCE: usize = 100;
/// Longest answer.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What opens the API.
#[derive(Clone, Debug)]
pub enum Login {
    /// Dovecot's `doveadm_api_key`.
    Key(Secret),
    /// Dovecot's `doveadm_password`.
    Password(Secret),
}

/// An API and how to get in.
#[derive(Clone, Debug)]
pub struct Api {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// For HTTPS.
    pub tls: Option<TlsConnector>,
    /// What opens it.
    pub login: Login,
}

impl Api {
    pub(super) async fn raise(
        &self,
        user: &Address,
        targets: &[Target],
    ) -> Result<(), DoveadmError> {
        for some in targets.chunks(TARGETS_AT_ONCE) {
            let commands: Vec<Value> = some
                .iter()
                .enumerate()
                .map(|(number, target)| {
                    json!(["mailboxUpdate", {
                        "user": user.as_str(),
                        "minNextUid": target.uid_next.to_string(),
                        "mailbox": target.folder,
                    }, number.to_string()])
                })
                .collect();
            let asking = self.post(Value::Array(commands).to_string());
            let answer = tokio::time::timeout(REQUEST, asking)
                .await
                .map_err(|_| DoveadmError::Timeout(REQUEST))??;
            check(&answer, some)?;
        }
        Ok(())
    }

    fn authorization(&self) -> Result<HeaderValue, DoveadmError> {
        let text = match &self.login {
            Login::Key(key) => format!("X-Dovecot-API {}", STANDARD.encode(key.expose())),
            Login::Password(password) => {
                let pair = format!("doveadm:{}", password.expose());
                format!("Basic {}", STANDARD.encode(pair))
            }
        };
        let mut value = HeaderValue::from_str(&text).map_err(broken)?;
        value.set_sensitive(true);
        Ok(value)
    }

    async fn post(&self, body: String) -> Result<Bytes, DoveadmError> {
        let mut stream = net::connect(&self.endpoint, CONNECT).await?;
        if let Some(tls) = &self.tls {
            let name = self.endpoint.server_name();
            stream = tls.handshake(stream, name, CONNECT).await?;
        }
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        let request = Request::builder()
            .method(Method::POST)
            .uri("/doveadm/v1")
            .header(HOST, self.endpoint.server_name())
            .header(CONNECTION, "close")
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, self.authorization()?)
            .body(Full::new(Bytes::from(body)))
            .map_err(broken)?;
        let asking = async move {
            let response = sender.send_request(request).await.map_err(broken)?;
            match response.status().as_u16() {
                200 => {}
                status @ (401 | 403) => return Err(DoveadmError::Unauthorised(status)),
                status => return Err(DoveadmError::Answer(format!("HTTP status {status}"))),
            }
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
            let body = body.collect().await;
            let body = body.map_err(|error| DoveadmError::Broken(words(&error.to_string())))?;
            Ok(body.to_bytes())
        };
        let driving = async {
            // Its end is seen by who asks.
            let _ = connection.await;
            std::future::pending::<std::convert::Infallible>().await
        };
        tokio::select! {
            answer = asking => answer,
            never = driving => match never {},
        }
    }
}

fn broken(error: impl std::fmt::Display) -> DoveadmError {
    DoveadmError::Broken(words(&error.to_string()))
}

/// Every command must be answered, and none with an error.
fn check(answer: &[u8], targets: &[Target]) -> Result<(), DoveadmError> {
    let nonsense = || DoveadmError::Answer(words(&String::from_utf8_lossy(answer)));
    let answers: Vec<Value> = serde_json::from_slice(answer).map_err(|_| nonsense())?;
    if answers.len() != targets.len() {
        return Err(nonsense());
    }
    for (number, (answer, target)) in answers.iter().zip(targets).enumerate() {
        let tag = answer.get(2).and_then(Value::as_str);
        if tag != Some(number.to_string().as_str()) {
            return Err(nonsense());
        }
        match answer.get(0).and_then(Value::as_str) {
            Some("doveadmResponse") => {}
            Some("error") => {
                let code = answer.pointer("/1/exitCode").and_then(Value::as_i64);
                let why = code.map_or_else(|| words(&answer.to_string()), meaning);
                let folder = target.folder.clone();
                return Err(DoveadmError::Refused { folder, why });
            }
            _ => return Err(nonsense()),
        }
    }
    Ok(())
}

/// doveadm's exit codes are those of sysexits.h, some with a meaning of their own.
fn meaning(code: i64) -> String {
    match code {
        64 => "it does not know the command (exit code 64)".into(),
        67 => "there is no such user (exit code 67)".into(),
        68 => "there is no such folder (exit code 68)".into(),
        75 => "it failed for the moment (exit code 75)".into(),
        77 => "it is not allowed (exit code 77)".into(),
        code => format!("exit code {code}"),
    }
}
