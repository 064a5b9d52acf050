//! How a reseller, or the operator, is shown to users: name, host names, colour, logo, help, and texts of its
//! own.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

mod colour;
mod logo;

pub use colour::{CONTRAST_MIN, Colour, InvalidColour};
pub use logo::{InvalidLogo, LOGO_BYTES_MAX, Logo, LogoKind};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::ids::{DomainName, ResellerId};

/// A brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrandRecord {
    /// What users know it by.
    pub name: String,
    /// The host names under which its pages are reached.
    pub hosts: Vec<DomainName>,
    /// What users in trouble are told: whom to call, when.
    pub help: String,
    /// Links beside that.
    pub links: Vec<BrandLink>,
    /// Texts in place of the usual ones, by their names.
    pub texts: BTreeMap<String, String>,
    /// For buttons and links; none: the usual one.
    pub colour: Option<Colour>,
    /// Tells the logo from others; none where there is none. Set by [`put`].
    pub logo: Option<LogoMark>,
}

/// A text of a brand: one for all languages, one for each of some, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    every: Option<String>,
    one: BTreeMap<String, String>,
}

impl Wording {
    /// The text in the language with a tag; none: there is none of the brand's own.
    pub fn in_language(&self, tag: &str) -> Option<&str> {
        self.one
            .get(tag)
            .or(self.every.as_ref())
            .map(String::as_str)
    }

    /// Whether there is none in any language.
    pub fn is_empty(&self) -> bool {
        self.every.is_none() && self.one.is_empty()
    }

    /// The same with what `change` makes of each; what it makes nothing of is left out.
    #[must_use]
    pub fn map(self, change: impl Fn(&str) -> Option<String>) -> Self {
        let one = self.one.into_iter();
        Self {
            every: self.every.as_deref().and_then(&change),
            one: one
                .filter_map(|(tag, text)| Some((tag, change(&text)?)))
                .collect(),
        }
    }
}

impl BrandRecord {
    /// The text of that name.
    pub fn wording(&self, name: &str) -> Wording {
        let prefix = format!("{name}.");
        let one = self.texts.iter().filter_map(|(name, text)| {
            let tag = name.strip_prefix(&prefix)?;
            Some((tag.to_owned(), text.clone()))
        });
        Wording {
            every: self.texts.get(name).cloned(),
            one: one.collect(),
        }
    }

    /// What users in trouble are told.
    pub fn help(&self) -> Wording {
        Wording {
            every: Some(self.help.clone()).filter(|help| !help.is_empty()),
            ..self.wording("help")
        }
    }
}

/// Tells one logo from another: the start of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoMark(u64);

impl std::fmt::Display for LogoMark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl LogoMark {
    fn of(logo: &Logo) -> Self {
        let digest = Sha256::digest(&logo.bytes);
        let first = digest.iter().take(8);
        Self(first.fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrandLink {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

impl Versioned for BrandRecord {
    const NAME: &'static str = "brand";
}

impl Versioned for Logo {
    const NAME: &'static str = "logo of a brand";
}

/// Whose brand a host name shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct HostRecord(Option<ResellerId>);

impl Versioned for HostRecord {
    const NAME: &'static str = "host name of a brand";
}

/// The operator's own, without a reseller.
fn key(owner: Option<&ResellerId>) -> Key {
    Key::new(Table::Brand).text(owner.map_or("", ResellerId::as_str))
}

fn logo_key(owner: Option<&ResellerId>) -> Key {
    Key::new(Table::BrandLogo).text(owner.map_or("", ResellerId::as_str))
}

fn host_key(host: &DomainName) -> Key {
    Key::new(Table::BrandHost).domain(host)
}

/// The brand of a reseller, or of the operator; an empty one where none was set.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, owner: Option<&ResellerId>) -> Result<BrandRecord, StoreError> {
    let bytes = tx.get(key(owner).as_slice())?;
    let found = bytes.map(|bytes| codec::decode(&bytes)).transpose()?;
    Ok(found.unwrap_or_default())
}

/// The logo of a reseller, or of the operator.
///
/// # Errors
/// When the store cannot be read.
pub fn logo(tx: &dyn ReadTx, owner: Option<&ResellerId>) -> Result<Option<Logo>, StoreError> {
    let bytes = tx.get(logo_key(owner).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Whose brand a host name shows; the outer none: nobody's.
///
/// # Errors
/// When the store cannot be read.
pub fn of_host(
    tx: &dyn ReadTx,
    host: &DomainName,
) -> Result<Option<Option<ResellerId>>, StoreError> {
    let bytes = tx.get(host_key(host).as_slice())?;
    let found = bytes.map(|bytes| codec::decode::<HostRecord>(&bytes));
    Ok(found.transpose()?.map(|record| record.0))
}

/// Up to `limit` host names of all brands.
///
/// # Errors
/// When the store cannot be read.
pub fn hosts(tx: &dyn ReadTx, limit: usize) -> Result<Vec<DomainName>, StoreError> {
    let all = Key::new(Table::Brand);
    let mut found = Vec::new();
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Ascending,
        &mut |_, value| {
            found.extend(codec::decode::<BrandRecord>(value)?.hosts);
            Ok(match found.len() < limit {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        },
    )?;
    found.truncate(limit);
    Ok(found)
}

/// Writes a brand with its logo, and keeps the rows of its host names in step.
///
/// # Errors
/// [`StoreError::Conflict`] when a host name is somebody else's; when the store cannot be read.
pub fn put(
    tx: &mut dyn Tx,
    owner: Option<&ResellerId>,
    record: &BrandRecord,
    logo: Option<&Logo>,
) -> Result<(), StoreError> {
    for host in &record.hosts {
        if of_host(tx, host)?.is_some_and(|other| other.as_ref() != owner) {
            return Err(StoreError::Conflict("a host name is used by another brand"));
        }
    }
    for host in get(tx, owner)?.hosts {
        tx.delete(host_key(&host).into_vec());
    }
    let row = codec::encode(&HostRecord(owner.cloned()))?;
    for host in &record.hosts {
        tx.put(host_key(host).into_vec(), row.clone());
    }
    match logo {
        Some(logo) => tx.put(logo_key(owner).into_vec(), codec::encode(logo)?),
        None => tx.delete(logo_key(owner).into_vec()),
    }
    let record = BrandRecord {
        logo: logo.map(LogoMark::of),
        ..record.clone()
    };
    tx.put(key(owner).into_vec(), codec::encode(&record)?);
    Ok(())
}
