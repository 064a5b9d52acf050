//! Fetching: the states every second, who lives where when it has changed.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::directory::Directory;
use super::flush::Changes;
use super::{Routes, Settings, alarm, flush, keep};
use crate::panics;
use crate::route::published::{DirectoryPage, Published};

/// An answer of the server, or why there is none.
pub type Fetch = Pin<Box<dyn Future<Output = Result<Bytes, String>> + Send>>;

/// Asks the server for a path.
pub type Source = Arc<dyn Fn(String) -> Fetch + Send + Sync>;

/// A directory that took so long to fetch is left alone for so many times that.
const REST: u32 = 20;
/// How long after a failure a directory is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(15);
/// How often it is said that the server cannot be reached.
const SAY_AGAIN: Duration = Duration::from_secs(300);
/// Most pages of one directory.
const PAGES_MAX: usize = 1_000_000;

/// Keeps `routes` fresh. Ends only by being dropped.
pub(super) async fn run(settings: Settings, source: Source, routes: Routes) {
    let (wanted_tell, wanted) = watch::channel(String::new());
    let (changed, changes) = flush::channel();
    tokio::join!(
        follow_states(&settings, &source, &routes, &wanted_tell, &changed),
        follow_directory(&settings, &source, &routes, wanted),
        flush::run(&settings, &routes, changes),
        alarm::run(&settings, &routes),
    );
}

async fn get<T: DeserializeOwned>(
    source: &Source,
    path: String,
    patience: Duration,
) -> Result<T, String> {
    let bytes = timeout(patience, source(path))
        .await
        .map_err(|_| format!("no answer within {} s", patience.as_secs_f32()))??;
    serde_json::from_slice(&bytes).map_err(|error| format!("it is not understood: {error}"))
}

async fn follow_states(
    settings: &Settings,
    source: &Source,
    routes: &Routes,
    wanted: &watch::Sender<String>,
    changed: &Changes,
) {
    let mut reach = Reach::default();
    loop {
        let began = Instant::now();
        let path = "/api/v1/routing".to_owned();
        match get::<Published>(source, path, settings.timeout).await {
            Ok(published) => {
                reach.reached();
                wanted.send_replace(published.directory.clone());
                take(settings, routes, published, changed).await;
            }
            Err(error) => reach.missed(&error),
        }
        tokio::time::sleep_until(began + settings.interval).await;
    }
}

/// Puts new states in force, then keeps them.
async fn take(settings: &Settings, routes: &Routes, published: Published, changed: &Changes) {
    let before = routes.known();
    if before.published.as_ref() == Some(&published) {
        return;
    }
    routes.set_states(published.clone());
    let same_routes = before.published.as_ref().is_some_and(|before| {
        // Its name says nothing about routes.
        let before = Published {
            directory: published.directory.clone(),
            ..before.clone()
        };
        before == published
    });
    if !same_routes {
        tracing::info!(mailstores = ?not_primary(&published), "the routes changed");
        changed.note(before);
    }
    let state = settings.state.clone();
    let kept = tokio::task::spawn_blocking(move || keep::write_states(&state, &published)).await;
    if let Ok(Err(error)) = kept {
        tracing::error!(%error, "the states are in force, but would be lost at a restart");
    }
}

/// The mailstores that are not served by themselves, for the log.
fn not_primary(published: &Published) -> Vec<String> {
    let away = published
        .mailstores
        .iter()
        .filter(|m| m.serving != crate::route::Route::Primary || m.raising.is_some());
    away.map(|m| format!("{}: {:?}", m.id, m.serving)).collect()
}

/// Says that the server cannot be reached, not every second.
#[derive(Debug, Default)]
struct Reach {
    missing_since: Option<Instant>,
    said: Option<Instant>,
}

impl Reach {
    fn reached(&mut self) {
        if self.said.is_some() {
            tracing::info!("the server can be reached again");
        }
        *self = Self::default();
    }

    fn missed(&mut self, error: &str) {
        let since = *self.missing_since.get_or_insert_with(Instant::now);
        if self.said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
            self.said = Some(Instant::now());
            let secs = since.elapsed().as_secs();
            tracing::warn!(
                error,
                secs,
                "the server cannot be reached: the last good table answers"
            );
        }
    }
}

async fn follow_directory(
    settings: &Settings,
    source: &Source,
    routes: &Routes,
    mut wanted: watch::Receiver<String>,
) {
    loop {
        let have = routes.directory();
        let name = wanted.borrow_and_update().clone();
        if name.is_empty() || have.is_some_and(|directory| directory.name == name) {
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        }
        let began = Instant::now();
        let rest = match fetch_directory(settings, source, routes).await {
            Ok((mailboxes, aliases)) => {
                let took_ms = began.elapsed().as_millis();
                tracing::info!(mailboxes, aliases, took_ms, "who lives where was fetched");
                settings.directory_interval.max(began.elapsed() * REST)
            }
            Err(error) => {
                tracing::warn!(
                    error,
                    "who lives where cannot be fetched: the last good stays"
                );
                TRY_AGAIN.min(settings.directory_interval)
            }
        };
        sleep(rest).await;
    }
}

async fn fetch_directory(
    settings: &Settings,
    source: &Source,
    routes: &Routes,
) -> Result<(usize, usize), String> {
    let mut directory: Option<Directory> = None;
    let mut after = None;
    for _ in 0..PAGES_MAX {
        let path = match &after {
            Some(after) => format!("/api/v1/routing/directory?after={}", encoded(after)),
            None => "/api/v1/routing/directory".to_owned(),
        };
        let page: DirectoryPage = get(source, path, settings.timeout).await?;
        let filling = directory.get_or_insert_with(|| Directory::new(page.directory.clone()));
        filling.add(&page).map_err(|error| error.to_string())?;
        match page.next {
            // Pages go forward, or this would not end.
            Some(next) if after.as_ref() != Some(&next) => after = Some(next),
            Some(_) => return Err("the server gives the same page again".to_owned()),
            None => return finish(settings, routes, directory.unwrap_or_default()).await,
        }
    }
    Err("the server's directory has no end".to_owned())
}

/// Sorts, keeps, and puts in force.
async fn finish(
    settings: &Settings,
    routes: &Routes,
    mut directory: Directory,
) -> Result<(usize, usize), String> {
    let state = settings.state.clone();
    let sorted = tokio::task::spawn_blocking(move || {
        directory.finish();
        let kept = keep::write_directory(&state, &directory);
        (directory, kept)
    });
    let (directory, kept) = sorted.await.map_err(|error| panics::how(&error))?;
    if let Err(error) = kept {
        tracing::error!(%error, "who lives where is in force, but would be lost at a restart");
    }
    let counts = directory.len();
    routes.set_directory(directory);
    Ok(counts)
}

/// An address in a query.
fn encoded(address: &crate::ids::Address) -> String {
    percent_encoding::utf8_percent_encode(address.as_str(), percent_encoding::NON_ALPHANUMERIC)
        .to_string()
}
