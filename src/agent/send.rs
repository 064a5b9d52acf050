//! Reports to the server over HTTP.

use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::TokioIo;

use super::StartError;
use crate::config::secret::SecretSource;
use crate::config::{Agent, ServerParts};
use crate::net::{self, TlsConnector};
use crate::service::observations::{Received, Report};

/// How long a report may take, connection and answer included.
const REPORT_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 1 << 20;
const PATH: &str = "/api/v1/observations";

/// Why a report did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The server was not reached, or did not answer in time.
    #[error("{0}")]
    NotReached(String),
    /// The server refused it.
    #[error("{0}")]
    Refused(String),
    /// What came is not an answer of Lifeboat's.
    #[error("what answers there is not Lifeboat: {0}")]
    NotUnderstood(String),
}

/// Where reports go.
#[derive(Debug)]
pub(super) struct Sender {
    server: ServerParts,
    tls: Option<TlsConnector>,
    token: SecretSource,
}

impl Sender {
    pub(super) fn new(agent: &Agent) -> Result<Self, StartError> {
        let server = agent.server_parts().ok_or(StartError::Server)?;
        let tls = server
            .tls
            .then(|| TlsConnector::new(agent.ca_file.as_deref()))
            .transpose()?;
        Ok(Self {
            server,
            tls,
            token: agent.token_file.clone(),
        })
    }

    pub(super) async fn send(&self, report: &Report) -> Result<Received, Trouble> {
        match tokio::time::timeout(REPORT_TIMEOUT, self.exchange(report)).await {
            Ok(received) => received,
            Err(_) => Err(Trouble::NotReached(format!(
                "no answer within {} s",
                REPORT_TIMEOUT.as_secs()
            ))),
        }
    }

    async fn exchange(&self, report: &Report) -> Result<Received, Trouble> {
        let broken = |error: &dyn std::fmt::Display| Trouble::NotReached(error.to_string());
        // Read anew, so that a new token needs no restart.
        let token = self
            .token
            .read()
            .map_err(|error| Trouble::Refused(format!("agent.token_file: {error}")))?;
        let body = serde_json::to_vec(report).map_err(|error| broken(&error))?;
        let request = Request::post(PATH)
            .header(HOST, &self.server.authority)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
            .body(Body::from(body))
            .map_err(|error| broken(&error))?;
        let endpoint = &self.server.endpoint;
        let mut stream = net::connect(endpoint, REPORT_TIMEOUT)
            .await
            .map_err(|error| broken(&error))?;
        if let Some(tls) = &self.tls {
            stream = tls
                .handshake(stream, endpoint.server_name(), REPORT_TIMEOUT)
                .await
                .map_err(|error| broken(&error))?;
        }
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broken(&error))?;
        let asking = async {
            let response = sender.send_request(request).await?;
            Ok::<_, hyper::Error>(response.map(Body::new))
        };
        let connection = tokio::spawn(connection);
        let response = asking.await.map_err(|error| broken(&error))?;
        let (status, body) = (response.status(), response.into_body());
        let read = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        connection.abort();
        let bytes = read.map_err(|error| broken(&error))?.to_bytes();
        understand(status, &bytes)
    }
}

fn understand(status: StatusCode, bytes: &[u8]) -> Result<Received, Trouble> {
    #[derive(serde::Deserialize)]
    struct Told {
        detail: String,
    }
    if status.is_success() {
        return serde_json::from_slice(bytes)
            .map_err(|error| Trouble::NotUnderstood(error.to_string()));
    }
    Err(match serde_json::from_slice::<Told>(bytes) {
        Ok(told) if status == StatusCode::UNAUTHORIZED => Trouble::Refused(format!(
            "{}: make one with `lifeboat token create --role agent`",
            told.detail
        )),
        Ok(told) => Trouble::Refused(told.detail),
        Err(_) => Trouble::NotUnderstood(status.to_string()),
    })
}
