//! The console's page of how everything stands, for operators: what needs somebody, and charts.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::Frame;
use crate::metrics::RefusedStanding;
use crate::metrics::history::{Point, Series};
use crate::metrics::judge::{Status, Thresholds, What, judge};
use crate::service::decisions::{self, DecisionItem, DecisionKind};
use crate::service::standing;
use crate::web::Web;
use crate::web::chart::{Chart, draw};
use crate::web::error::{Fault, form_encode};
use crate::web::page::ok;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::{Texts, Value};
use crate::web::when::When;

/// The page.
#[derive(Template)]
#[template(path = "console/ops.html")]
pub struct OpsPage {
    pub(super) p: Frame,
    pub(super) now: When,
    pub(super) decisions: Vec<Decision>,
    pub(super) checks: Vec<Check>,
    /// Every reason for which mail was refused on its way in since the start.
    pub(super) refused: Vec<RefusedStanding>,
    pub(super) charts: Vec<Chart>,
    pub(super) since: String,
}

/// Something that waits for a word.
#[derive(Clone, Debug)]
pub struct Decision {
    pub(super) kind: String,
    pub(super) subject: String,
    /// In English, as the program itself says it.
    pub(super) text: String,
    /// Where it is decided; none where that is not a page.
    pub(super) href: Option<String>,
}

/// One thing that was checked.
#[derive(Clone, Debug)]
pub struct Check {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) chip: &'static str,
    /// What was found, the worst first; in English, as the program itself says it.
    pub(super) findings: Vec<String>,
}

/// `GET /console/ops`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let service = &web.service;
    let standing = service.look(&session.actor, standing::show).await?;
    let decisions = service.look(&session.actor, decisions::list).await?;
    let history = standing::history(service, &session.actor)?;
    let mut charts: Vec<Chart> = [
        ("ops-accepted", Series::Accepted),
        ("ops-unmerged", Series::Unmerged),
        ("ops-queued", Series::Queued),
        ("ops-disk", Series::DiskFree),
    ]
    .into_iter()
    .map(|(key, series)| chart(texts, texts.get(key).into_owned(), &history.points(&series)))
    .collect();
    for mailstore in history.probed() {
        let title = texts.with("ops-probe", &[("name", Value::Text(&mailstore))]);
        let points = history.points(&Series::Probe(mailstore));
        charts.push(chart(texts, title, &points));
    }
    let oldest = history
        .points(&Series::DiskFree)
        .first()
        .map(|point| point.at);
    let since = oldest.map_or_else(
        || texts.get("ops-no-samples").into_owned(),
        |at| {
            let time = reader.times.short(at).text;
            texts.with("ops-since", &[("time", Value::Text(&time))])
        },
    );
    let check = |what: What| {
        let answer = judge(what, &standing, None, Thresholds::default());
        check(
            texts,
            what,
            answer.status(),
            &answer
                .findings()
                .iter()
                .map(|f| f.text.clone())
                .collect::<Vec<_>>(),
        )
    };
    Ok(ok(&OpsPage {
        p: Frame::new(&reader, &session, &texts.get("ops-title")),
        now: When::now(&reader.times),
        decisions: decisions
            .into_iter()
            .map(|item| decision(texts, item))
            .collect(),
        checks: What::EACH.into_iter().map(check).collect(),
        refused: standing.intake.refused.clone(),
        charts,
        since,
    }))
}

fn decision(texts: &Texts, item: DecisionItem) -> Decision {
    let subject = form_encode(&item.subject);
    let (key, href) = match item.kind {
        DecisionKind::Mailstore => (
            "decision-mailstore",
            Some(format!("/console/change?scope=mailstore:{subject}")),
        ),
        DecisionKind::Queue => (
            "decision-queue",
            Some(format!("/console/change?scope=mailstore:{subject}")),
        ),
        DecisionKind::Merge => ("decision-merge", Some("/console/merges".to_owned())),
        DecisionKind::Source => ("decision-source", None),
        DecisionKind::Held => (
            "decision-held",
            Some("/console/queue?state=held".to_owned()),
        ),
        DecisionKind::Alert => ("decision-alert", Some("/console/alerts".to_owned())),
    };
    Decision {
        kind: texts.get(key).into_owned(),
        subject: item.subject,
        text: item.text,
        href,
    }
}

/// Findings shown of one check; the rest is `lifeboat check`'s.
const FINDINGS_MAX: usize = 20;

fn check(texts: &Texts, what: What, status: Status, findings: &[String]) -> Check {
    let (key, chip) = match status {
        Status::Ok => ("ops-ok", "chip-good"),
        Status::Warning => ("ops-warning", "chip-busy"),
        Status::Critical => ("ops-critical", "chip-warm"),
        Status::Unknown => ("ops-unknown", ""),
    };
    Check {
        name: texts
            .get(&format!("ops-check-{}", what.name().to_lowercase()))
            .into_owned(),
        status: texts.get(key).into_owned(),
        chip,
        findings: findings.iter().take(FINDINGS_MAX).cloned().collect(),
    }
}

fn chart(texts: &Texts, title: String, points: &[Point]) -> Chart {
    let last = points.last().map_or(0.0, |point| point.value);
    let most = points
        .iter()
        .fold(0.0_f64, |most, point| most.max(point.value));
    let (line, area) = draw(points);
    let summary = match points {
        [] => texts.get("ops-nothing").into_owned(),
        _ => texts.with(
            "ops-values",
            &[
                ("now", Value::Text(&figure(last))),
                ("most", Value::Text(&figure(most))),
            ],
        ),
    };
    Chart {
        title,
        summary,
        line,
        area,
    }
}

/// A number with as many digits as help.
fn figure(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}
