//! What surrounds every page of a signed-in user: account, search, folders, banner, notice.

use crate::web::page::{Banner, Notice};

/// The frame of a webmail page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The address that is signed in.
    pub account: String,
    /// Token of the session, for every form.
    pub csrf: String,
    /// What stands in the search field.
    pub query: String,
    /// Name of the place the page shows, for the folder menu of narrow screens.
    pub here: String,
    /// All folders.
    pub folders: Vec<FolderLink>,
    /// State of the service.
    pub banner: Option<Banner>,
    /// What just happened.
    pub notice: Option<Notice>,
}

/// A folder in the navigation.
#[derive(Clone, Debug)]
pub struct FolderLink {
    /// Its address.
    pub href: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Name of the icon.
    pub icon: &'static str,
    /// Whether the page shows it.
    pub current: bool,
    /// What there is to see: unread mail, or drafts.
    pub count: Option<Count>,
}

/// A number with what it counts.
#[derive(Clone, Debug)]
pub struct Count {
    /// The number.
    pub text: String,
    /// What it counts, for those who do not see where it stands.
    pub label: String,
}
