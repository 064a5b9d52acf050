//! The message catalogue: every text that a person reads on a page, by key and language.
//!
//! Catalogues are Fluent files under `messages/`, embedded in the binary and parsed once. A key
//! that a catalogue lacks falls back to English; one that English lacks shows as the key, and a
//! test keeps that from happening.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use intl_memoizer::concurrent::IntlLangMemoizer;

/// What a language's catalogue is made from.
struct Catalogue {
    lang: &'static str,
    dir: &'static str,
    /// Between groups of three digits.
    group: Group,
    source: &'static str,
}

/// Prints whole numbers with a separator between groups of three digits.
type Group = fn(&FluentValue<'_>, &IntlLangMemoizer) -> Option<String>;

/// The languages; the first is the fallback.
const CATALOGUES: &[Catalogue] = &[
    Catalogue {
        lang: "en",
        dir: "ltr",
        group: |value, _| grouped(value, ','),
        source: include_str!("../../messages/en.ftl"),
    },
    Catalogue {
        lang: "de",
        dir: "ltr",
        group: |value, _| grouped(value, '.'),
        source: include_str!("../../messages/de.ftl"),
    },
    Catalogue {
        lang: "fr",
        dir: "ltr",
        group: |value, _| grouped(value, '\u{202f}'),
        source: include_str!("../../messages/fr.ftl"),
    },
    Catalogue {
        lang: "es",
        dir: "ltr",
        group: |value, _| grouped(value, '.'),
        source: include_str!("../../messages/es.ftl"),
    },
    Catalogue {
        lang: "ar",
        dir: "rtl",
        group: |value, _| grouped(value, ','),
        source: include_str!("../../messages/ar.ftl"),
    },
];

static LANGUAGES: LazyLock<Vec<Texts>> =
    LazyLock::new(|| CATALOGUES.iter().map(Texts::parse).collect());

/// A whole number of five digits or more in groups of three; others are left to Fluent.
fn grouped(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    if number.value < 10_000.0 || number.value.fract() != 0.0 {
        return None;
    }
    let digits = format!("{:.0}", number.value);
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(separator);
        }
        text.push(digit);
    }
    Some(text)
}

/// The texts of one language.
pub struct Texts {
    /// BCP 47 tag, for the `lang` attribute.
    pub lang: &'static str,
    /// `ltr` or `rtl`, for the `dir` attribute.
    pub dir: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("lang", &self.lang).finish()
    }
}

impl Texts {
    fn parse(catalogue: &Catalogue) -> Self {
        let Catalogue {
            lang, dir, source, ..
        } = *catalogue;
        let mut bundle = FluentBundle::new_concurrent(lang.parse().into_iter().collect());
        // Isolation marks would stand in attributes and titles; pages use dir="auto" instead.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(catalogue.group));
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(parsed, errors)| {
                tracing::error!(
                    lang,
                    errors = errors.len(),
                    "the message catalogue has syntax errors"
                );
                parsed
            });
        bundle.add_resource_overriding(resource);
        Self { lang, dir, bundle }
    }

    /// All languages.
    pub fn all() -> &'static [Self] {
        &LANGUAGES
    }

    /// The catalogue of a language.
    pub fn of(lang: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|texts| texts.lang == lang)
    }

    /// The best catalogue for an `Accept-Language` header (RFC 9110 §12.5.4).
    pub fn negotiate(accept_language: Option<&str>) -> &'static Self {
        let mut wanted: Vec<(f32, &str)> = accept_language
            .unwrap_or_default()
            .split(',')
            .take(32)
            .filter_map(|item| {
                let mut parts = item.split(';');
                let tag = parts.next()?.trim();
                let weight = parts
                    .find_map(|p| p.trim().strip_prefix("q="))
                    .map_or(Some(1.0), |q| q.parse().ok())?;
                (weight > 0.0).then_some((weight, tag))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted
            .into_iter()
            .find_map(|(_, tag)| {
                let primary = tag.split('-').next()?;
                LANGUAGES
                    .iter()
                    .find(|texts| texts.lang.eq_ignore_ascii_case(primary))
            })
            .unwrap_or_else(Self::fallback)
    }

    /// The catalogue that has every key.
    pub fn fallback() -> &'static Self {
        static EMPTY: LazyLock<Texts> = LazyLock::new(|| {
            Texts::parse(&Catalogue {
                lang: "en",
                dir: "ltr",
                group: |_, _| None,
                source: "",
            })
        });
        LANGUAGES.first().unwrap_or(&EMPTY)
    }

    /// The text of `key`.
    pub fn get(&self, key: &str) -> Cow<'_, str> {
        self.format(key, None)
    }

    /// The text of `key` with its variables filled in.
    pub fn with<'v>(&self, key: &str, values: &[(&'static str, Value<'v>)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            match value {
                Value::Text(text) => args.set(*name, FluentValue::from(*text)),
                Value::Number(number) => args.set(*name, FluentValue::from(*number)),
            }
        }
        self.format(key, Some(&args)).into_owned()
    }

    /// Whether this catalogue has `key`.
    pub fn has(&self, key: &str) -> bool {
        self.bundle
            .get_message(key)
            .is_some_and(|message| message.value().is_some())
    }

    fn format<'a>(&'a self, key: &str, args: Option<&'a FluentArgs<'a>>) -> Cow<'a, str> {
        let Some(pattern) = self.bundle.get_message(key).and_then(|m| m.value()) else {
            let fallback = Self::fallback();
            return if std::ptr::eq(self, fallback) {
                Cow::Owned(key.to_owned())
            } else {
                Cow::Owned(fallback.format(key, args).into_owned())
            };
        };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, args, &mut errors)
    }
}

/// A variable in a text.
#[derive(Clone, Copy, Debug)]
pub enum Value<'v> {
    /// Printed as it is.
    Text(&'v str),
    /// Also chooses the plural form.
    Number(u64),
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text)
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Self::Text(text)
    }
}

#[cfg(test)]
mod tests;
