//! `/api/v1/provision`, `/api/v1/sources`

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use crate::api::ndjson;
use crate::api::problem::{self, Path, Problem, Query};
use crate::ids::{MailstoreId, ResellerId, SourceName};
use crate::provision::columns::Reading;
use crate::provision::{Defaults, Format, Report};
use crate::service::provision::{
    self as operations, FileOptions, REPORTS_WAITING_MAX, SourceView, SyncRequest, run,
};
use crate::service::{Actor, Service};

/// How the file is written, and what holds for rows that do not say.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Options {
    /// `ndjson`, `csv` or `passwd-file`.
    #[param(value_type = String)]
    format: Format,
    /// The mailstore of rows that name none.
    #[param(value_type = Option<String>)]
    mailstore: Option<MailstoreId>,
    /// The reseller of rows that name none.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
    /// The scheme of password hashes that name none.
    password_scheme: Option<String>,
    /// That the file is all that this source has: its mailboxes that the file does not mention are
    /// deleted, if they are not too many.
    #[param(value_type = Option<String>)]
    whole_of: Option<SourceName>,
    /// So many, and no more, may be deleted, whatever share that is.
    delete_max: Option<u64>,
}

/// Fills the directory from a file of any length. The answer grows while the file is read: a JSON
/// object a line, `error` and `warning` (a row's line and reason), `progress`, and at the end `done`
/// with the counts, or `failed`. What was applied stays; the same file can be sent again.
#[utoipa::path(post, path = "/api/v1/provision", tag = "directory", params(Options),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, content_type = "application/x-ndjson", body = String),
              (status = 400, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn provision(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(options): Query<Options>,
    body: Body,
) -> Result<Response, Problem> {
    let options = FileOptions {
        format: options.format,
        defaults: Defaults {
            mailstore: options.mailstore,
            reseller: options.reseller,
        },
        reading: Reading {
            password_scheme: options.password_scheme,
            ..Reading::default()
        },
        whole_of: options.whole_of,
        delete_max: options.delete_max,
    };
    let (sender, receiver) = mpsc::channel(REPORTS_WAITING_MAX);
    tokio::spawn(async move {
        let input = Box::pin(body.into_data_stream());
        let last = match run(&service, &actor, options, input, sender.clone()).await {
            Ok(summary) => Report::Done { summary },
            Err(error) => Report::Failed {
                reason: error.to_string(),
            },
        };
        let _ = sender.send(last).await;
    });
    Ok(ndjson(Body::from_stream(lines(receiver))))
}

/// What is reported, a JSON object a line.
fn lines(
    receiver: mpsc::Receiver<Report>,
) -> impl futures_util::Stream<Item = Result<Bytes, serde_json::Error>> {
    stream::unfold(receiver, |mut receiver| async {
        let report = receiver.recv().await?;
        let line = serde_json::to_vec(&report).map(|mut line| {
            line.push(b'\n');
            Bytes::from(line)
        });
        Some((line, receiver))
    })
}

/// The sources that the directory is kept in step with, and how their last rounds went.
#[utoipa::path(get, path = "/api/v1/sources", tag = "directory",
    responses((status = 200, body = Vec<SourceView>), (status = 404, body = Problem)))]
pub(super) async fn sources(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<SourceView>>, Problem> {
    Ok(Json(operations::list(&service, &actor)?))
}

/// Has a source read now. With `delete_max`, what is missing in it is deleted if it is no more than
/// that.
#[utoipa::path(post, path = "/api/v1/sources/{name}/sync", tag = "directory",
    params(("name" = String, Path)), request_body = SyncRequest,
    responses((status = 202, body = SourceView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn sync(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<SourceName>,
    problem::Body(request): problem::Body<SyncRequest>,
) -> Result<(StatusCode, Json<SourceView>), Problem> {
    let view = operations::order_sync(&service, &actor, &name, &request).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
