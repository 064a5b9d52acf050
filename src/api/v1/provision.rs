//! `/api/v1/provision`

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use crate::api::ndjson;
use crate::api::problem::{Problem, Query};
use crate::ids::{MailstoreId, ResellerId};
use crate::provision::{Defaults, Format, Report};
use crate::service::provision::{REPORTS_WAITING_MAX, run};
use crate::service::{Actor, Service};

/// How the file is written, and what holds for rows that do not say.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Options {
    /// `ndjson` or `passwd-file`.
    #[param(value_type = String)]
    format: Format,
    /// The mailstore of rows that name none.
    #[param(value_type = Option<String>)]
    mailstore: Option<MailstoreId>,
    /// The reseller of rows that name none.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
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
    let defaults = Defaults {
        mailstore: options.mailstore,
        reseller: options.reseller,
    };
    let (sender, receiver) = mpsc::channel(REPORTS_WAITING_MAX);
    tokio::spawn(async move {
        let input = Box::pin(body.into_data_stream());
        let last = match run(
            &service,
            &actor,
            options.format,
            defaults,
            input,
            sender.clone(),
        )
        .await
        {
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
