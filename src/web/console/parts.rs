//! The console's page of the parts of the platform, for operators: who looks at the mailstores and when they last did,
//! queues, disk, certificates, and the sources of the directory.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use super::views::{Listing, Row, Table, cell, column};
use crate::metrics::{MailstoreStanding, ProbeResult, ProbeStanding, Standing};
use crate::service::standing;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::{Texts, Value};
use crate::web::when::size;

const PATH: &str = "/console/parts";
/// Certificates that end sooner are shown as such, in seconds.
const SOON_SECS: i64 = 14 * 24 * 3600;
/// Less free than this is shown as such, in percent.
const LITTLE_FREE: f64 = 15.0;

/// `GET /console/parts`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let standing = web.service.look(&session.actor, standing::show).await?;
    let heading = texts.get("parts-title").into_owned();
    let p = Frame::new(&reader, &session, &heading);
    let mut made = Listing::new(p, heading, PATH, PATH.to_owned());
    made.live = true;
    made.lines = vec![texts.with(
        "parts-version",
        &[("version", Value::Text(&standing.version))],
    )];
    made.tables = vec![
        vantages(texts, &standing.mailstores),
        here(texts, &standing),
        sources(texts, &standing),
    ];
    Ok(page(StatusCode::OK, &made))
}

/// A length of time, in the largest unit that says enough.
fn long(texts: &Texts, secs: u64) -> String {
    let (key, value) = match secs {
        0..120 => ("long-seconds", secs),
        120..7_200 => ("long-minutes", secs / 60),
        7_200..172_800 => ("long-hours", secs / 3600),
        _ => ("long-days", secs / 86_400),
    };
    texts.with(key, &[("count", Value::Number(value))])
}

/// Each probe from each vantage point: the server itself, and the agents.
fn vantages(texts: &Texts, mailstores: &[MailstoreStanding]) -> Table {
    let row = |mailstore: &MailstoreStanding, probe: &ProbeStanding| {
        let is_stale = probe.age_secs > mailstore.stale_secs;
        let (key, chip) = match probe.result {
            _ if is_stale => ("parts-silent", "chip-warm"),
            ProbeResult::Up => ("ops-ok", "chip-good"),
            ProbeResult::Down => ("ops-critical", "chip-warm"),
            ProbeResult::Unknown => ("ops-unknown", ""),
        };
        Row {
            name: format!("{} · {} · {}", probe.vantage, mailstore.id, probe.probe),
            evidence: probe.text.clone(),
            state: texts.get(key).into_owned(),
            chip,
            cells: vec![
                cell(texts, "parts-age", long(texts, probe.age_secs), false),
                cell(texts, "parts-took", format!("{} ms", probe.took_ms), true),
            ],
            ..Row::default()
        }
    };
    let rows: Vec<Row> = mailstores
        .iter()
        .flat_map(|mailstore| mailstore.probes.iter().map(move |probe| (mailstore, probe)))
        .map(|(mailstore, probe)| row(mailstore, probe))
        .collect();
    Table {
        caption: texts.get("parts-vantages").into_owned(),
        columns: vec![
            column(texts, "parts-vantage", false),
            column(texts, "state", false),
            column(texts, "parts-age", false),
            column(texts, "parts-took", true),
        ],
        empty: rows
            .is_empty()
            .then(|| texts.get("parts-none").into_owned()),
        rows,
    }
}

/// The server's own disk, queue, ways in, and certificates.
fn here(texts: &Texts, standing: &Standing) -> Table {
    let row = |name: String, is_well: bool, value: String, evidence: Option<String>| Row {
        name,
        evidence,
        state: texts
            .get(if is_well { "ops-ok" } else { "ops-critical" })
            .into_owned(),
        chip: if is_well { "chip-good" } else { "chip-warm" },
        cells: vec![cell(texts, "parts-value", value, false)],
        ..Row::default()
    };
    let named = |key: &str| texts.get(key).into_owned();
    let store = &standing.store;
    let free = texts.with(
        "parts-free",
        &[
            ("free", Value::Text(&size(texts, store.disk_free_bytes))),
            ("all", Value::Text(&size(texts, store.disk_bytes))),
        ],
    );
    let has_room = !store.failed && store.disk_free_percent() >= LITTLE_FREE;
    let queue = &standing.queue;
    let waits = texts.with(
        "parts-waits",
        &[
            ("count", Value::Number(queue.entries)),
            ("held", Value::Number(queue.held)),
            ("time", Value::Text(&long(texts, queue.oldest_secs))),
        ],
    );
    let mut rows = vec![
        row(named("ops-check-disk"), has_room, free, None),
        row(named("ops-check-queue"), true, waits, None),
    ];
    rows.extend(standing.intake.ways.iter().map(|way| {
        let values = [
            ("open", Value::Number(way.connections)),
            ("count", Value::Number(way.messages)),
        ];
        let name = format!("{}: {}", named("ops-check-intake"), way.way);
        row(name, true, texts.with("parts-way", &values), None)
    }));
    rows.extend(standing.certificates.iter().map(|certificate| {
        let left = certificate.good_for_secs;
        let is_well = left.is_some_and(|secs| secs >= SOON_SECS);
        let value = match left.and_then(|secs| u64::try_from(secs).ok()) {
            Some(secs) => {
                let time = long(texts, secs);
                texts.with("parts-good-for", &[("time", Value::Text(&time))])
            }
            None => named("parts-not-good"),
        };
        let name = format!(
            "{}: [{}]",
            named("ops-check-certificates"),
            certificate.section
        );
        row(name, is_well, value, certificate.error.clone())
    }));
    Table {
        caption: named("parts-here"),
        columns: vec![
            column(texts, "parts-part", false),
            column(texts, "state", false),
            column(texts, "parts-value", false),
        ],
        rows,
        empty: None,
    }
}

/// The sources that the directory is kept in step with.
fn sources(texts: &Texts, standing: &Standing) -> Table {
    let rows: Vec<Row> = standing
        .sources
        .iter()
        .map(|source| {
            let is_well = !source.is_stale() && source.end.as_deref() == Some("complete");
            let age = source
                .age_secs
                .map_or_else(|| "–".to_owned(), |secs| long(texts, secs));
            Row {
                name: source.name.clone(),
                evidence: Some(source.text.clone()),
                state: texts
                    .get(if is_well { "ops-ok" } else { "ops-critical" })
                    .into_owned(),
                chip: if is_well { "chip-good" } else { "chip-warm" },
                cells: vec![
                    cell(texts, "parts-age", age, false),
                    cell(texts, "mailboxes-title", source.mailboxes.to_string(), true),
                    cell(texts, "parts-errors", source.errors.to_string(), true),
                ],
                ..Row::default()
            }
        })
        .collect();
    Table {
        caption: texts.get("parts-sources").into_owned(),
        columns: vec![
            column(texts, "parts-source", false),
            column(texts, "state", false),
            column(texts, "parts-age", false),
            column(texts, "mailboxes-title", true),
            column(texts, "parts-errors", true),
        ],
        empty: rows
            .is_empty()
            .then(|| texts.get("parts-no-source").into_owned()),
        rows,
    }
}
