//! The console's page of domains: where their mail goes and what decides that, to be switched singly or many at once.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filters::{href, other_choice, said};
use super::frame::{Frame, Link, refused, said_once};
use super::heads::Heads;
use super::mailboxes::level_key;
use super::overview::change_href;
use super::views::{Bulk, Field, Listing, Pick, Row, Table, cell, column};
use crate::route::Scope;
use crate::service::ServiceError;
use crate::service::domains::{
    self, DomainPage, DomainView, Effective, Filter, MAILBOXES_LOOKED_AT,
};
use crate::service::sorting::Start;
use crate::store::access::Permission;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::Manager;
use crate::web::texts::{Texts, Value};

const PATH: &str = "/console/domains";
/// Rows on one page.
const SHOWN: usize = 50;

/// What is asked for, as the form says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    pub(super) name: String,
    pub(super) reseller: String,
    pub(super) state: String,
    pub(super) sort: String,
    pub(super) after: String,
    pub(super) select: String,
}

impl Ask {
    /// The filter that it means.
    pub(super) fn filter(&self) -> Result<Filter, ServiceError> {
        Ok(Filter {
            name: self.name.trim().to_owned(),
            reseller: said("reseller", &self.reseller)?,
            state: said("state", &self.state)?,
        })
    }

    /// As a form says it again.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("name", &self.name),
            ("reseller", &self.reseller),
            ("state", &self.state),
            ("sort", &self.sort),
        ];
        let set = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name, value.trim().to_owned()))
            .collect()
    }

    fn sorted(&self, sort: &str) -> String {
        let sorted = Self {
            sort: sort.to_owned(),
            ..self.clone()
        };
        sorted.href(&[])
    }

    fn href(&self, more: &[(&str, &str)]) -> String {
        href(PATH, self.pairs(), more)
    }
}

/// `GET /console/domains`.
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
        let start = Start::read(domains::sort(&asked.sort)?, &asked.after)?;
        domains::list(service, actor, &filter, &start, SHOWN)
    });
    let found = looking.await;
    let (found, errors) = match found {
        Ok(found) => (found, Vec::new()),
        Err(error) => {
            let shown = refused(texts, &error).ok_or(error)?;
            (DomainPage::default(), vec![shown])
        }
    };
    let heading = texts.get("domains-title").into_owned();
    let p = Frame::new(&reader, &session, &heading)
        .with_said(&reader, &headers)
        .with_errors(errors);
    let may_switch = session.actor.may(Permission::Failover).is_ok();
    let is_operator = p.is_operator;
    let mut made = Listing::new(p, heading, PATH, ask.href(&[]));
    let heads = Heads {
        asked: &ask.sort,
        choices: &[("domain", "order-names"), ("-domain", "order-names-back")],
    };
    made.fields = fields(texts, &ask, is_operator);
    made.fields.push(heads.field(texts));
    made.csv_href = Some(href("/console/domains.csv", ask.pairs(), &[]));
    if is_operator {
        made.links = vec![Link {
            href: super::domain_moves::PATH.to_owned(),
            text: texts.get("domain-move-title").into_owned(),
        }];
    }
    let mut table = domains_table(&reader, &found.domains, is_operator);
    heads.put(&mut table, &[(0, "domain")], &|sort| ask.sorted(sort));
    if may_switch && !found.domains.is_empty() {
        for row in &mut table.rows {
            row.pick = Some(pick(
                texts,
                &format!("domain:{}", row.name),
                &row.name,
                &ask.select,
            ));
        }
        made.bulk = Some(bulk(texts, &ask));
    } else {
        table.rows.iter_mut().for_each(|row| row.change_href = None);
    }
    made.tables = vec![table];
    made.next_href = found.next.map(|next| ask.href(&[("after", &next)]));
    Ok(said_once(&web, page(made.p.status(), &made)))
}

/// `GET /console/domains.csv`.
pub async fn file(
    State(web): State<Web>,
    Manager(session): Manager,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let (filter, order) = (ask.filter()?, domains::sort(&ask.sort)?);
    let file = web.service.walk(&session.actor, move |service, actor| {
        domains::file(service, actor, &filter, order)
    });
    Ok(file.await?.into_parts().into_response())
}

/// A row that can be chosen.
pub(super) fn pick(texts: &Texts, value: &str, name: &str, select: &str) -> Pick {
    Pick {
        value: value.to_owned(),
        label: texts.with("bulk-choose", &[("name", Value::Text(name))]),
        chosen: select == "page",
    }
}

fn bulk(texts: &Texts, ask: &Ask) -> Bulk {
    let mut hidden = vec![("of", "domains".to_owned())];
    hidden.extend(ask.pairs());
    let select = other_choice(&ask.select);
    Bulk {
        hidden,
        select_href: ask.href(&[("after", &ask.after), ("select", select)]),
        select: texts.get("bulk-page").into_owned(),
        all: texts.get("bulk-all-domains").into_owned(),
    }
}

fn fields(texts: &Texts, ask: &Ask, is_operator: bool) -> Vec<Field> {
    let states = [
        ("", "mailboxes-any"),
        ("affected", "mailboxes-affected"),
        ("standby", "effective-standby"),
        ("partly", "effective-partly"),
        ("queue", "effective-queue"),
        ("primary", "effective-primary"),
        ("empty", "effective-empty"),
    ];
    let mut fields = vec![
        Field::text(texts, "name", "domains-name", &ask.name),
        Field::choice(texts, "state", "mailboxes-route", &ask.state, &states),
    ];
    if is_operator {
        fields.push(Field::text(texts, "reseller", "reseller", &ask.reseller));
    }
    fields
}

fn effective(texts: &Texts, effective: Effective) -> (String, &'static str) {
    let (key, chip) = match effective {
        Effective::Primary => ("effective-primary", "chip-good"),
        Effective::Standby => ("effective-standby", "chip-warm"),
        Effective::Partly => ("effective-partly", "chip-busy"),
        Effective::Queue => ("effective-queue", "chip-busy"),
        Effective::Empty => ("effective-empty", ""),
    };
    (texts.get(key).into_owned(), chip)
}

/// Domains with where their mail goes, what decides that, and what is set.
pub(super) fn domains_table(reader: &Reader, domains: &[DomainView], with_owner: bool) -> Table {
    let texts = reader.texts;
    let mut columns: Vec<_> = ["domain", "state", "mailboxes-by", "override", "changed-by"]
        .map(|key| column(texts, key, false))
        .into();
    columns.push(column(texts, "mailstore", false));
    if with_owner {
        columns.push(column(texts, "reseller", false));
    }
    columns.push(column(texts, "mailboxes-title", true));
    Table {
        caption: texts.get("domains-caption").into_owned(),
        columns,
        empty: domains
            .is_empty()
            .then(|| texts.get("none-domains").into_owned()),
        rows: domains
            .iter()
            .map(|domain| row(reader, domain, with_owner))
            .collect(),
    }
}

fn row(reader: &Reader, domain: &DomainView, with_owner: bool) -> Row {
    let texts = reader.texts;
    let (state, chip) = effective(texts, domain.effective);
    let set = domain.setting.as_deref().unwrap_or("follow");
    let set = texts.get(&format!("override-{set}")).into_owned();
    let until = domain.until.as_ref().map(|until| {
        let time = reader.times.text(until);
        texts.with("mailboxes-until", &[("time", Value::Text(&time))])
    });
    let set = match until {
        Some(until) => format!("{set}. {until}"),
        None => set,
    };
    let levels: Vec<_> = domain
        .levels
        .iter()
        .map(|level| texts.get(level_key(level)).into_owned())
        .collect();
    let or_none = |text: &str| match text {
        "" => "–".to_owned(),
        text => text.to_owned(),
    };
    let count = match domain.mailboxes {
        most if most >= MAILBOXES_LOOKED_AT as u64 => format!("{MAILBOXES_LOOKED_AT}+"),
        count => count.to_string(),
    };
    let mut cells = vec![
        cell(texts, "mailboxes-by", or_none(&levels.join(", ")), false),
        cell(texts, "override", set, false),
        cell(
            texts,
            "changed-by",
            or_none(domain.author.as_deref().unwrap_or_default()),
            false,
        ),
        cell(
            texts,
            "mailstore",
            or_none(&domain.mailstores.join(", ")),
            false,
        ),
    ];
    if with_owner {
        let owner = domain.reseller.as_deref().unwrap_or_default();
        cells.push(cell(texts, "reseller", or_none(owner), false));
    }
    cells.push(cell(texts, "mailboxes-title", count, true));
    let scope = domain.domain.parse().ok().map(Scope::Domain);
    Row {
        name: domain.domain.clone(),
        evidence: domain.reason.clone(),
        state,
        chip,
        cells,
        change_href: scope.as_ref().map(change_href),
        pick: None,
    }
}
