//! The admin socket: the API without a token, and looking after the store, for whoever may open
//! `<store.path>/admin.sock` (mode 0600). Never on the network.

use std::path::PathBuf;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::ids::{Address, MailboxId, StandbyId};
use crate::panics;
use crate::service::audit::{self, Anchor};
use crate::service::store::{self, ExportPage, StoreReport};
use crate::service::{Actor, Means, Service, ServiceError};
use crate::store::access::Access;

/// The header by which the command line says who runs it. Whoever can open the socket may say so.
pub const OPERATOR_HEADER: &str = "lifeboat-operator";

/// Reports that may wait for the reader.
const REPORTS_WAITING_MAX: usize = 64;
const OPERATOR_CHARS_MAX: usize = 64;

/// All that the socket answers: `api`, which expects an [`Actor`] in every request, and the store.
pub fn router(service: Service, api: Router) -> Router {
    Router::new()
        .route("/admin/store/check", post(check))
        .route("/admin/store/backup", post(backup))
        .route(
            "/admin/export/{address}",
            get(export_list).post(export_note),
        )
        .route("/admin/messages/{mailbox}/{id}", get(export_message))
        .route("/admin/audit/verify", get(verify_audit))
        .with_state(service)
        .fallback_service(api)
        .layer(middleware::from_fn(as_operator))
}

async fn as_operator(mut request: Request, next: Next) -> Response {
    let name: String = request
        .headers()
        .get(OPERATOR_HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(OPERATOR_CHARS_MAX)
        .collect();
    let by = match name.as_str() {
        "" => "admin socket".to_owned(),
        name => format!("admin socket, {name}"),
    };
    request
        .extensions_mut()
        .insert(Actor::Operator(Means::new(by, Access::Owner.grants())));
    next.run(request).await
}

/// An error as the command line prints it.
#[derive(Debug, Serialize, Deserialize)]
pub struct AdminError {
    /// What went wrong, in words.
    pub detail: String,
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(self)).into_response()
    }
}

impl From<ServiceError> for AdminError {
    fn from(error: ServiceError) -> Self {
        Self {
            detail: error.to_string(),
        }
    }
}

async fn check(State(service): State<Service>, Extension(actor): Extension<Actor>) -> Response {
    let (sender, receiver) = mpsc::channel(REPORTS_WAITING_MAX);
    tokio::spawn(async move {
        let ended = store::check(&service, &actor, sender.clone()).await;
        report_failure(&sender, ended).await;
    });
    reports(receiver)
}

/// Where a backup goes.
#[derive(Debug, Serialize, Deserialize)]
pub struct BackupRequest {
    /// An absolute path on the server's host.
    pub directory: PathBuf,
}

async fn backup(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Json(request): Json<BackupRequest>,
) -> Response {
    let (sender, receiver) = mpsc::channel(REPORTS_WAITING_MAX);
    tokio::spawn(async move {
        let ended = store::backup(&service, &actor, request.directory, sender.clone()).await;
        report_failure(&sender, ended).await;
    });
    reports(receiver)
}

async fn report_failure(sender: &mpsc::Sender<StoreReport>, ended: Result<(), ServiceError>) {
    if let Err(error) = ended {
        let reason = error.to_string();
        let _ = sender.send(StoreReport::Failed { reason }).await;
    }
}

fn reports(receiver: mpsc::Receiver<StoreReport>) -> Response {
    let lines = stream::unfold(receiver, |mut receiver| async {
        let report = receiver.recv().await?;
        let line = serde_json::to_vec(&report).map(|mut line| {
            line.push(b'\n');
            Bytes::from(line)
        });
        Some((line, receiver))
    });
    (
        [(CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response()
}

/// Where a page of an export starts.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportQuery {
    /// After this message.
    pub after: Option<u64>,
    /// Of the mailbox with this id that left.
    pub mailbox: Option<String>,
}

async fn export_list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<ExportPage>, AdminError> {
    let after = query.after.map(StandbyId);
    let left = query.mailbox.map(|id| id.parse()).transpose();
    let left = left.map_err(|_| ServiceError::NotFound("such mailbox"))?;
    let page = store::export_list(&service, &actor, &address, left, after)?;
    Ok(Json(page))
}

async fn export_note(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<StatusCode, AdminError> {
    store::note_export(&service, &actor, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn export_message(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path((mailbox, id)): Path<(String, u64)>,
) -> Result<Response, AdminError> {
    let mailbox: MailboxId = mailbox
        .parse()
        .map_err(|_| ServiceError::NotFound("such mailbox"))?;
    let bytes = store::export_message(&service, &actor, mailbox, StandbyId(id)).await?;
    Ok(([(CONTENT_TYPE, "message/rfc822")], bytes).into_response())
}

/// What is asked of a verification of the audit log.
#[derive(serde::Deserialize)]
struct Seen {
    /// An entry that was seen earlier, `NUMBER:HASH`.
    seen: Option<String>,
}

async fn verify_audit(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Json<Anchor>, AdminError> {
    let seen = seen.map(|text| text.parse::<Anchor>()).transpose();
    let seen = seen.map_err(|error| ServiceError::Invalid {
        field: "seen",
        text: error.to_string(),
    })?;
    let verifying = move || audit::verify_since(&service, &actor, seen.as_ref());
    let verified = tokio::task::spawn_blocking(verifying).await;
    let last = verified.map_err(|error| AdminError {
        detail: panics::how(&error).to_owned(),
    })?;
    Ok(Json(last?))
}
