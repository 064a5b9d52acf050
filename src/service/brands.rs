//! Brands: how a reseller, or the operator, is shown to users.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::announcing::{self, Places, TEXTS};
use super::destinations::owner_for;
use super::{Actor, Service, ServiceError};
use crate::ids::{DomainName, ResellerId};
use crate::store::access::Permission;
use crate::store::brand::{
    self as kept, BrandLink, BrandRecord, CONTRAST_MIN, Colour, InvalidLogo, LOGO_BYTES_MAX, Logo,
    Wording,
};
use crate::store::{ReadTx, StoreError, audit, directory};

const NAME_CHARS_MAX: usize = 60;
const HELP_CHARS_MAX: usize = 1_000;
const TEXT_CHARS_MAX: usize = 4_000;
const HOSTS_MAX: usize = 20;
const LINKS_MAX: usize = 10;
const LINK_CHARS_MAX: usize = 60;

/// A brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Brand {
    /// What users know it by.
    pub name: String,
    /// The host names under which its pages are reached.
    pub hosts: Vec<String>,
    /// What users in trouble are told: whom to call, when.
    pub help: String,
    /// Links beside that.
    pub links: Vec<BrandLinkView>,
    /// Texts in place of the usual ones. `mail-outage-began`, `-returned`, `-resumed`, `-ended` and
    /// `mail-merge-finished` are letters: their first line is the subject. `banner-outage` stands in the
    /// banner of the webmail while the mailstore is out, `status-outage` and `status-normal` on the status
    /// page. `user-outage-began`, `user-outage-ended` and `user-sign-in-link` are letters to users. What users
    /// read is there in all languages or, with `.de` behind the name, in one; `help.de` is the help in one.
    pub texts: BTreeMap<String, String>,
    /// The colour of buttons and links, as `#rrggbb`: white text, and the colour on our grey, must be readable
    /// (WCAG 2.2, contrast 4.5 to 1). For dark screens it is made lighter. Empty: the usual one.
    #[schema(example = "#0b5a78")]
    pub colour: String,
    /// A PNG, JPEG or WebP picture of at most 100 KB, as `data:image/png;base64,…`. Empty: none.
    pub logo: String,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandLinkView {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

fn view(record: BrandRecord, logo: Option<&Logo>) -> Brand {
    let links = record.links.into_iter().map(|link| BrandLinkView {
        text: link.text,
        url: link.url,
    });
    Brand {
        name: record.name,
        hosts: record.hosts.iter().map(ToString::to_string).collect(),
        help: record.help,
        links: links.collect(),
        texts: record.texts,
        colour: record.colour.map_or_else(String::new, |c| c.to_string()),
        logo: logo.map_or_else(String::new, data_url),
    }
}

/// A picture as RFC 2397 writes it.
fn data_url(logo: &Logo) -> String {
    let (kind, data) = (logo.kind.media_type(), STANDARD.encode(&logo.bytes));
    format!("data:{kind};base64,{data}")
}

/// The actor's own brand; operators may ask for a reseller's.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    reseller: Option<&ResellerId>,
) -> Result<Brand, ServiceError> {
    let owner = owner_for(actor, reseller)?;
    Ok(service.store.read(|tx| {
        let logo = kept::logo(tx, owner.as_ref())?;
        Ok::<_, StoreError>(view(kept::get(tx, owner.as_ref())?, logo.as_ref()))
    })?)
}

/// Sets the actor's own brand; operators may set a reseller's.
///
/// # Errors
/// [`ServiceError::Invalid`] for what cannot be shown, [`ServiceError::Conflict`] for a host name that is
/// somebody else's; when the actor may not, or the store fails.
pub async fn set(
    service: &Service,
    actor: &Actor,
    reseller: Option<&ResellerId>,
    brand: Brand,
) -> Result<Brand, ServiceError> {
    let owner = owner_for(actor, reseller)?;
    actor.may(Permission::Brand)?;
    let logo = checked_logo(&brand.logo)?;
    let record = checked(brand)?;
    let subject = owner
        .as_ref()
        .map_or_else(|| "brand".to_owned(), |id| format!("brand:{id}"));
    let event = service.event(actor, Permission::Brand, "brand.set", subject, "")?;
    let is_reseller = matches!(actor, Actor::Reseller(..));
    service
        .store
        .write(move |tx| {
            // Names under which others are reached are the operator's to give.
            let before = kept::get(tx, owner.as_ref())?.hosts;
            if is_reseller {
                own_hosts(tx, owner.as_ref(), &before, &record.hosts)?;
            }
            kept::put(tx, owner.as_ref(), &record, logo.as_ref())?;
            audit::append(tx, event.clone())?;
            Ok(view(record.clone(), logo.as_ref()))
        })
        .await
}

/// A reseller may use host names in its own domains; others the operator sets for it.
fn own_hosts(
    tx: &dyn ReadTx,
    owner: Option<&ResellerId>,
    before: &[DomainName],
    hosts: &[DomainName],
) -> Result<(), ServiceError> {
    for host in hosts.iter().filter(|host| !before.contains(host)) {
        let mut rest = Some(host.as_str());
        let mut is_own = false;
        while let Some(name) = rest {
            let record = name.parse().ok().map(|name| directory::domain(tx, &name));
            let found = record.transpose()?.flatten();
            if let Some(found) = found {
                is_own = owner.is_some() && found.reseller.as_ref() == owner;
                break;
            }
            rest = name.split_once('.').map(|(_, rest)| rest);
        }
        if !is_own {
            let text =
                format!("{host} is in none of your domains; the operator can set it for you");
            return Err(ServiceError::Invalid {
                field: "hosts",
                text,
            });
        }
    }
    Ok(())
}

/// The darkest ground that links stand on: `--sunken` of the style sheet.
const GREY: Colour = Colour::of(0xea, 0xee, 0xf1);

fn checked_colour(text: &str) -> Result<Option<Colour>, ServiceError> {
    let invalid = |text: String| ServiceError::Invalid {
        field: "colour",
        text,
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let colour: Colour = text
        .trim()
        .parse()
        .map_err(|error| invalid(format!("{error}")))?;
    let contrast = colour.contrast(GREY);
    if contrast < CONTRAST_MIN {
        let darker = colour.readable_beside(GREY, Colour::of(0, 0, 0));
        return Err(invalid(format!(
            "{colour} on our grey has a contrast of {contrast:.1} to 1, and {CONTRAST_MIN} are needed to be read; \
             {darker} would do"
        )));
    }
    Ok(Some(colour))
}

fn checked_logo(text: &str) -> Result<Option<Logo>, ServiceError> {
    let invalid = |text: &str| ServiceError::Invalid {
        field: "logo",
        text: text.to_owned(),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let data = text
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .map(|(_, data)| data)
        .ok_or_else(|| invalid("write it as data:image/png;base64,…"))?;
    // Four letters hold three bytes.
    if data.len() / 4 * 3 > LOGO_BYTES_MAX + 3 {
        return Err(invalid(&InvalidLogo::TooLarge.to_string()));
    }
    let bytes = STANDARD
        .decode(data)
        .map_err(|_| invalid("it is not base64"))?;
    let logo = Logo::try_from(bytes).map_err(|error| invalid(&error.to_string()))?;
    Ok(Some(logo))
}

fn checked(brand: Brand) -> Result<BrandRecord, ServiceError> {
    let invalid = |field: &'static str, text: String| ServiceError::Invalid { field, text };
    let line = |field, text: &str, max: usize| match text.chars().count() > max
        || text.chars().any(char::is_control)
    {
        true => Err(invalid(
            field,
            format!("at most {max} characters, on one line"),
        )),
        false => Ok(text.trim().to_owned()),
    };
    let lines = |field, text: &str, max: usize| {
        let text = text.replace("\r\n", "\n");
        match text.chars().count() > max || text.chars().any(|c| c.is_control() && c != '\n') {
            true => Err(invalid(
                field,
                format!("at most {max} characters of plain text"),
            )),
            false => Ok(text.trim().to_owned()),
        }
    };
    if brand.hosts.len() > HOSTS_MAX || brand.links.len() > LINKS_MAX {
        return Err(invalid(
            "hosts",
            format!("at most {HOSTS_MAX} host names and {LINKS_MAX} links"),
        ));
    }
    let mut hosts = Vec::new();
    for host in &brand.hosts {
        let host: DomainName = host
            .trim()
            .parse()
            .map_err(|error| invalid("hosts", format!("{error}")))?;
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let mut links = Vec::new();
    for link in &brand.links {
        let url = Url::parse(link.url.trim()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "https" | "http" | "mailto" | "tel"));
        let url = url.ok_or_else(|| {
            invalid(
                "links",
                "a link begins with https:, http:, mailto: or tel:".to_owned(),
            )
        })?;
        links.push(BrandLink {
            text: line("links", &link.text, LINK_CHARS_MAX)?,
            url: url.into(),
        });
    }
    let mut texts = BTreeMap::new();
    for (name, text) in &brand.texts {
        let placeholders = announcing::placeholders(name).ok_or_else(|| {
            let names: Vec<&str> = TEXTS.iter().map(|(name, _)| *name).collect();
            let name: String = name.chars().take(40).collect();
            invalid(
                "texts",
                format!("{name:?} is none; these are: {}", names.join(", ")),
            )
        })?;
        let values: Vec<(&str, &str)> = placeholders.iter().map(|name| (*name, "")).collect();
        announcing::fill(text, &values)
            .map_err(|error| invalid("texts", format!("{name}: {error}")))?;
        let text = lines("texts", text, TEXT_CHARS_MAX)?;
        if name.starts_with("user-sign-in-link") && !text.is_empty() && !text.contains("{link}") {
            return Err(invalid("texts", format!("{name}: {{link}} must be in it")));
        }
        if !text.is_empty() {
            texts.insert(name.clone(), text);
        }
    }
    Ok(BrandRecord {
        name: line("name", &brand.name, NAME_CHARS_MAX)?,
        hosts,
        help: lines("help", &brand.help, HELP_CHARS_MAX)?,
        links,
        texts,
        colour: checked_colour(&brand.colour)?,
        logo: None,
    })
}

/// Whose pages a host name shows, and the brand; the operator's where nobody has set the name.
///
/// # Errors
/// When the store cannot be read.
pub fn of_host(
    service: &Service,
    host: &str,
) -> Result<(Option<ResellerId>, BrandRecord), StoreError> {
    service.store.read(|tx| {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        let owner = match name.parse::<DomainName>() {
            Ok(name) => kept::of_host(tx, &name)?.flatten(),
            Err(_) => None,
        };
        let brand = kept::get(tx, owner.as_ref())?;
        Ok((owner, brand))
    })
}

/// The address of the pages of a reseller, or of the operator: under the brand's host name where it has one.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn site_of(service: &Service, owner: Option<&ResellerId>) -> Result<String, StoreError> {
    let brand = service.store.read(|tx| kept::get(tx, owner))?;
    Ok(Places::of(&brand, &service.config().http.public_url).webmail)
}

/// The logo of the brand that a host name shows.
///
/// # Errors
/// When the store cannot be read.
pub fn logo_of_host(service: &Service, host: &str) -> Result<Option<Logo>, StoreError> {
    let (owner, _) = of_host(service, host)?;
    service.store.read(|tx| kept::logo(tx, owner.as_ref()))
}

/// What the brand of an address's reseller says in the banner while its mailstore is out.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn banner(tx: &dyn ReadTx, domain: &DomainName) -> Result<Wording, StoreError> {
    let owner = directory::domain(tx, domain)?.and_then(|record| record.reseller);
    let brand = kept::get(tx, owner.as_ref())?;
    let values = [("name", brand.name.as_str())];
    let own = brand.wording("banner-outage");
    Ok(own.map(|text| announcing::fill(text, &values).ok()))
}
