//! Mail that waits here by an operator's word is returned to its sender when Postfix has had it for too
//! long (`maximal_queue_lifetime`): an alarm at half of that time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::flush::{Postqueue, Queued, call, run_program};
use super::{Known, Routes, Settings, decide, directory::Directory};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::ids::Address;
use crate::panics;
use crate::route::Route;

/// How often the queue is looked at while mail is to wait.
const INTERVAL: Duration = Duration::from_secs(600);
/// Where Postfix does not say: its default.
const LIFETIME: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// Looks now and then. Ends only by being dropped.
pub(super) async fn run(settings: &Settings, routes: &Routes) {
    let Some(postqueue) = &settings.postqueue else {
        return;
    };
    loop {
        let known = routes.known();
        if known.states.holds_mail(SystemClock.now()) {
            match look(postqueue, routes, &known).await {
                Ok(Some((waited, lifetime))) if is_alarming(waited, lifetime) => {
                    let (waited_hours, lifetime_hours) = (hours(waited), hours(lifetime));
                    tracing::error!(
                        waited_hours,
                        lifetime_hours,
                        "mail that is to wait here will be returned to its senders: end the mode \
                         queue, or raise maximal_queue_lifetime"
                    );
                }
                Ok(_) => {}
                Err(error) => tracing::error!(error, "how long mail waits here cannot be told"),
            }
        }
        sleep(INTERVAL).await;
    }
}

fn hours(span: Duration) -> u64 {
    span.as_secs() / 3600
}

/// Half of the time is over: the other half is for whoever must act.
fn is_alarming(waited: Duration, lifetime: Duration) -> bool {
    waited >= lifetime / 2
}

/// How long the oldest message waits, and how long it may.
async fn look(
    postqueue: &Postqueue,
    routes: &Routes,
    known: &Arc<Known>,
) -> Result<Option<(Duration, Duration)>, String> {
    let listed = call(postqueue, &["-j"]).await?;
    let now = SystemClock.now();
    let (directory, known) = (routes.directory(), known.clone());
    // A long list must not keep Postfix waiting for an answer.
    let reading =
        tokio::task::spawn_blocking(move || longest(&listed, &known, directory.as_deref(), now));
    let Some(waited) = reading.await.map_err(|error| panics::how(&error))? else {
        return Ok(None);
    };
    let postconf = postqueue.program.with_file_name("postconf");
    let said = run_program(postqueue, &postconf, &["-h", "maximal_queue_lifetime"]).await?;
    let lifetime = parse_time(&String::from_utf8_lossy(&said)).unwrap_or(LIFETIME);
    Ok(Some((waited, lifetime)))
}

/// How long the oldest of the messages waits that are to wait.
pub(super) fn longest(
    listed: &[u8],
    known: &Known,
    directory: Option<&Directory>,
    now: Timestamp,
) -> Option<Duration> {
    let waits = |address: &str| {
        address
            .parse::<Address>()
            .is_ok_and(|recipient| decide(known, directory, &recipient, now) == Route::Queue)
    };
    listed
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Queued>(line).ok())
        .filter(|queued| queued.recipients.iter().any(|r| waits(&r.address)))
        .map(|queued| now.since(Timestamp::from_secs(queued.arrival_time)))
        .max()
}

/// A time as postconf(5) writes it: a number and s, m, h, d or w; days without one.
pub(super) fn parse_time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "" | "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_secs)
}
