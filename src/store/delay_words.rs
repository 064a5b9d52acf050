//! In which words senders are told that their message is not read yet: those of the domain, its reseller, the
//! operator, or the usual ones, each in the languages that they have it in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::Table;
use super::policies::{Language, PolicyScope};
use super::{ReadTx, StoreError, Tx, directory};
use crate::ids::{DomainName, ResellerId};

/// What may stand in braces: the recipient's address, and when the message was received.
pub const PLACEHOLDERS: &[&str] = &["address", "time"];

/// The usual text in a language; its first line is the subject.
pub const fn usual(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("../../templates/email/late.en.txt"),
        Language::De => include_str!("../../templates/email/late.de.txt"),
        Language::Fr => include_str!("../../templates/email/late.fr.txt"),
        Language::Es => include_str!("../../templates/email/late.es.txt"),
        Language::Ar => include_str!("../../templates/email/late.ar.txt"),
    }
}

/// What is set for one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayWords {
    /// For senders whose message does not say which language they read; none: as the wider scope says.
    pub language: Option<Language>,
    /// Texts of its own; the first line of each is the subject.
    pub texts: BTreeMap<Language, String>,
}

impl Versioned for DelayWords {
    const NAME: &'static str = "words of delay notices";
}

/// What holds for a domain, a reseller or all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// For senders whose message does not say which language they read.
    pub language: Language,
    /// Texts in place of the usual ones.
    pub texts: BTreeMap<Language, String>,
}

impl Words {
    /// The language and the text for a sender who reads `preferred`, the dearest first.
    pub fn choose(&self, preferred: &[Language]) -> (Language, &str) {
        let language = preferred.first().copied().unwrap_or(self.language);
        let own = self.texts.get(&language).map(String::as_str);
        (language, own.unwrap_or_else(|| usual(language)))
    }

    /// What a narrower scope has goes before.
    fn narrowed(mut self, narrower: DelayWords) -> Self {
        self.language = narrower.language.unwrap_or(self.language);
        self.texts.extend(narrower.texts);
        self
    }
}

/// What is set for exactly this scope.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, scope: &PolicyScope) -> Result<DelayWords, StoreError> {
    let bytes = tx.get(&scope.key(Table::DelayWords))?;
    let found = bytes.map(|bytes| codec::decode(&bytes)).transpose()?;
    Ok(found.unwrap_or_default())
}

/// Sets it.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, scope: &PolicyScope, words: &DelayWords) -> Result<(), StoreError> {
    let key = scope.key(Table::DelayWords);
    match *words == DelayWords::default() {
        true => tx.delete(key),
        false => tx.put(key, codec::encode(words)?),
    }
    Ok(())
}

/// What holds for the domains of a reseller, or of none, that have nothing of their own.
///
/// # Errors
/// When the store cannot be read.
pub fn of_reseller(tx: &dyn ReadTx, reseller: Option<ResellerId>) -> Result<Words, StoreError> {
    let all = Words::default().narrowed(get(tx, &PolicyScope::All)?);
    Ok(match reseller {
        Some(id) => all.narrowed(get(tx, &PolicyScope::Reseller(id))?),
        None => all,
    })
}

/// What holds for a domain.
///
/// # Errors
/// When the store cannot be read.
pub fn of_domain(tx: &dyn ReadTx, domain: &DomainName) -> Result<Words, StoreError> {
    let owner = directory::domain(tx, domain)?.and_then(|record| record.reseller);
    let wider = of_reseller(tx, owner)?;
    Ok(wider.narrowed(get(tx, &PolicyScope::Domain(domain.clone()))?))
}

#[cfg(test)]
mod tests;
