//! Which folder of the mailstore a standby folder becomes.

use crate::mail::Role;

/// Names that folders without a special-use flag go by, best first.
const USUAL_NAMES: [(Role, &[&str]); 5] = [
    (
        Role::Drafts,
        &["Drafts", "Draft", "Entwürfe", "Brouillons", "Borradores"],
    ),
    (
        Role::Sent,
        &[
            "Sent",
            "Sent Items",
            "Sent Messages",
            "Sent Mail",
            "Gesendet",
            "Gesendete Elemente",
            "Gesendete Objekte",
            "Envoyés",
            "Éléments envoyés",
            "Enviados",
        ],
    ),
    (Role::Archive, &["Archive", "Archives", "Archiv"]),
    (
        Role::Junk,
        &[
            "Junk",
            "Spam",
            "Junk E-mail",
            "Junk Email",
            "Junk-E-Mail",
            "Bulk Mail",
        ],
    ),
    (
        Role::Trash,
        &[
            "Trash",
            "Deleted Items",
            "Deleted Messages",
            "Deleted",
            "Papierkorb",
            "Gelöschte Elemente",
            "Gelöschte Objekte",
            "Corbeille",
            "Papelera",
        ],
    ),
];

/// A folder that the mailstore listed, its name as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFolder {
    /// Its full name.
    pub name: String,
    /// Its special use.
    pub role: Option<Role>,
    /// Whether it can hold messages.
    pub selectable: bool,
}

/// The folders of a mailbox in the mailstore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// All of them.
    pub folders: Vec<ListedFolder>,
    /// What separates the levels.
    pub separator: Option<char>,
    /// What every name but INBOX starts with.
    pub prefix: String,
    /// What the platform's directory says that special folders are called.
    pub named: Vec<(Role, String)>,
}

/// A folder of the standby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandbyFolder<'a> {
    /// Its name; levels are separated by `/`.
    pub name: &'a str,
    /// What it is for.
    pub role: Option<Role>,
}

/// A folder of the mailstore, there or to be created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The folder with this name is there.
    Existing(String),
    /// It is to be created, and subscribed.
    Create(String),
}

impl Target {
    /// Its name as people read it.
    pub fn name(&self) -> &str {
        match self {
            Self::Existing(name) | Self::Create(name) => name,
        }
    }
}

impl Layout {
    /// Where messages of `folder` go: INBOX to INBOX; a role to the folder that the directory names, if
    /// it is there, else to the one with that special use, else to one with a usual name, else to a new
    /// one; a folder of the user's own to the one with its name.
    pub fn target(&self, folder: StandbyFolder<'_>) -> Target {
        match folder.role {
            Some(Role::Inbox) => Target::Existing("INBOX".to_owned()),
            Some(role) => match self.by_directory(role) {
                Some(there @ Target::Existing(_)) => there,
                named => self
                    .by_special_use(role)
                    .or_else(|| self.by_usual_name(role))
                    .or(named)
                    .unwrap_or_else(|| self.by_name(role.default_name())),
            },
            None => self.by_name(folder.name),
        }
    }

    fn by_directory(&self, role: Role) -> Option<Target> {
        let (_, name) = self.named.iter().find(|(known, _)| *known == role)?;
        let there = |folder: &&ListedFolder| folder.selectable && folder.name == *name;
        // A name as the mailstore lists it, or as people say it.
        match self.folders.iter().find(there) {
            Some(folder) => Some(Target::Existing(folder.name.clone())),
            None => Some(self.by_name(name)),
        }
    }

    fn by_special_use(&self, role: Role) -> Option<Target> {
        let found = self.folders.iter();
        let mut found = found.filter(|folder| folder.selectable && folder.role == Some(role));
        found.next().map(|f| Target::Existing(f.name.clone()))
    }

    fn by_usual_name(&self, role: Role) -> Option<Target> {
        let (_, names) = USUAL_NAMES.iter().find(|(known, _)| *known == role)?;
        names.iter().find_map(|usual| {
            let mut found = self.folders.iter().filter(|folder| {
                let bare = folder.name.strip_prefix(&self.prefix);
                folder.selectable
                    && folder.role.is_none()
                    && bare.unwrap_or(&folder.name).to_lowercase() == usual.to_lowercase()
            });
            found.next().map(|f| Target::Existing(f.name.clone()))
        })
    }

    fn by_name(&self, standby_name: &str) -> Target {
        let name = self.own_name(standby_name);
        if name.eq_ignore_ascii_case("INBOX") {
            return Target::Existing("INBOX".to_owned());
        }
        let there = |folder: &&ListedFolder| folder.selectable && folder.name == name;
        if self.folders.iter().any(|folder| there(&folder)) {
            Target::Existing(name)
        } else {
            Target::Create(name)
        }
    }

    /// The full name that a folder called `standby_name` has in this mailstore. What would be taken
    /// for a level of the hierarchy, or for a wildcard, becomes `_`.
    fn own_name(&self, standby_name: &str) -> String {
        let levels = standby_name.split('/').map(str::trim);
        let levels: Vec<String> = levels
            .filter(|level| !level.is_empty())
            .map(|level| {
                let level: String = level
                    .chars()
                    .map(|c| match c {
                        '*' | '%' => '_',
                        c if Some(c) == self.separator || c.is_control() => '_',
                        c => c,
                    })
                    .collect();
                // Maildir folders that start with ~ or a dot mean something else.
                if level.starts_with(['~', '.']) {
                    level.replacen(['~', '.'], "_", 1)
                } else {
                    level
                }
            })
            .collect();
        let (separator, levels) = match self.separator {
            Some(separator) => (separator.to_string(), levels),
            None => (" ".to_owned(), levels),
        };
        format!("{}{}", self.prefix, levels.join(&separator))
    }
}
