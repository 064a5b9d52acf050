//! Letters to users, at the address at which they are reached when the platform is down: that their usual mail
//! is out, that it is back, and the link by which they sign in.
//!
//! What they say is pure: the words of the reseller's brand, or the usual ones in the user's language. They go
//! through the queue with a null reverse-path, as the operator's own (`announce.mail_from`): nothing comes
//! back, and nothing stands in the user's mailbox. Never to an address whose own mailbox is out as well.

use mail_builder::MessageBuilder;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;

use super::Service;
use super::announcing::{self, Letter, Places, fill};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, MailboxId, QueueId};
use crate::route::Route;
use crate::store::brand::{self, BrandRecord};
use crate::store::directory::{self, details};
use crate::store::policies::Language;
use crate::store::queue::{NewEntry, Tell};
use crate::store::{NewBody, ReadTx, StoreError, profile};

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The usual mail is out.
    Began,
    /// It is back.
    Ended,
    /// A link to sign in.
    Link,
}

/// The usual texts of each language: out, back, link, and where to ask for a link.
const fn usual(language: Language) -> [&'static str; 4] {
    match language {
        Language::En => [
            include_str!("../../templates/email/outage-began.en.txt"),
            include_str!("../../templates/email/outage-ended.en.txt"),
            include_str!("../../templates/email/sign-in-link.en.txt"),
            "If your password is not accepted, you can ask there for a link that is sent to this address: {forgotten}",
        ],
        Language::De => [
            include_str!("../../templates/email/outage-began.de.txt"),
            include_str!("../../templates/email/outage-ended.de.txt"),
            include_str!("../../templates/email/sign-in-link.de.txt"),
            "Wird Ihr Passwort nicht angenommen, können Sie hier einen Link an diese Adresse anfordern: {forgotten}",
        ],
        Language::Fr => [
            include_str!("../../templates/email/outage-began.fr.txt"),
            include_str!("../../templates/email/outage-ended.fr.txt"),
            include_str!("../../templates/email/sign-in-link.fr.txt"),
            "Si votre mot de passe n'est pas accepté, demandez ici un lien qui sera envoyé à cette adresse : {forgotten}",
        ],
        Language::Es => [
            include_str!("../../templates/email/outage-began.es.txt"),
            include_str!("../../templates/email/outage-ended.es.txt"),
            include_str!("../../templates/email/sign-in-link.es.txt"),
            "Si no se acepta su contraseña, pida aquí un enlace que se enviará a esta dirección: {forgotten}",
        ],
        Language::Ar => [
            include_str!("../../templates/email/outage-began.ar.txt"),
            include_str!("../../templates/email/outage-ended.ar.txt"),
            include_str!("../../templates/email/sign-in-link.ar.txt"),
            "إذا لم تُقبل كلمة مرورك فاطلب هنا رابطًا يُرسل إلى هذا العنوان: {forgotten}",
        ],
    }
}

/// What fills a letter.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Its language.
    pub language: Language,
    /// The brand of the user's reseller.
    pub brand: &'a BrandRecord,
    /// Where its users find things.
    pub places: &'a Places,
    /// Whose mailbox.
    pub address: &'a Address,
    /// When it began, or ended; of a link: until when it is good.
    pub time: Timestamp,
    /// Whether it says where to ask for a link to sign in.
    pub says_forgotten: bool,
    /// The link, in a letter with one.
    pub link: &'a str,
}

/// What a letter says. Pure.
pub fn letter(about: About, words: &Words<'_>) -> Letter {
    let [began, ended, link, trouble] = usual(words.language);
    let (name, text) = match about {
        About::Began => ("user-outage-began", began),
        About::Ended => ("user-outage-ended", ended),
        About::Link => ("user-sign-in-link", link),
    };
    let webmail = words.places.webmail.as_str();
    let forgotten = format!("{webmail}/login/forgotten");
    let trouble = match words.says_forgotten {
        true => fill(trouble, &[("forgotten", &forgotten)]).unwrap_or_default(),
        false => String::new(),
    };
    let (address, time) = (words.address.to_string(), minute(words.time));
    let (language, help) = (words.language.as_str(), words.brand.help());
    let values = [
        ("name", words.places.name.as_str()),
        ("address", address.as_str()),
        ("webmail", webmail),
        ("status", words.places.status.as_str()),
        ("help", help.in_language(language).unwrap_or_default()),
        ("time", time.as_str()),
        ("trouble", trouble.as_str()),
        ("link", words.link),
    ];
    let own = words.brand.wording(name);
    let own = own.in_language(language);
    let own = own.and_then(|text| fill(text, &values).ok());
    let text = own.unwrap_or_else(|| fill(text, &values).unwrap_or_default());
    announcing::split(&without_gaps(&text))
}

/// A time as everybody reads it, to the minute.
fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    let minute = text.get(..16).map(|text| text.replace('T', " "));
    minute.map_or(text, |minute| format!("{minute} UTC"))
}

/// Where nothing stood in a paragraph there is none.
fn without_gaps(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            made.push_str(line);
            made.push('\n');
        }
    }
    made
}

/// To whom a letter goes, and in what words.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Its address.
    pub address: Address,
    /// Where its user is reached.
    pub to: Address,
    /// What the user chose; none: nothing.
    pub language: Option<Language>,
    /// The brand of its reseller.
    pub brand: BrandRecord,
    /// Where its users find things.
    pub places: Places,
}

/// How the user of a mailbox is reached while it may be out; none where they are not.
///
/// # Errors
/// When the store cannot be read.
pub fn addressee(
    service: &Service,
    tx: &dyn ReadTx,
    mailbox: &directory::Mailbox,
    now: Timestamp,
) -> Result<Option<Addressee>, StoreError> {
    let Some(to) = details::get(tx, &mailbox.address)?.recovery else {
        return Ok(None);
    };
    if !is_reachable(service, tx, mailbox.record.id, &to, now)? {
        return Ok(None);
    }
    let owner = owner(tx, &mailbox.address.domain_name())?;
    let brand = brand::get(tx, owner.as_ref())?;
    let places = Places::of(&brand, &service.config().http.public_url);
    let language = match profile::get(tx, mailbox.record.id) {
        // Settings that cannot be read are no reason to say nothing.
        Err(StoreError::Corrupt { .. } | StoreError::FromTheFuture { .. }) => None,
        set => set?.language.parse().ok(),
    };
    Ok(Some(Addressee {
        mailbox: mailbox.record.id,
        address: mailbox.address.clone(),
        to,
        language,
        brand,
        places,
    }))
}

fn owner(
    tx: &dyn ReadTx,
    domain: &DomainName,
) -> Result<Option<crate::ids::ResellerId>, StoreError> {
    Ok(directory::domain(tx, domain)?.and_then(|record| record.reseller))
}

/// Whether mail for `to` arrives where its reader is: outside, or in another mailbox of ours that is as usual.
fn is_reachable(
    service: &Service,
    tx: &dyn ReadTx,
    own: MailboxId,
    to: &Address,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let plain = to.without_extension(service.config().postfix.delimiter());
    let found = match directory::resolve(tx, to)? {
        Some(found) => Some(found),
        None => directory::resolve(tx, &plain)?,
    };
    let Some(found) = found else {
        return Ok(!directory::is_ours(tx, &to.domain_name())?);
    };
    let routes = &service.routes;
    let decided = routes.route_mailbox(&found.address, &found.record.mailstore, now);
    Ok(found.record.id != own && decided.route == Route::Primary)
}

/// A letter that is ready for the queue.
#[derive(Debug)]
pub struct Ready {
    /// Its entry.
    pub entry: NewEntry,
    /// What stands in it.
    pub body: NewBody,
}

/// Makes a letter ready; it is given up at `expires_at`.
///
/// # Errors
/// When its body cannot be kept.
pub fn ready(
    service: &Service,
    from: &Address,
    to: &Addressee,
    letter: &Letter,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Ready, StoreError> {
    let id = QueueId::generate(now);
    let message = MessageBuilder::new()
        .from((to.places.name.as_str(), from.as_str()))
        .to(to.to.as_str())
        .subject(letter.subject.as_str())
        .date(now.as_secs())
        .message_id(MessageId::new(format!("{id}@{}", from.domain())))
        // So that no machine answers (RFC 3834 §5).
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .text_body(letter.text.replace('\n', "\r\n"))
        .write_to_vec()
        .map_err(|error| StoreError::Failed(error.to_string().into()))?;
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    let (header, text) = message.split_at(end.map_or(message.len(), |at| at + 4));
    let body = service.store.new_body(now, text)?;
    let entry = NewEntry {
        id,
        mailbox: to.mailbox,
        sender: from.clone(),
        reverse_path: None,
        recipients: vec![to.to.to_string()],
        copy: None,
        prefix: header.to_vec(),
        body: body.id(),
        created_at: now,
        not_before: now,
        expires_at,
        tell: Tell::default(),
    };
    Ok(Ready { entry, body })
}

#[cfg(test)]
mod tests;
