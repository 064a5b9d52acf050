//! The console's page of tokens for programs: made, shown once, revoked.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::frame::{Frame, refused, said_once};
use super::heads::{Heads, ShortAsk, Sorts};
use crate::ids::TokenId;
use crate::service::token::{self, NewToken, RoleName, TokenView};
use crate::service::{Actor, ServiceError};
use crate::store::access::{Access, Permission};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{Choice, page};
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

const PATH: &str = "/console/tokens";
/// Tokens on one page.
const SHOWN: usize = 50;
/// How they can be sorted: usually the good ones first, each the newest first.
const SORTS: &[(&str, &str)] = &[
    ("-valid", "order-valid"),
    ("-created", "order-newest"),
    ("created", "order-oldest"),
    ("label", "order-names"),
    ("-label", "order-names-back"),
];
/// For how long a token can be made good, in days; none: until it is revoked.
const DAYS: [u64; 4] = [1, 30, 90, 365];
/// What is offered first.
const DAYS_USUAL: &str = "90";

/// The page.
#[derive(Template)]
#[template(path = "console/tokens.html")]
pub struct TokensPage {
    pub(super) p: Frame,
    /// A token that was just made: shown this once.
    pub(super) made: Option<String>,
    pub(super) sorts: Sorts,
    pub(super) items: Vec<Item>,
    pub(super) next_href: Option<String>,
    pub(super) label: String,
    pub(super) reseller: String,
    pub(super) roles: Vec<Choice>,
    pub(super) access: Vec<Choice>,
    pub(super) scopes: Vec<Choice>,
    pub(super) days: Vec<Choice>,
}

/// A token.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) role: String,
    pub(super) scopes: String,
    /// When it was made and used, and when it ends.
    pub(super) times: Vec<String>,
    pub(super) valid: bool,
}

/// `GET /console/tokens`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    Query(ask): Query<ShortAsk>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut made = tokens_page(&web, &reader, &session, &Form::default(), &ask).await?;
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

async fn tokens_page(
    web: &Web,
    reader: &Reader,
    session: &Session,
    form: &Form,
    ask: &ShortAsk,
) -> Result<TokensPage, Fault> {
    let texts = reader.texts;
    let all = web.service.look(&session.actor, token::list).await?;
    let heads = Heads {
        asked: &ask.sort,
        choices: SORTS,
    };
    let shown = ask.page(texts, PATH, (&token::KEYS, &heads), all, SHOWN)?;
    let p = Frame::new(reader, session, &texts.get("tokens-title"));
    Ok(TokensPage {
        made: None,
        sorts: shown.sorts,
        items: shown.rows.iter().map(|view| item(reader, view)).collect(),
        next_href: shown.next_href,
        label: form.get("label").chars().take(100).collect(),
        reseller: form.get("reseller").chars().take(100).collect(),
        roles: roles(texts, &session.actor, form.get("role")),
        access: access(texts, &session.actor, form.get("access")),
        scopes: scopes(texts, &session.actor, form),
        days: days(texts, form.get("days")),
        p,
    })
}

fn item(reader: &Reader, view: &TokenView) -> Item {
    let texts = reader.texts;
    let (key, chip) = match (view.valid, &view.revoked) {
        (true, _) => ("token-valid", "chip-good"),
        (false, Some(_)) => ("token-revoked", ""),
        (false, None) => ("token-expired", ""),
    };
    let start: String = view.id.chars().take(8).collect();
    let name = match view.label.as_str() {
        "" => start,
        label => format!("{label} ({start})"),
    };
    let role = texts.get(role_key(view.role)).into_owned();
    let role = match (&view.reseller, view.role) {
        (Some(reseller), _) => format!("{role} {reseller}"),
        _ => role,
    };
    let is_console = matches!(view.role, RoleName::Operator | RoleName::Reseller);
    let role = match is_console {
        true => {
            let access = texts.get(&format!("role-{}", view.access.as_str()));
            format!("{role} · {access}")
        }
        false => role,
    };
    let named = |permission: &Permission| permission_name(texts, *permission);
    let scopes: Vec<String> = view.scopes.iter().map(named).collect();
    let time = |key: &str, at: &Option<String>| {
        at.as_ref().map(|at| {
            let time = reader.times.text(at);
            texts.with(key, &[("time", Value::Text(&time))])
        })
    };
    let times = [
        time("token-created", &Some(view.created.clone())),
        time("token-used", &view.last_used),
        time("token-ends", &view.expires),
        time("token-revoked-at", &view.revoked),
    ];
    Item {
        id: view.id.clone(),
        name,
        state: texts.get(key).into_owned(),
        chip,
        role,
        scopes: match scopes.is_empty() || !is_console {
            true => texts.get("token-looks").into_owned(),
            false => scopes.join(", "),
        },
        times: times.into_iter().flatten().collect(),
        valid: view.valid,
    }
}

const fn role_key(role: RoleName) -> &'static str {
    match role {
        RoleName::Operator => "token-operator",
        RoleName::Reseller => "token-reseller",
        RoleName::Agent => "token-agent",
        RoleName::Router => "token-router",
    }
}

fn permission_name(texts: &Texts, permission: Permission) -> String {
    let key = format!("permission-{}", permission.as_str());
    texts.get(&key).into_owned()
}

/// The roles that one can give: a reseller only its own.
fn roles(texts: &Texts, actor: &Actor, chosen: &str) -> Vec<Choice> {
    let roles: &[(&str, RoleName)] = match actor {
        Actor::Operator(_) => &[
            ("operator", RoleName::Operator),
            ("reseller", RoleName::Reseller),
            ("agent", RoleName::Agent),
            ("router", RoleName::Router),
        ],
        _ => &[],
    };
    let choice = |(at, (value, role)): (usize, &(&str, RoleName))| Choice {
        value: (*value).to_owned(),
        text: texts.get(role_key(*role)).into_owned(),
        hint: String::new(),
        selected: *value == chosen || (chosen.is_empty() && at == 0),
    };
    roles.iter().enumerate().map(choice).collect()
}

/// What a token can be within an operator or a reseller: no more than oneself.
fn access(texts: &Texts, actor: &Actor, chosen: &str) -> Vec<Choice> {
    let may = |access: &Access| access.grants().each().all(|one| actor.may(one).is_ok());
    let choice = |access: Access| Choice {
        value: access.as_str().to_owned(),
        text: texts.get(&format!("role-{}", access.as_str())).into_owned(),
        hint: texts
            .get(&format!("role-{}-hint", access.as_str()))
            .into_owned(),
        selected: chosen == access.as_str(),
    };
    Access::ALL.into_iter().filter(may).map(choice).collect()
}

/// What it can be limited to.
fn scopes(texts: &Texts, actor: &Actor, form: &Form) -> Vec<Choice> {
    let choice = |permission: Permission| Choice {
        value: permission.as_str().to_owned(),
        text: permission_name(texts, permission),
        hint: String::new(),
        selected: form.all("scope").any(|one| one == permission.as_str()),
    };
    let all = Permission::ALL.into_iter();
    all.filter(|one| actor.may(*one).is_ok())
        .map(choice)
        .collect()
}

fn days(texts: &Texts, chosen: &str) -> Vec<Choice> {
    let chosen = match chosen {
        "" => DAYS_USUAL,
        chosen => chosen,
    };
    let after = DAYS.into_iter().map(|days| Choice {
        value: days.to_string(),
        text: texts.with("token-days", &[("days", Value::Number(days))]),
        hint: String::new(),
        selected: chosen == days.to_string(),
    });
    let never = Choice {
        value: "never".to_owned(),
        text: texts.get("token-never").into_owned(),
        hint: String::new(),
        selected: chosen == "never",
    };
    after.chain([never]).collect()
}

/// `POST /console/tokens`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let error = match form.get("do") {
        "revoke" => {
            let id: TokenId = form.get("id").parse().map_err(|_| Fault::NotFound)?;
            token::revoke(&web.service, &session.actor, id).await?;
            return Ok(redirect(
                &web,
                PATH,
                Some(&Flash::new("done-token-revoked")),
            ));
        }
        "add" => match make(&web, &session, &form).await {
            Ok(text) => {
                let (form, ask) = (Form::default(), ShortAsk::default());
                let mut made = tokens_page(&web, &reader, &session, &form, &ask).await?;
                made.made = Some(text);
                return Ok(page(StatusCode::CREATED, &made));
            }
            Err(error) => error,
        },
        _ => return Err(Fault::Bad),
    };
    let shown = refused(reader.texts, &error).ok_or(error)?;
    let mut made = tokens_page(&web, &reader, &session, &form, &ShortAsk::default()).await?;
    made.p.errors = vec![shown];
    Ok(page(made.p.status(), &made))
}

/// Makes a token; returns its text.
async fn make(web: &Web, session: &Session, form: &Form) -> Result<String, ServiceError> {
    let invalid = |field, text: &str| ServiceError::Invalid {
        field,
        text: text.to_owned(),
    };
    let role = match form.get("role") {
        "" => None,
        "operator" => Some(RoleName::Operator),
        "reseller" => Some(RoleName::Reseller),
        "agent" => Some(RoleName::Agent),
        "router" => Some(RoleName::Router),
        _ => return Err(invalid("role", "operator, reseller, agent or router")),
    };
    let access = match form.get("access") {
        "" => None,
        name => Some(Access::named(name).ok_or_else(|| invalid("access", "no such role"))?),
    };
    let named = |name: &str| {
        let mut all = Permission::ALL.into_iter();
        all.find(|one| one.as_str() == name)
            .ok_or_else(|| invalid("scopes", "no such permission"))
    };
    let scopes: Vec<Permission> = form.all("scope").map(named).collect::<Result<_, _>>()?;
    let reseller = match form.get("reseller").trim() {
        "" => None,
        id => {
            let parsed = id.parse();
            Some(parsed.map_err(|_| invalid("reseller", "this is no id of a reseller"))?)
        }
    };
    let days: Option<u64> = match form.get("days") {
        "never" => None,
        days => {
            let offered = DAYS.into_iter().find(|one| one.to_string() == days);
            Some(offered.ok_or_else(|| invalid("days", "choose one"))?)
        }
    };
    let is_console = !matches!(role, Some(RoleName::Agent | RoleName::Router));
    let new = NewToken {
        role,
        access: access.filter(|_| is_console),
        scopes: (!scopes.is_empty() && is_console).then_some(scopes),
        reseller,
        label: form.get("label").trim().to_owned(),
        expires_in_secs: days.map(|days| days * 24 * 3600),
    };
    let created = token::create(&web.service, &session.actor, new).await?;
    Ok(created.token)
}
