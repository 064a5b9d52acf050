//! What every page has: language, direction, title, the banner, notices, and how a template
//! becomes a response.
//!
//! View structs hold finished texts; a template computes nothing. All of them are escaped by
//! askama, whatever their origin.

use std::borrow::Cow;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::assets::{Assets, assets};
use super::branding::PageBrand;
use super::reader::Reader;
use super::texts::Texts;
use super::when::When;

/// What the skeleton of a page needs.
#[derive(Clone, Debug)]
pub struct Page {
    /// BCP 47 tag.
    pub lang: &'static str,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// For the browser's tab.
    pub title: String,
    /// Addresses of stylesheet, module and icon.
    pub assets: &'static Assets,
    /// Whose page it is; none: the product's own.
    pub brand: Option<PageBrand>,
    texts: &'static Texts,
}

impl Page {
    /// A page for a reader; the name of the brand, or else of the product, is added to the title.
    pub fn of(reader: &Reader, title: &str) -> Self {
        let product = reader.texts.get("product");
        let name = reader.brand.as_ref().map(|brand| brand.name.as_str());
        let name = name.filter(|name| !name.is_empty()).unwrap_or(&product);
        Self {
            title: format!("{title} – {name}"),
            brand: reader.brand.clone(),
            ..Self::new(reader.texts, title)
        }
    }

    /// A page in a language; the product's name is added to the title.
    pub fn new(texts: &'static Texts, title: &str) -> Self {
        Self {
            brand: None,
            lang: texts.lang,
            dir: texts.dir,
            title: format!("{title} – {}", texts.get("product")),
            assets: assets(),
            texts,
        }
    }

    /// The text of a key, for templates.
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.texts.get(key)
    }
}

/// The banner: what state the service is in.
#[derive(Clone, Debug)]
pub struct Banner {
    /// Chooses the colour: `standby`, `outage`, `returning` or `merged`.
    pub kind: &'static str,
    /// Name of the icon.
    pub icon: &'static str,
    /// The sentences, some of them emphasised.
    pub parts: Vec<BannerPart>,
    /// When the state was last looked at.
    pub updated: Option<When>,
    /// What the operator has to say.
    pub operator_text: Option<OperatorText>,
    /// Address of the usual webmail, once it is back.
    pub home: Option<String>,
    /// Address of the page that says what was merged, once it was.
    pub receipt: Option<&'static str>,
    /// Tells banners apart that say something else.
    pub mark: String,
}

/// What the operator has to say.
#[derive(Clone, Debug)]
pub struct OperatorText {
    /// Whose words they are, and of when; none where the configuration has them.
    pub intro: Option<String>,
    /// The words, as they are.
    pub text: String,
}

/// A piece of the banner.
#[derive(Clone, Debug)]
pub struct BannerPart {
    /// The words.
    pub text: String,
    /// Whether they are emphasised.
    pub strong: bool,
}

/// What just happened.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Extra class: empty, `notice-info` or `notice-bad`.
    pub class: &'static str,
    /// ARIA role: `status` or `alert`.
    pub role: &'static str,
    /// The sentence.
    pub text: String,
    /// Where to post to take it back.
    pub undo_path: String,
    /// What that needs to know.
    pub undo: Option<String>,
    /// Token of the session, for the undo form.
    pub csrf: String,
}

impl Notice {
    /// Something was done.
    pub fn done(text: String) -> Self {
        Self {
            class: "",
            role: "status",
            text,
            undo_path: "/mail/undo".to_owned(),
            undo: None,
            csrf: String::new(),
        }
    }

    /// Something to know.
    pub fn info(text: String) -> Self {
        Self {
            class: "notice-info",
            ..Self::done(text)
        }
    }

    /// Something was not done.
    pub fn bad(text: String) -> Self {
        Self {
            class: "notice-bad",
            role: "alert",
            ..Self::done(text)
        }
    }
}

/// An entry of an error summary.
#[derive(Clone, Debug)]
pub struct FormError {
    /// Id of the field it is about.
    pub field: Option<&'static str>,
    /// What is wrong and what to do.
    pub text: String,
}

/// A choice of a select or of radio buttons.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub text: String,
    /// A second line; empty where there is none.
    pub hint: String,
    /// Whether it is the chosen one.
    pub selected: bool,
}

/// Renders a page with a status. A template that fails is our own defect: a bare 500.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Renders a page with status 200.
pub fn ok(template: &impl Template) -> Response {
    page(StatusCode::OK, template)
}
