//! Starts what remembers watermarks and what raises UIDs.

use std::sync::Arc;

use super::{App, StartError};
use crate::config::Mailstore;
use crate::control::{Control, target};
use crate::detect;
use crate::doveadm::{Api, Doveadm, Login};
use crate::net::{Tls, TlsConnector};
use crate::watermark::{Access, CollectSettings, Collector, RaiseSettings, Raiser};

/// What remembers and what raises, not yet running.
pub(super) struct Raising {
    collector: Collector,
    raiser: Raiser,
}

/// Both, each with a gate that asks `control`.
pub(super) fn raising(app: &App, control: &Control) -> Result<Raising, StartError> {
    let accesses = app.config.mailstore.iter().map(|mailstore| {
        access(app, mailstore).map_err(|why| StartError::Mailstore {
            mailstore: mailstore.id.to_string(),
            why,
        })
    });
    let accesses = accesses.collect::<Result<Vec<_>, _>>()?;
    let (failover, watermark) = (&app.config.failover, &app.config.watermark);
    let (well, open, done) = (control.clone(), control.clone(), control.clone());
    let collector = Collector::new(
        app.store.clone(),
        app.clock.clone(),
        CollectSettings {
            per_second: watermark.per_second,
            refresh: watermark.refresh.duration(),
        },
        accesses.clone(),
        Arc::new(move |mailstore| well.is_normal(mailstore)),
    );
    let raiser = Raiser::new(
        app.store.clone(),
        app.clock.clone(),
        RaiseSettings {
            per_second: failover.raise_per_second,
            concurrency: usize::try_from(failover.raise_concurrency).unwrap_or(usize::MAX),
        },
        accesses,
        Arc::new(move |mailstore| open.raise_gate(mailstore)),
        Arc::new(move |mailstore, epoch| done.raised(mailstore, epoch)),
        control.board().clone(),
    );
    Ok(Raising { collector, raiser })
}

fn access(app: &App, mailstore: &Mailstore) -> Result<Access, String> {
    let target = target(&app.config, mailstore)?;
    let detect::Login::Master {
        user: master_user,
        separator,
        password: master_password,
    } = target.login
    else {
        return Err("the master user is needed to look into mailboxes".to_owned());
    };
    Ok(Access {
        id: target.mailstore,
        server: target.imap,
        master_user,
        separator,
        master_password,
        doveadm: doveadm(mailstore)?,
    })
}

/// How a mailstore's UIDs are raised, if there is a way.
fn doveadm(mailstore: &Mailstore) -> Result<Option<Doveadm>, String> {
    if let Some(command) = &mailstore.raise_command {
        return Ok(Some(Doveadm::Command(command.clone())));
    }
    let Some(endpoint) = &mailstore.doveadm else {
        return Ok(None);
    };
    let key = mailstore.doveadm_key_file.as_ref();
    let password = mailstore.doveadm_password_file.as_ref();
    let login = match (key, password) {
        (Some(key), _) => Login::Key(key.read().map_err(|error| error.to_string())?),
        (None, Some(password)) => {
            Login::Password(password.read().map_err(|error| error.to_string())?)
        }
        (None, None) => return Err("set doveadm_key_file or doveadm_password_file".into()),
    };
    let tls = match mailstore.doveadm_tls {
        Tls::Off => None,
        Tls::Starttls | Tls::Implicit => {
            Some(TlsConnector::new(None).map_err(|error| error.to_string())?)
        }
    };
    Ok(Some(Doveadm::Api(Api {
        endpoint: endpoint.clone(),
        tls,
        login,
    })))
}

impl App {
    pub(super) fn start_raising(&self, raising: Raising, control: &Control) {
        let Raising { collector, raiser } = raising;
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            stop.run_until_cancelled(collector.run()).await;
        });
        let (stop, wake) = (self.stop.clone(), control.merge_wake());
        self.tasks.spawn(async move {
            stop.run_until_cancelled(raiser.run(wake)).await;
        });
    }
}
