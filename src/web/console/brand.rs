//! The console's page of the brand: how users are shown whose service it is.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Multipart, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::frame::{Frame, refused, said_once};
use crate::ids::ResellerId;
use crate::service::announcing::{TEXTS, is_per_language, placeholders};
use crate::service::brands::{self, Brand, BrandLinkView};
use crate::store::brand::{LOGO_BYTES_MAX, Logo};
use crate::store::policies::Language;
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::page;
use crate::web::reader::Reader;
use crate::web::session::{Manager, Session};
use crate::web::texts::{Texts, Value};
use crate::web::webmail::shell::redirect;

/// The most bytes of the form's texts.
const TEXTS_BYTES_MAX: usize = 256 * 1024;

/// The page.
#[derive(Template)]
#[template(path = "console/brand.html")]
pub struct BrandPage {
    pub(super) p: Frame,
    pub(super) reseller: String,
    pub(super) name: String,
    pub(super) hosts: String,
    pub(super) help: String,
    pub(super) links: String,
    pub(super) colour: String,
    /// The logo as a data URL; empty: none.
    pub(super) logo: String,
    pub(super) texts_hint: String,
    /// In which language the texts are that are shown; empty: those for all.
    pub(super) language: String,
    pub(super) languages: Vec<TextsIn>,
    pub(super) texts: Vec<Text>,
}

/// The texts in a language, or those for all.
#[derive(Clone, Debug)]
pub struct TextsIn {
    pub(super) lang: &'static str,
    pub(super) name: String,
    /// Where they are; none for those that are shown.
    pub(super) href: Option<String>,
}

/// A text that a brand may replace.
#[derive(Clone, Debug)]
pub struct Text {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) text: String,
    pub(super) rows: u8,
}

/// Whose brand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    reseller: String,
    language: String,
}

impl Ask {
    /// The reseller that is asked for; none: one's own.
    fn whose(&self) -> Result<Option<ResellerId>, Fault> {
        match self.reseller.trim() {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_| Fault::NotFound),
        }
    }

    /// The language whose texts are asked for; none: those for all.
    fn language(&self) -> Option<&'static str> {
        self.language.parse().ok().map(Language::as_str)
    }

    /// The page with the texts in a language.
    fn here(&self, language: &str) -> String {
        let of = match self.reseller.trim() {
            "" => String::new(),
            id => format!("reseller={}&", form_encode(id)),
        };
        match language {
            "" => format!("/console/brand?{of}"),
            tag => format!("/console/brand?{of}language={tag}"),
        }
        .trim_end_matches(['?', '&'])
        .to_owned()
    }
}

/// Where the texts in each language are.
fn languages(texts: &Texts, ask: &Ask) -> Vec<TextsIn> {
    let shown = ask.language().unwrap_or_default();
    let one = |lang: &'static str, name| TextsIn {
        lang,
        name,
        href: (lang != shown).then(|| format!("{}#texts", ask.here(lang))),
    };
    let all = one("", texts.get("brand-texts-all").into_owned());
    let each = Language::ALL.map(|language| {
        let tag = language.as_str();
        let name = Texts::of(tag).map(|texts| texts.get("language-name").into_owned());
        one(tag, name.unwrap_or_default())
    });
    std::iter::once(all).chain(each).collect()
}

/// The texts that are shown: those for all languages, or what users read in one.
fn texts_in(texts: &Texts, brand: &Brand, language: Option<&str>) -> Vec<Text> {
    let text = |base: &str| {
        let name = match language {
            None => base.to_owned(),
            Some(tag) => format!("{base}.{tag}"),
        };
        Text {
            label: texts.get(&format!("brand-text-{base}")).into_owned(),
            text: brand.texts.get(&name).cloned().unwrap_or_default(),
            rows: if is_letter(base) { 6 } else { 2 },
            name,
        }
    };
    let all = TEXTS.iter().map(|(name, _)| *name);
    match language {
        None => all.map(text).collect(),
        Some(_) => std::iter::once("help")
            .chain(all.filter(|name| is_per_language(name)))
            .map(text)
            .collect(),
    }
}

/// `GET /console/brand`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let brand = brands::show(&web.service, &session.actor, ask.whose()?.as_ref())?;
    let mut made = brand_page(&reader, &session, &ask, &brand);
    made.p = made.p.with_said(&reader, &headers);
    Ok(said_once(&web, page(StatusCode::OK, &made)))
}

fn brand_page(reader: &Reader, session: &Session, ask: &Ask, brand: &Brand) -> BrandPage {
    let texts = reader.texts;
    let link = |link: &BrandLinkView| format!("{} {}\n", link.url, link.text);
    let all = TEXTS.iter().flat_map(|(_, names)| names.iter());
    let mut names: Vec<String> = all.map(|name| format!("{{{name}}}")).collect();
    names.sort_unstable();
    names.dedup();
    let names = names.join(", ");
    BrandPage {
        p: Frame::new(reader, session, &texts.get("brand-title")),
        reseller: ask.reseller.trim().to_owned(),
        name: brand.name.clone(),
        hosts: brand.hosts.join("\n"),
        help: brand.help.clone(),
        links: brand.links.iter().map(link).collect(),
        colour: brand.colour.clone(),
        logo: brand.logo.clone(),
        texts_hint: texts.with("brand-texts-hint", &[("names", Value::Text(&names))]),
        language: ask.language().unwrap_or_default().to_owned(),
        languages: languages(texts, ask),
        texts: texts_in(texts, brand, ask.language()),
    }
}

/// `POST /console/brand`.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    Manager(session): Manager,
    multipart: Multipart,
) -> Result<Response, Fault> {
    let (form, file) = read(multipart).await?;
    session.check(form.get("csrf"))?;
    let ask = Ask {
        reseller: form.get("reseller").to_owned(),
        language: form.get("language").to_owned(),
    };
    let whose = ask.whose()?;
    let before = brands::show(&web.service, &session.actor, whose.as_ref())?;
    let logo = match (&file[..], form.get("no-logo")) {
        ([], "") => before.logo,
        ([], _) => String::new(),
        // The kind is the service's to judge, by the bytes.
        (bytes, _) => data_url(bytes),
    };
    let brand = written(&form, before.texts, logo);
    match brands::set(&web.service, &session.actor, whose.as_ref(), brand.clone()).await {
        Ok(_) => {
            let here = ask.here(ask.language().unwrap_or_default());
            Ok(redirect(&web, &here, Some(&Flash::new("done-brand"))))
        }
        Err(error) => {
            let shown = refused(reader.texts, &error).ok_or(error)?;
            let mut made = brand_page(&reader, &session, &ask, &brand);
            // A picture that was refused is not shown.
            if shown.field == Some("logo") {
                made.logo = String::new();
            }
            made.p.errors = vec![shown];
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
        }
    }
}

/// Whether a text is a letter, with lines.
fn is_letter(name: &str) -> bool {
    name.starts_with("mail-") || name.starts_with("user-")
}

fn data_url(bytes: &[u8]) -> String {
    let kind = Logo::try_from(bytes.to_vec()).map_or("image/png", |logo| logo.kind.media_type());
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}

/// The brand that a form describes; of the texts it has those of one language, the others stay as they were.
fn written(form: &Form, before: BTreeMap<String, String>, logo: String) -> Brand {
    let lines = |name: &str| {
        let lines = form.get(name).lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let link = |line: String| {
        let (url, text) = line
            .split_once(char::is_whitespace)
            .unwrap_or((&line, &line));
        BrandLinkView {
            text: text.trim().to_owned(),
            url: url.to_owned(),
        }
    };
    let mut texts = before;
    let shown = form.fields().iter().cloned();
    texts.extend(shown.filter(|(name, _)| placeholders(name).is_some()));
    Brand {
        name: form.get("name").to_owned(),
        hosts: lines("hosts"),
        help: form.get("help").to_owned(),
        links: lines("links").into_iter().map(link).collect(),
        texts,
        colour: form.get("colour").to_owned(),
        logo,
    }
}

/// The fields of the form and the bytes of its file, one more than may be at the most.
async fn read(mut multipart: Multipart) -> Result<(Form, Vec<u8>), Fault> {
    let (mut form, mut file) = (Form::default(), Vec::new());
    let mut left = TEXTS_BYTES_MAX;
    while let Some(mut field) = multipart.next_field().await.map_err(|_| Fault::Bad)? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| Fault::Bad)? {
            match is_file {
                true if bytes.len() + chunk.len() > LOGO_BYTES_MAX => {
                    bytes.extend_from_slice(&chunk);
                    bytes.truncate(LOGO_BYTES_MAX + 1);
                }
                true => bytes.extend_from_slice(&chunk),
                false => {
                    left = left.checked_sub(chunk.len()).ok_or(Fault::TooLarge)?;
                    bytes.extend_from_slice(&chunk);
                }
            }
        }
        match is_file {
            true => file = bytes,
            false => form.push(name, String::from_utf8_lossy(&bytes).into_owned())?,
        }
    }
    Ok((form, file))
}
