//! Starts what speaks HTTP: pages and API on the network, the admin socket; and takes over a changed
//! configuration.

use axum::Router;
use axum::extract::Request;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::certificates::Certificates;
use super::{App, http, ops, sending};
use crate::config::Config;
use crate::net::Listener;
use crate::service::{Service, jobs};
use crate::web::{self, Web};
use crate::{admin, api};

impl App {
    /// Serves until the server stops.
    pub(super) fn start_serving(&self, service: &Service, pages: Listener, admin: Listener) {
        if let Err(error) = jobs::resume(service) {
            tracing::error!(%error, "jobs that were interrupted do not go on");
        }
        let network = network(
            service,
            ops::router(service.clone(), self.stop.clone()),
            &self.stop,
        );
        let server = |router, tls| http::HttpServer {
            router,
            tls,
            config: self.current.clone(),
            stop: self.stop.clone(),
        };
        self.tasks
            .spawn(server(network, self.tls.clone()).serve(pages));
        let socket = admin::router(service.clone(), api::unguarded(service.clone()));
        self.tasks
            .spawn(server(socket, http::SharedTls::default()).serve(admin));
    }

    /// Reads the configuration and the certificate again and takes over what can change while
    /// running; what cannot is said.
    pub(super) fn reload(&self) {
        let loaded = Config::load(&self.config_path).map_err(|error| error.to_string());
        let checked = loaded.and_then(|loaded| {
            let certificates = Certificates::of(&loaded.config, &self.further());
            let certificates = certificates.map_err(|error| error.to_string())?;
            let signers = sending::signers(&loaded.config).map_err(|error| error.to_string())?;
            Ok((loaded.config, certificates, signers))
        });
        match checked {
            Ok((mut config, certificates, signers)) => {
                for option in needs_restart(&self.config, &config) {
                    tracing::warn!(option, "this changes at the next start only");
                }
                // The parts that run know the mailstores of the start.
                config.mailstore.clone_from(&self.config.mailstore);
                self.show(certificates);
                self.signers.set(signers);
                self.current.set(config);
                tracing::info!("the configuration was read again");
            }
            Err(error) => tracing::error!(%error, "the configuration stays as it was"),
        }
    }
}

/// All that the network is shown: below `/api/` the API, else the pages, each with its own answers to
/// what it does not know. By hand, because a wildcard route would add its part of the path to the
/// parameters of the routes below it.
fn network(service: &Service, ops: Router, stop: &CancellationToken) -> Router {
    let api = api::network(service.clone());
    let pages = web::router(Web::new(service.clone()).stopping(stop.clone()));
    ops.fallback_service(tower::service_fn(move |request: Request| {
        let router = match request.uri().path().starts_with("/api/") {
            true => api.clone(),
            false => pages.clone(),
        };
        router.oneshot(request)
    }))
}

/// What changed and is read at the start only.
fn needs_restart(old: &Config, new: &Config) -> Vec<&'static str> {
    [
        ("store", old.store != new.store),
        ("http.listen", old.http.listen != new.http.listen),
        ("lmtp", old.lmtp != new.lmtp),
        ("smtp", old.smtp != new.smtp),
        ("smtp_listener", old.smtp_listener != new.smtp_listener),
        ("socketmap", old.socketmap != new.socketmap),
        ("relay", old.relay != new.relay),
        ("relay_fallback", old.relay_fallback != new.relay_fallback),
        ("mailstore", old.mailstore != new.mailstore),
        ("failover", old.failover != new.failover),
        ("probe", old.probe != new.probe),
        ("merge", old.merge != new.merge),
        ("watermark", old.watermark != new.watermark),
        ("postfix", old.postfix != new.postfix),
        ("hold", old.hold != new.hold),
        ("announce", old.announce != new.announce),
        ("drill.schedule", old.drill.schedule != new.drill.schedule),
        ("hold_listener", old.hold_listener != new.hold_listener),
        ("live_check", old.live_check != new.live_check),
        ("log", old.log != new.log),
    ]
    .into_iter()
    .filter_map(|(option, changed)| changed.then_some(option))
    .collect()
}
