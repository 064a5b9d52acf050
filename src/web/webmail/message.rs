//! The page of one message, and what it links to: the frame, attachments, the source.

use askama::Template;

use super::list::Target;
use super::shell::Shell;
use crate::web::page::Page;
use crate::web::when::When;

/// One message.
#[derive(Template)]
#[template(path = "webmail/message.html")]
pub struct MessagePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) id: String,
    pub(super) here: String,
    pub(super) back: String,
    pub(super) back_name: String,
    pub(super) subject: String,
    pub(super) from_name: String,
    pub(super) from_address: Option<String>,
    pub(super) when: When,
    pub(super) people: Vec<People>,
    pub(super) problem: Option<String>,
    pub(super) images_blocked: bool,
    pub(super) html_href: Option<String>,
    pub(super) text_href: Option<String>,
    pub(super) html_again: Option<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) files: Vec<File>,
    pub(super) files_title: String,
    pub(super) starred: bool,
    pub(super) star_label: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) targets: Vec<Target>,
    pub(super) reply_href: String,
    pub(super) reply_all_href: String,
    pub(super) forward_href: String,
    pub(super) newer_href: Option<String>,
    pub(super) older_href: Option<String>,
    pub(super) source_href: String,
    pub(super) eml_href: String,
}

/// The source of a message.
#[derive(Template)]
#[template(path = "webmail/source.html")]
pub struct SourcePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) back: String,
    pub(super) eml_href: String,
    pub(super) note: Option<String>,
    pub(super) text: String,
}

/// A line of the envelope: To, Cc.
#[derive(Clone, Debug)]
pub struct People {
    pub(super) label: String,
    pub(super) text: String,
}

/// A stretch of plain text, quoted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub(super) quoted: bool,
    pub(super) parts: Vec<Part>,
}

/// A piece of plain text, perhaps a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub(super) text: String,
    pub(super) href: Option<String>,
}

/// An attachment.
#[derive(Clone, Debug)]
pub struct File {
    pub(super) name: String,
    pub(super) size: String,
    pub(super) download: String,
    pub(super) preview: Option<String>,
}
