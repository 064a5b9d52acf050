//! How mailstores differ from each other.

use super::Driver;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Maildir, folders by their special use.
    Plain,
    /// All folders below INBOX.
    InboxPrefix,
    /// "Sent Items", and no folder is marked \Sent.
    SentItems,
    /// Access control lists, under which the master user acts as the mailbox's owner.
    Acl,
    /// One file per message, UIDs in the name.
    Sdbox,
    /// Many messages per file.
    Mdbox,
    /// POP3 knows messages by their file names.
    UidlFile,
    /// POP3 knows messages by their GUIDs.
    UidlGuid,
}

impl Shape {
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::InboxPrefix,
        Self::SentItems,
        Self::Acl,
        Self::Sdbox,
        Self::Mdbox,
        Self::UidlFile,
        Self::UidlGuid,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::InboxPrefix => "inbox-prefix",
            Self::SentItems => "sent-items",
            Self::Acl => "acl",
            Self::Sdbox => "sdbox",
            Self::Mdbox => "mdbox",
            Self::UidlFile => "uidl-file",
            Self::UidlGuid => "uidl-guid",
        }
    }

    /// Whether a driver can merge into it at all.
    pub fn takes(self, driver: Driver) -> bool {
        match driver {
            Driver::Imap => true,
            Driver::Maildir => !matches!(self, Self::Sdbox | Self::Mdbox),
        }
    }

    /// Its lines of dovecot.conf.
    pub fn config(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::InboxPrefix => "namespace inbox {\n prefix = INBOX.\n separator = .\n}\n",
            Self::SentItems => {
                "namespace inbox {\n mailbox Sent {\n special_use =\n auto = no\n }\n}\n"
            }
            Self::Acl => {
                "mail_plugins = $mail_plugins acl\n\
                 plugin {\n acl = vfile\n acl_user = %u\n}\n"
            }
            Self::Sdbox => "mail_location = sdbox:~/sdbox\n",
            Self::Mdbox => "mail_location = mdbox:~/mdbox\n",
            Self::UidlFile => "pop3_uidl_format = %f\n",
            Self::UidlGuid => "pop3_uidl_format = %g\n",
        }
    }

    /// The name that a folder has there, given what it is called in a plain mailstore.
    pub fn folder(self, plain: &str) -> String {
        match self {
            Self::InboxPrefix if plain != "INBOX" => format!("INBOX.{plain}"),
            Self::SentItems if plain == "Sent" => "Sent Items".to_owned(),
            _ => plain.to_owned(),
        }
    }
}
