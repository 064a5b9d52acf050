//! Lifeboat with listeners of every kind, and its store after it stopped.

use std::path::Path;
use std::time::Duration;

use lifeboat::ids::{Address, MailboxId, StandbyId};
use lifeboat::store::messages::{self, MessageRecord};
use lifeboat::store::{Store, StoreOptions, directory, queue};

use crate::binary;
use crate::rig::{
    self, Lifeboat, LifeboatOptions, MailstoreOptions, Port, RigDir, wait_for, wait_until,
};

/// Domains with a mailbox ann, bob and postmaster each: what is sent to one goes by its transport.
pub const DOMAINS: [&str; 4] = [
    "example.com",
    "plain.test",
    "starttls.test",
    "implicit.test",
];

pub struct Bed {
    pub lifeboat: Lifeboat,
    /// For trusted hosts, with STARTTLS.
    pub trusted: Port,
    /// For trusted hosts, TLS from the first octet.
    pub implicit: Port,
    /// For everybody, with STARTTLS; a header of the PROXY protocol first.
    pub perimeter: Port,
    /// For everybody, with STARTTLS and without a proxy: 127.0.0.2 is a stranger.
    pub open: Port,
    pub dir: RigDir,
}

/// A message as it is stored.
pub struct Stored {
    pub record: MessageRecord,
    pub body: Vec<u8>,
}

impl Stored {
    /// The fields that were added here.
    pub fn prefix(&self) -> String {
        String::from_utf8_lossy(&self.record.prefix).into_owned()
    }
}

impl Bed {
    /// Starts with lines added to `[smtp]`.
    pub fn start(name: &str, smtp: &str) -> Self {
        let dir = RigDir::new(name);
        let (certificate, key) = rig::certificate(dir.path(), 2);
        let [trusted, implicit, perimeter, open, nowhere] = [(); 5].map(|()| Port::reserve());
        let password = dir.path().join("password");
        std::fs::write(&password, "x\n").expect("write a password");
        let listener =
            |port: &Port, more: &str| format!("[[smtp_listener]]\nlisten = \"{port}\"\n{more}\n");
        let extra = [
            format!(
                "[smtp]\ntls_certificate_file = \"{certificate}\"\ntls_key_file = \"{key}\"\n\
                 trusted = [\"127.0.0.1\"]\nxclient = [\"127.0.0.1\"]\nproxies = [\"127.0.0.1\"]\n\
                 postmaster = \"postmaster@example.com\"\n{smtp}\n"
            ),
            listener(&trusted, "tls = \"starttls\""),
            listener(&implicit, "tls = \"implicit\""),
            listener(
                &perimeter,
                "tls = \"starttls\"\nclients = \"everybody\"\nproxy_protocol = true",
            ),
            listener(&open, "tls = \"starttls\"\nclients = \"everybody\""),
        ];
        let options = LifeboatOptions {
            mailstores: vec![MailstoreOptions {
                id: "a1".to_owned(),
                imap: nowhere.to_string(),
                lmtp: nowhere.to_string(),
                master_password_file: password,
                sentinel: None,
                extra: String::new(),
            }],
            smarthost: Some(nowhere.to_string()),
            extra: extra.join("\n"),
            ..LifeboatOptions::default()
        };
        let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
        Self {
            lifeboat,
            trusted,
            implicit,
            perimeter,
            open,
            dir,
        }
    }

    /// Makes the mailboxes known, all that there are: so it is known too who does not exist.
    pub fn provision(&self) {
        self.provision_with(&["--whole-of", "panel"]);
    }

    /// Makes the mailboxes known; there may be others.
    pub fn provision_with(&self, more: &[&str]) {
        let mut rows = String::new();
        for domain in DOMAINS {
            for name in ["ann", "bob", "postmaster"] {
                rows.push_str(&format!("{name}@{domain}:{{PLAIN}}x\n"));
            }
        }
        let path = self.dir.path().join("passwd");
        std::fs::write(&path, rows).expect("write the passwd-file");
        let path = path.display().to_string();
        let format = ["--format", "passwd-file", "--mailstore", "a1"];
        let command = [&["provision", &path], &format[..], more].concat();
        self.lifeboat.cli(&command);
    }

    /// The number of a line of `/metrics`.
    pub fn metric(&self, name: &str) -> u64 {
        let page = rig::http::get(self.lifeboat.http().addr(), "/metrics").expect("metrics");
        let text = String::from_utf8_lossy(&page.body).into_owned();
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok())
            .unwrap_or_else(|| panic!("{name} is not in\n{text}")) as u64
    }

    /// Waits until so many messages are to be sent: what is owed is queued a moment after it was accepted.
    pub fn wait_for_queued(&self, count: usize) {
        wait_until("all receipts are queued", Duration::from_secs(60), || {
            let queue = self.lifeboat.cli_json(&["queue", "list", "--json"]);
            queue.as_array().is_some_and(|queue| queue.len() == count)
        });
    }

    /// Stops the server and opens its store.
    pub fn into_store(mut self) -> Inside {
        // One that takes too long is killed, which loses nothing either.
        self.lifeboat.stop();
        let path = self.lifeboat.store_path();
        Inside {
            store: open(&path),
            _bed: self,
        }
    }
}

fn open(path: &Path) -> Store {
    wait_for("the store opens", Duration::from_secs(60), || {
        Store::open(path, &StoreOptions::default()).ok()
    })
}

/// The store of a server that stopped.
pub struct Inside {
    store: Store,
    _bed: Bed,
}

impl Inside {
    fn mailbox(&self, address: &str) -> MailboxId {
        let address: Address = address.parse().unwrap();
        let record = self.store.read(|tx| directory::mailbox(tx, &address));
        record.unwrap().unwrap().id
    }

    /// What waits to be sent in a mailbox's name, to whom, header and text.
    pub fn queued(&self, address: &str) -> Vec<(String, String)> {
        let mailbox = self.mailbox(address);
        let all = self.store.read(|tx| queue::of_mailbox(tx, mailbox, 1000));
        all.unwrap()
            .into_iter()
            .map(|entry| {
                let body = self.store.read_body(entry.body).unwrap();
                let text = [&entry.prefix[..], &body[..]].concat();
                let to = entry.recipients[0].address.clone();
                (to, String::from_utf8_lossy(&text).into_owned())
            })
            .collect()
    }

    /// All messages of a mailbox, the oldest first.
    pub fn messages(&self, address: &str) -> Vec<Stored> {
        let mailbox = self.mailbox(address);
        (1..)
            .map_while(|id| {
                let id = StandbyId(id);
                self.store
                    .read(|tx| messages::get(tx, mailbox, id))
                    .unwrap()
            })
            .map(|record| Stored {
                body: self.store.read_body(record.body).unwrap().to_vec(),
                record,
            })
            .collect()
    }

    /// The one message of a mailbox whose subject is this.
    pub fn message(&self, address: &str, subject: &str) -> Stored {
        let mut all = self.messages(address);
        all.retain(|stored| stored.record.summary.subject == subject);
        assert_eq!(all.len(), 1, "{address} {subject}");
        all.remove(0)
    }
}
