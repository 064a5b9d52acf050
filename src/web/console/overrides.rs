//! The console's page of settings of single domains and mailboxes, with when they end, to be ended now.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::domains::pick;
use super::filters::{href, other_choice, said};
use super::frame::{Frame, refused, said_once};
use super::heads::Heads;
use super::overview::change_href;
use super::views::{Bulk, Field, Listing, Row, Table, cell, column};
use crate::route::Scope;
use crate::service::ServiceError;
use crate::service::overrides::{self, Filter, OverridePage, OverrideView};
use crate::service::sorting::Start;
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
    sort: String,
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

    fn pairs(&self) -> [(&'static str, &str); 3] {
        [
            ("reseller", &self.reseller),
            ("ends", &self.ends),
            ("sort", &self.sort),
        ]
    }

    fn sorted(&self, sort: &str) -> String {
        let own = [("reseller", &self.reseller), ("ends", &self.ends)];
        href(PATH, own, &[("sort", sort)])
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
    let asked = ask.clone();
    let looking = web.service.look(&session.actor, move |service, actor| {
        let filter = asked.filter()?;
        let start = Start::read(overrides::sort(&asked.sort)?, &asked.after)?;
        overrides::list(service, actor, &filter, &start, SHOWN)
    });
    let found = looking.await;
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
    let heads = Heads {
        asked: &ask.sort,
        choices: &[("scope", "order-names"), ("-scope", "order-names-back")],
    };
    made.fields.push(heads.field(texts));
    made.csv_href = Some(href("/console/overrides.csv", ask.pairs(), &[]));
    let mut table = table(&reader, &found.overrides, is_operator);
    heads.put(&mut table, &[(0, "scope")], &|sort| ask.sorted(sort));
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

/// `GET /console/overrides.csv`.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let (filter, order) = (ask.filter()?, overrides::sort(&ask.sort)?);
    let file = web.service.walk(&session.actor, move |service, actor| {
        overrides::file(service, actor, &filter, order)
    });
    Ok(file.await?.into_parts().into_response())
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
