//! The words in which senders are told of a delay, on the console's page of the notices policy: each language, and how
//! they would look.

use super::delays::{DelaysPage, Refused, choice, delays_page};
use crate::service::Actor;
use crate::service::delay_notices::{
    self, DelayNoticesChange, DelayNoticesView, DelayWordsView, sample,
};
use crate::store::delay_words::PLACEHOLDERS;
use crate::store::policies::PolicyScope;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError};
use crate::web::reader::Reader;
use crate::web::session::Session;
use crate::web::texts::{Texts, Value};

/// The words of one scope.
#[derive(Clone, Debug)]
pub struct Words {
    pub(super) hint: String,
    pub(super) languages: Vec<Choice>,
    pub(super) texts: Vec<WordsIn>,
    pub(super) reason: String,
    /// Whether they are looked at.
    pub(super) open: bool,
    pub(super) previews: Vec<Preview>,
}

/// The words in one language.
#[derive(Clone, Debug)]
pub struct WordsIn {
    pub(super) lang: &'static str,
    pub(super) dir: &'static str,
    pub(super) label: String,
    /// One's own; empty: none.
    pub(super) text: String,
    /// What holds.
    holds: String,
}

/// How a letter would look.
#[derive(Clone, Debug)]
pub struct Preview {
    pub(super) lang: &'static str,
    pub(super) dir: &'static str,
    pub(super) subject: String,
    pub(super) text: String,
}

impl Words {
    /// As they are set.
    pub(super) fn of(texts: &Texts, view: &DelayNoticesView) -> Self {
        let may_follow = view.scope != "all";
        let set = view.own_words.language.as_deref();
        let set = set.or(view.words.language.as_deref().filter(|_| !may_follow));
        let follow = may_follow.then(|| {
            let text = texts.get("delay-follow").into_owned();
            choice("", text, set.is_none())
        });
        let named = Texts::all().iter().map(|one| {
            let name = one.get("language-name").into_owned();
            choice(one.lang, name, set == Some(one.lang))
        });
        let text = |of: &DelayWordsView, lang| of.texts.get(lang).cloned().unwrap_or_default();
        let names: Vec<String> = PLACEHOLDERS
            .iter()
            .map(|name| format!("{{{name}}}"))
            .collect();
        Self {
            hint: texts.with(
                "delay-words-hint",
                &[("names", Value::Text(&names.join(", ")))],
            ),
            languages: follow.into_iter().chain(named).collect(),
            texts: Texts::all()
                .iter()
                .map(|one| WordsIn {
                    lang: one.lang,
                    dir: one.dir,
                    label: one.get("language-name").into_owned(),
                    text: text(&view.own_words, one.lang),
                    holds: text(&view.words, one.lang),
                })
                .collect(),
            reason: String::new(),
            open: false,
            previews: Vec::new(),
        }
    }

    /// As a form has them.
    pub(super) fn posted(&mut self, form: &Form) {
        for text in &mut self.texts {
            text.text = form.get(&field(text.lang)).to_owned();
        }
        for one in &mut self.languages {
            one.selected = one.value == form.get("language");
        }
        self.reason = form.get("reason").chars().take(500).collect();
        self.open = true;
    }
}

/// The name of the field with the words in a language.
fn field(lang: &str) -> String {
    format!("text-{lang}")
}

fn written(form: &Form) -> DelayWordsView {
    let text = |one: &Texts| {
        let text = form.get(&field(one.lang));
        (one.lang.to_owned(), text.to_owned())
    };
    DelayWordsView {
        language: Some(form.get("language").to_owned()).filter(|tag| !tag.is_empty()),
        texts: Texts::all().iter().map(text).collect(),
    }
}

/// Sets the words; when senders are told stays as it is.
pub(super) async fn set(
    web: &Web,
    actor: &Actor,
    scope: PolicyScope,
    form: &Form,
) -> Result<(), Refused> {
    let hours = delay_notices::show(&web.service, actor, &scope)?.own_hours;
    let change = DelayNoticesChange {
        hours,
        words: Some(written(form)),
        reason: form.get("reason").to_owned(),
    };
    delay_notices::set(&web.service, actor, scope, &change).await?;
    Ok(())
}

/// What is wrong with the words.
pub(super) fn refusal(texts: &Texts, why: &str) -> String {
    texts.with("error-refused", &[("why", Value::Text(why))])
}

/// The page with how the words of a form would look: those that were written, or else what holds for the reader.
pub(super) fn preview(
    web: &Web,
    reader: &Reader,
    session: &Session,
    form: &Form,
) -> Result<DelaysPage, Fault> {
    let mut made = delays_page(web, reader, session, form.get("q").trim())?;
    let scope = form.get("scope");
    let address = match scope.split_once(':') {
        Some(("domain", name)) => format!("ann@{name}"),
        _ => "ann@example.com".to_owned(),
    };
    let mut errors = Vec::new();
    for item in made.items.iter_mut().filter(|item| item.scope == scope) {
        let words = &mut item.words;
        words.posted(form);
        let is_any = words.texts.iter().any(|one| !one.text.trim().is_empty());
        for one in &words.texts {
            let text = match (one.text.trim(), is_any) {
                ("", false) if one.lang == reader.texts.lang => one.holds.trim(),
                ("", _) => continue,
                (text, _) => text,
            };
            match sample(&text.replace("\r\n", "\n"), &address, reader.times.now()) {
                Ok(letter) => words.previews.push(Preview {
                    lang: one.lang,
                    dir: one.dir,
                    subject: letter.subject,
                    text: letter.text,
                }),
                Err(error) => errors.push(FormError {
                    field: None,
                    text: refusal(reader.texts, &format!("{}: {error}", one.lang)),
                }),
            }
        }
    }
    made.p.errors = errors;
    Ok(made)
}
