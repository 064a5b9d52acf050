//! Health, readiness and metrics: for supervisors, load balancers and Prometheus.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::metrics;
use crate::metrics::history::SAMPLE_EVERY;
use crate::service::{Actor, Service, standing};

/// What the answers depend on.
#[derive(Clone)]
struct Ops {
    service: Service,
    stop: CancellationToken,
}

/// `/healthz`, `/readyz`, `/metrics`.
pub(super) fn router(service: Service, stop: CancellationToken) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics_text))
        .with_state(Ops { service, stop })
}

/// The process lives. Says nothing about its parts.
async fn health() -> &'static str {
    "ok\n"
}

/// Mail is taken: the store works and the server is not about to stop.
async fn ready(State(ops): State<Ops>) -> (StatusCode, &'static str) {
    if ops.stop.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else if ops.service.store.failure().is_some() {
        (StatusCode::SERVICE_UNAVAILABLE, "the store has failed\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn metrics_text(State(ops): State<Ops>) -> Response {
    let service = ops.service;
    let rendered =
        tokio::task::spawn_blocking(move || standing::show(&service, &Actor::System("metrics")))
            .await;
    match rendered.map(|shown| shown.map(|standing| metrics::render(&standing))) {
        Ok(Ok(text)) => (
            [(
                CONTENT_TYPE,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            )],
            text,
        )
            .into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the metrics cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl App {
    /// Keeps how everything stands once a minute, for the charts.
    pub(super) fn start_history(&self, service: &Service) {
        let (service, stop) = (service.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let sampling = async {
                let mut ticks = tokio::time::interval(SAMPLE_EVERY);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                loop {
                    ticks.tick().await;
                    let service = service.clone();
                    let sampled = tokio::task::spawn_blocking(move || standing::sample(&service));
                    if let Ok(Err(error)) = sampled.await {
                        tracing::warn!(%error, "a value of the charts is missing");
                    }
                }
            };
            stop.run_until_cancelled(sampling).await;
        });
    }
}
