//! A mailstore with its clients, a standby, and a server between them, for one case.

use std::path::PathBuf;
use std::time::Duration;

use lifeboat::ids::StandbyId;

use super::Case;
use super::content::Content;
use super::fault::{self, Fault};
use crate::rig::clients::{self, Client};
use crate::rig::proof::{Accepted, Proof, now_secs};
use crate::rig::{
    CutProxy, Dialect, Dovecot, DovecotOptions, ImapSession, Lifeboat, LifeboatOptions,
    MailstoreOptions, RigDir, SmtpClient, User, wait_until,
};
use crate::standby::{Standby, accepted};

pub const ANN: &str = "ann@example.com";
const PASSWORD: &str = "pw";
/// How long a merge may take; minutes for the largest content.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Bed {
    pub case: Case,
    pub a1: Dovecot,
    pub proxy: CutProxy,
    pub lifeboat: Lifeboat,
    /// What somebody was told is accepted.
    pub accepted: Vec<Accepted>,
    /// Beside each of them its id in the standby, if it arrived there.
    pub ids: Vec<Option<StandbyId>>,
    /// Messages in the inbox before the outage.
    pub old_in_inbox: u32,
    standby: Option<Standby>,
    clients: Vec<Box<dyn Client>>,
    /// What each of the clients had downloaded before the outage.
    had: Vec<Vec<String>>,
    proof: Proof,
    idling: Option<ImapSession>,
    wrong: Vec<String>,
    // Last, so that what lies in it has ended before it is removed.
    dir: RigDir,
}

impl Bed {
    /// Everything is well: there is old mail, and the clients have it.
    pub fn new(case: Case, number: usize) -> Self {
        let dir = RigDir::new(&format!("mx{number}"));
        let extra = format!("{}{}", case.shape.config(), case.content.config(false));
        let a1 = Dovecot::start(
            "a1",
            &dir.sub("a1"),
            DovecotOptions {
                users: vec![User::plain(ANN, PASSWORD)],
                extra,
                ..DovecotOptions::default()
            },
        );
        let proxy = CutProxy::start(a1.imap().addr());
        let mut mailstore = MailstoreOptions::of(&a1);
        mailstore.imap = proxy.port().to_string();
        mailstore.extra = format!(
            "policy = \"manual\"\nmerge_driver = \"{}\"\nmaildir = \"{}/mail/%d/%n/Maildir\"\n",
            case.driver.name(),
            dir.sub("a1").display()
        );
        let lifeboat = Lifeboat::prepare(
            crate::binary(),
            &dir.sub("lifeboat"),
            LifeboatOptions {
                mailstores: vec![mailstore],
                extra: "[merge]\nquiet = \"300ms\"\n".to_owned(),
                ..LifeboatOptions::default()
            },
        );
        let standby = Standby::open(&lifeboat.store_path());
        standby.provision(ANN, "a1");
        let clients = clients::all(&dir.sub("clients"), &a1, ANN, PASSWORD);
        let mut bed = Self {
            case,
            a1,
            proxy,
            lifeboat,
            accepted: Vec::new(),
            ids: Vec::new(),
            old_in_inbox: 0,
            standby: Some(standby),
            clients,
            had: Vec::new(),
            // Taken when the old mail is there.
            proof: Proof::none(&dir.sub("proof")),
            idling: None,
            wrong: Vec::new(),
            dir,
        };
        case.content.put_old_mail(&bed);
        bed.old_in_inbox = bed.a1.session(ANN).examine("INBOX").exists;
        for client in &bed.clients {
            client.fetch().expect("the first sync of a client");
            bed.had.push(client.tokens());
        }
        // After that, because POP3 marks what it hands out as read.
        bed.proof = Proof::snapshot(&bed.dir.sub("proof"), &[&bed.a1], |_| true).expect("look");
        assert!(bed.had.iter().all(|had| had.len() >= 3), "{:?}", bed.had);
        bed
    }

    /// The standby's store, while no server has it.
    pub fn standby(&mut self) -> &mut Standby {
        self.standby.as_mut().expect("no server runs")
    }

    /// Where the contents of accepted messages are kept.
    pub fn contents(&self) -> PathBuf {
        self.dir.sub("contents")
    }

    /// Keeps the logs and the data.
    pub fn keep(&mut self) {
        self.dir.keep();
    }

    /// The outage: mail comes into the standby. It is over; the merge can begin.
    pub fn fill(&mut self) {
        if self.case.fault == Fault::StalledAfterData {
            let body = accepted(ANN, "stalled", Some("4StalledXy"), 900);
            let now = now_secs();
            fault::stall_after_data(self, &body);
            self.standby()
                .receive_bodies(ANN, Some("4StalledXy"), vec![body.clone()]);
            self.accept("stalled", (now - 60, now + 3_600), Some(&body));
        }
        self.case.content.put_new_mail(self);
        if self.case.content == Content::Idling {
            let mut session = ImapSession::connect(self.a1.imap().addr()).expect("connect");
            session.login(ANN, PASSWORD);
            session.select("INBOX");
            session.idle();
            self.idling = Some(session);
        }
        let standby = self.standby.take().expect("no server ran");
        standby.close();
    }

    /// Files in the inbox that Dovecot has not taken up.
    pub fn files_in_new(&self) -> usize {
        let new = self.a1.home(ANN).join("Maildir/new");
        std::fs::read_dir(new).into_iter().flatten().count()
    }

    fn accept(&mut self, token: &str, (date_from, date_to): (u64, u64), body: Option<&[u8]>) {
        let content_file = body.map(|body| {
            let path = self.contents().join(token);
            std::fs::write(&path, body).expect("keep the content");
            path
        });
        self.accepted.push(Accepted {
            token: token.to_owned(),
            also: Vec::new(),
            mailbox: ANN.into(),
            folder: "INBOX".into(),
            date_from,
            date_to,
            flags: Some(Vec::new()),
            content_file,
        });
        self.ids.push(None);
    }

    /// A message comes by LMTP while the server runs.
    pub fn deliver_to_standby(&mut self, token: &str) {
        let body = accepted(ANN, token, None, 900);
        let mut mx = SmtpClient::connect(self.lifeboat.lmtp().addr(), Dialect::Lmtp)
            .expect("connect to the standby");
        let replies = mx
            .send("bob@elsewhere.test", &[ANN], &body)
            .expect("deliver");
        assert!(replies[0].is_ok(), "{:?}", replies[0]);
        let now = now_secs();
        self.accept(token, (now - 60, now + 3_600), Some(&body));
    }

    /// Everything works; waits until everything is merged.
    pub fn finish(&mut self) {
        if self.case.content == Content::OverQuota {
            wait_until("the merge says that the mailbox is full", PATIENCE, || {
                let status = self.lifeboat.cli_json(&["merge", "status", "--json"]);
                let blocked = status["blocked"].as_array().cloned().unwrap_or_default();
                blocked
                    .iter()
                    .any(|one| one["reason"].to_string().contains("over-quota"))
            });
            let room = self.case.content.config(true);
            self.a1
                .set_extra(&format!("{}{room}", self.case.shape.config()));
        }
        let what = format!("everything is merged ({})", self.case.name());
        wait_until(&what, PATIENCE, || {
            self.lifeboat.cli_json(&["merge", "status", "--json"])["unmerged"] == 0
        });
        self.lifeboat.cli(&["store", "check"]);
        if let Some(mut session) = self.idling.take() {
            // News may come a moment after the merge; what comes late comes with the next command.
            let told = session.end_idle().map(|mut told| {
                told.extend(session.command("NOOP"));
                told
            });
            match told {
                Err(_) if self.case.fault.ends_sessions() => {}
                Err(error) => self
                    .wrong
                    .push(format!("the waiting client was cut off: {error}")),
                Ok(told) if told.iter().any(|line| line.ends_with(" EXISTS")) => {}
                Ok(told) => self
                    .wrong
                    .push(format!("the waiting client was not told: {told:?}")),
            }
        }
    }

    /// What does not hold.
    pub fn wrong(&mut self) -> Vec<String> {
        let mut wrong = std::mem::take(&mut self.wrong);
        match self.proof.verify(&self.accepted) {
            Err(error) => wrong.push(format!("proof: {error}")),
            Ok(verdict) => wrong.extend(verdict.failures.iter().take(20).map(|failure| {
                format!(
                    "proof: {}: {}: {}",
                    failure.check, failure.folder, failure.detail
                )
            })),
        }
        for (client, had) in self.clients.iter().zip(&self.had) {
            let mut expected = had.clone();
            let wanted = self.accepted.iter();
            let wanted = wanted.filter(|one| one.folder == "INBOX" || !client.inbox_only());
            expected.extend(wanted.map(|one| one.token.clone()));
            expected.sort();
            // The second time there is nothing new.
            for time in ["first", "second"] {
                if let Err(error) = client.fetch() {
                    wrong.push(format!("{}: {error}", client.name()));
                }
                let got = client.tokens();
                if got != expected {
                    let difference = difference(&expected, &got);
                    wrong.push(format!("{}: {time} fetch: {difference}", client.name()));
                }
            }
        }
        wrong
    }
}

/// What stands in one of two sorted lists and not in the other.
fn difference(expected: &[String], got: &[String]) -> String {
    let mut missing = Vec::new();
    let mut left = got.to_vec();
    for token in expected {
        match left.iter().position(|other| other == token) {
            Some(at) => drop(left.swap_remove(at)),
            None => missing.push(token.clone()),
        }
    }
    let some = |tokens: &[String]| {
        tokens
            .iter()
            .take(10)
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    format!(
        "{} not downloaded ({}), {} too many ({})",
        missing.len(),
        some(&missing),
        left.len(),
        some(&left)
    )
}
