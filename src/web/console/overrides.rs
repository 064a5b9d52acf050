//! The console's page of settings of single domains and mailboxes, with when they end, to be ended now.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::domains::pick;
use super::filters::{href, other_choice, said};
use super::frame::{Frame, refused, said_once};
use super::overview::change_href;
use super::sheet::Sheet;
use super::views::{Bulk, Field, Listing, Row, Table, cell, column};
use crate::route::Scope;
use crate::service::ServiceError;
use crate::service::overrides::{self, Filter, OverridePage, OverrideView};
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::{Texts, Value};

const PATH: &str = "/console/overrides";
/// Scopes on one page.
const SHOWN: usize = 50;

/// What is asked for, as the form says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    reseller: String,
    ends: String,
    after: String,
    select: String,
}

impl Ask {
    fn filter(&self) -> Result<Filter, ServiceError> {
        Ok(Filter {
            reseller: said("reseller", &self.reseller)?,
            timed: self.ends == "timed",
        })
    }

    fn pairs(&self) -> [(&'static str, &str); 2] {
        [("reseller", &self.reseller), ("ends", &self.ends)]
    }

    fn href(&self, more: &[(&str, &str)]) -> String {
        href(PATH, self.pairs(), more)
    }
}

/// `GET /console/overrides`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let texts = reader.texts;
    let found = ask.filter().and_then(|filter| {
        let after: Option<Scope> = said("after", &ask.after)?;
        overrides::list(&web.service, &session.actor, &filter, after.as_ref(), SHOWN)
    });
    let (found, errors) = match found {
        Ok(found) => (found, Vec::new()),
        Err(error) => {
            let shown = refused(texts, &error).ok_or(error)?;
            let empty = OverridePage {
                overrides: Vec::new(),
                next: None,
            };
            (empty, vec![shown])
        }
    };
    let heading = texts.get("overrides-title").into_owned();
    let p = Frame::new(&reader, &session, &heading)
        .with_said(&reader, &headers)
        .with_errors(errors);
    let is_operator = p.is_operator;
    let mut made = Listing::new(p, heading, PATH, ask.href(&[]));
    made.lines = vec![texts.get("overrides-hint").into_owned()];
    let ends = [("", "overrides-any"), ("timed", "overrides-timed")];
    made.fields = vec![Field::choice(
        texts,
        "ends",
        "overrides-ends",
        &ask.ends,
        &ends,
    )];
    if is_operator {
        let field = Field::text(texts, "reseller", "reseller", &ask.reseller);
        made.fields.push(field);
    }
    made.csv_href = Some(href("/console/overrides.csv", ask.pairs(), &[]));
    let mut table = table(&reader, &found.overrides, is_operator);
    let may_switch = session.actor.may(Permission::Failover).is_ok();
    for (row, view) in table.rows.iter_mut().zip(&found.overrides) {
        if !may_switch {
            row.change_href = None;
        } else if view.own {
            row.pick = Some(pick(texts, &view.scope, &row.name, &ask.select));
        }
    }
    if table.rows.iter().any(|row| row.pick.is_some()) {
        let select = other_choice(&ask.select);
        made.bulk = Some(Bulk {
            hidden: vec![
                ("of", "overrides".to_owned()),
                ("action", "auto".to_owned()),
            ],
            select_href: ask.href(&[("after", &ask.after), ("select", select)]),
            select: texts.get("bulk-page").into_owned(),
            all: String::new(),
        });
    }
    made.tables = vec![table];
    made.next_href = found.next.map(|next| ask.href(&[("after", &next)]));
    Ok(said_once(&web, page(made.p.status(), &made)))
}

/// Most settings in a file.
const FILE_MAX: usize = 20_000;

/// `GET /console/overrides.csv`: at most [`FILE_MAX`] settings.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let filter = ask.filter()?;
    let place = web.service.changes.walk()?;
    let reading = tokio::task::spawn_blocking(move || {
        let _place = place;
        let columns = "scope,reseller,setting,by,author,reason,set_at,expires_at";
        let mut sheet = Sheet::new("overrides.csv", columns);
        let mut after: Option<Scope> = None;
        loop {
            let (service, limit) = (&web.service, overrides::PAGE_MAX);
            let found = overrides::list(service, &session.actor, &filter, after.as_ref(), limit)?;
            found.overrides.iter().for_each(|set| sheet.row(&line(set)));
            after = said("after", found.next.as_deref().unwrap_or_default())?;
            if after.is_none() || sheet.rows() >= FILE_MAX {
                return Ok::<_, ServiceError>(sheet);
            }
        }
    });
    let read = reading.await.map_err(|error| Fault::internal(&error))?;
    Ok(read?.into_response())
}

fn line(set: &OverrideView) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        set.scope.clone(),
        text(&set.reseller),
        set.setting.clone(),
        set.by.clone(),
        set.author.clone(),
        set.reason.clone(),
        set.set_at.clone(),
        text(&set.expires_at),
    ]
}

fn table(reader: &Reader, found: &[OverrideView], with_owner: bool) -> Table {
    let texts = reader.texts;
    let keys = [
        "override-of",
        "state",
        "override-ends",
        "changed-by",
        "since",
    ];
    let mut columns: Vec<_> = keys.map(|key| column(texts, key, false)).into();
    if with_owner {
        columns.push(column(texts, "reseller", false));
    }
    Table {
        caption: texts.get("overrides-title").into_owned(),
        columns,
        rows: found
            .iter()
            .map(|one| row(reader, one, with_owner))
            .collect(),
        empty: found
            .is_empty()
            .then(|| texts.get("overrides-none").into_owned()),
    }
}

fn row(reader: &Reader, view: &OverrideView, with_owner: bool) -> Row {
    let texts = reader.texts;
    let ends = match &view.expires_at {
        Some(end) => {
            let time = reader.times.text(end);
            texts.with("mailboxes-until", &[("time", Value::Text(&time))])
        }
        None => texts.get("overrides-never").into_owned(),
    };
    let mut cells = vec![
        cell(texts, "override-ends", ends, false),
        cell(texts, "changed-by", view.author.clone(), false),
        cell(texts, "since", reader.times.text(&view.set_at), false),
    ];
    if with_owner {
        let owner = view.reseller.clone().unwrap_or_else(|| "–".to_owned());
        cells.push(cell(texts, "reseller", owner, false));
    }
    let scope: Option<Scope> = view.scope.parse().ok();
    Row {
        name: name_of(texts, &view.scope),
        evidence: Some(view.reason.clone()),
        state: texts
            .get(&format!("override-{}", view.setting))
            .into_owned(),
        chip: match view.setting.as_str() {
            "standby" => "chip-warm",
            "queue" => "chip-busy",
            _ => "chip-good",
        },
        cells,
        change_href: scope.as_ref().map(change_href),
        pick: None,
    }
}

/// A scope as people read it: a mailbox by its address, a domain by its name.
pub(super) fn name_of(texts: &Texts, scope: &str) -> String {
    match scope.split_once(':') {
        Some(("domain", name)) => texts.with("scope-domain", &[("name", Value::Text(name))]),
        Some((_, name)) => name.to_owned(),
        None => scope.to_owned(),
    }
}
