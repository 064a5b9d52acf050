//! The steps of a drill: what is done, and how it is seen that it worked.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use crate::control::target;
use crate::detect::{Login, Target};
use crate::ids::UidValidity;
use crate::imap::{Client, FolderName, ImapError, Limits, SearchKey, Server};
use crate::mail::Role;
use crate::net::{Endpoint, Tls};
use crate::route::{Decided, Level, Route, Scope};
use crate::send::relay::{Outgoing, Relay, Reports};
use crate::send::{Content, RelayTimeouts, Smarthost};
use crate::service::failover::{self, FailoverAction, FailoverChange};
use crate::service::mailbox_write::{self, Letter};
use crate::service::{Actor, Service, ServiceError, mailbox};
use crate::store::directory::{self, Mailbox};
use crate::store::messages::{self, MessageRecord};
use crate::store::profile::{self, UndoSend};
use crate::store::queue::Outcome;
use crate::store::unmerged;

/// How often it is looked whether something has happened.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Newest messages of a folder among which the drill's is looked for.
const LOOKED_AT: usize = 50;
/// The override ends by itself after so many times a step's limit.
const EXPIRES_AFTER_STEPS: u32 = 10;
/// How long an IMAP command of the last look may take.
const IMAP_TIMEOUT: Duration = Duration::from_secs(30);

/// The mailbox that a drill is held on.
pub(super) struct Canary {
    service: Service,
    pub(super) mailbox: Mailbox,
    mx: Endpoint,
    target: Target,
    /// Stands in the subject of the message that comes in, and of the one that goes out.
    token_in: String,
    token_out: String,
    /// Of its INBOX on the mailstore, before.
    before: Option<UidValidity>,
    /// Its domain's route was ordered to the standby.
    pub(super) was_switched: bool,
}

impl Canary {
    /// The configured one.
    pub(super) fn of(service: &Service) -> Result<Self, ServiceError> {
        let missing = |text: &str| ServiceError::Conflict(text.to_owned());
        let config = service.config.get();
        let (Some(address), Some(mx)) = (&config.drill.mailbox, &config.drill.mx) else {
            return Err(missing(
                "no canary is configured: set mailbox and mx in [drill]",
            ));
        };
        let found = service.store.read(|tx| directory::mailbox(tx, address))?;
        let record = found.ok_or_else(|| {
            missing("the canary of [drill] is not provisioned: lifeboat provision makes it known")
        })?;
        let mailstore = config
            .mailstore(&record.mailstore)
            .ok_or(ServiceError::NotFound("such mailstore"))?;
        let target = target(&config, mailstore).map_err(ServiceError::Unavailable)?;
        let token = crate::ids::QueueId::generate(service.clock.now());
        Ok(Self {
            service: service.clone(),
            mailbox: Mailbox {
                address: address.clone(),
                record,
            },
            mx: mx.clone(),
            target,
            token_in: format!("drill-in-{token}"),
            token_out: format!("drill-out-{token}"),
            before: None,
            was_switched: false,
        })
    }

    /// Takes a step. What was seen, or why it failed, in words.
    pub(super) async fn take(&mut self, step: super::DrillStep) -> Result<String, String> {
        use super::DrillStep as Step;
        match step {
            Step::Prepare => self.prepare().await,
            Step::Switch => {
                self.was_switched = true;
                self.order(FailoverAction::Activate).await?;
                self.wait_for_route(Route::Standby).await;
                Ok("mail for the canary's domain goes to the standby".into())
            }
            Step::Receive => self.receive().await,
            Step::Read => self.read().await,
            Step::Send => self.send().await,
            Step::Return => {
                self.order(FailoverAction::Auto).await?;
                self.wait_for_route(Route::Primary).await;
                Ok("mail for the canary's domain goes to its mailstore".into())
            }
            Step::Merge => self.merge().await,
            Step::Verify => self.verify().await,
        }
    }

    fn user(&self) -> Actor {
        Actor::User(self.mailbox.record.id, self.mailbox.address.clone())
    }

    fn decided(&self) -> Decided {
        let (routes, now) = (&self.service.routes, self.service.clock.now());
        let mailstore = &self.mailbox.record.mailstore;
        routes.route_mailbox(&self.mailbox.address, mailstore, now)
    }

    async fn wait_for_route(&self, wanted: Route) {
        while self.decided().route != wanted {
            sleep(LOOK_EVERY).await;
        }
    }

    /// All is well before, and nothing is unmerged that would be taken for the drill's.
    async fn prepare(&mut self) -> Result<String, String> {
        let decided = self.decided();
        if decided.route != Route::Primary {
            return Err("the canary's mail does not go to its mailstore now".into());
        }
        // The drill ends by taking its override away, and must not take away anybody else's.
        if decided.level != Level::Mailstore {
            return Err(
                "the canary or its domain has an override: lifeboat failover auto takes it away"
                    .into(),
            );
        }
        if self.is_unmerged()? {
            return Err("the canary has mail that is not merged yet".into());
        }
        let mut client = self.sign_in().await.map_err(words)?;
        let inbox = client.examine(&FolderName::inbox()).await.map_err(words)?;
        // What was seen was seen, however the connection ends.
        let _ = client.logout().await;
        self.before = Some(inbox.uid_validity);
        self.send_at_once().await?;
        Ok(format!("{} messages in its INBOX", inbox.exists))
    }

    /// What the canary sends is not held back for second thoughts.
    async fn send_at_once(&self) -> Result<(), String> {
        let id = self.mailbox.record.id;
        let write = self.service.store.write(move |tx| {
            let mut settings = profile::get(tx, id)?;
            settings.undo_send = UndoSend::Off;
            profile::put(tx, id, &settings)
        });
        write.await.map_err(words)
    }

    async fn order(&self, action: FailoverAction) -> Result<(), String> {
        let limit = self.service.config.get().drill.step_timeout.duration();
        let expires = limit.saturating_mul(EXPIRES_AFTER_STEPS).as_secs().max(1);
        let change = FailoverChange {
            action,
            reason: "a drill".into(),
            accept_changed_mailstore: false,
            restored: false,
            expires_in_secs: (action == FailoverAction::Activate).then_some(expires),
        };
        let scope = Scope::Domain(self.mailbox.address.domain_name());
        failover::change(&self.service, &Actor::System("drill"), &scope, change, None)
            .await
            .map(drop)
            .map_err(words)
    }

    /// A message is given to the MX, as a stranger would, and must lie in the standby.
    async fn receive(&self) -> Result<String, String> {
        let (address, token) = (&self.mailbox.address, &self.token_in);
        let now = self.service.clock.now();
        let date = now.to_jiff().strftime("%a, %d %b %Y %H:%M:%S +0000");
        let message = format!(
            "From: <{address}>\r\nTo: <{address}>\r\nSubject: Lifeboat {token}\r\nDate: {date}\r\n\
             Message-ID: <{token}@{domain}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\r\n\
             A drill of Lifeboat: {token}.\r\n",
            domain = address.domain(),
        );
        self.hand_to_mx(&message).await?;
        self.wait_for(token).await?;
        Ok("a message came in by way of the MX".into())
    }

    async fn hand_to_mx(&self, message: &str) -> Result<(), String> {
        let mx = Smarthost {
            endpoint: self.mx.clone(),
            tls: Tls::Off,
            tls_name: None,
            connector: None,
            credentials: None,
            hello_name: "lifeboat-drill".into(),
            chunking: false,
            timeouts: RelayTimeouts::default(),
        };
        let content = Content::of(Bytes::copy_from_slice(message.as_bytes()));
        let address = self.mailbox.address.as_str();
        let mut relay = Relay::connect(&mx).await.map_err(words)?;
        let outgoing = Outgoing {
            reverse_path: Some(address),
            recipients: &[address],
            content: &content,
            reports: Reports {
                envelope_id: "drill",
                success: false,
            },
        };
        let outcomes = relay.send(&outgoing).await;
        relay.quit().await;
        match outcomes.first() {
            Some(Outcome::Relayed(_)) => Ok(()),
            Some(Outcome::Deferred(reply) | Outcome::Failed(reply)) => Err(format!(
                "the MX does not take mail for the canary: {} {}",
                reply.code.map_or_else(String::new, |code| code.to_string()),
                reply.text
            )),
            None => Err("the MX said nothing".into()),
        }
    }

    /// Waits until a message with this token lies in the standby's inbox.
    async fn wait_for(&self, token: &str) -> Result<MessageRecord, String> {
        loop {
            if let Some(found) = self.find(token)? {
                return Ok(found);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    fn find(&self, token: &str) -> Result<Option<MessageRecord>, String> {
        let id = self.mailbox.record.id;
        let inbox = messages::folder_of(Role::Inbox);
        let newest = self
            .service
            .store
            .read(|tx| messages::list(tx, id, inbox, messages::Cursor::Newest, LOOKED_AT));
        let has_token = |message: &MessageRecord| message.summary.subject.contains(token);
        Ok(newest.map_err(words)?.into_iter().find(has_token))
    }

    /// The message can be opened, and says what was written.
    async fn read(&self) -> Result<String, String> {
        let found = self.find(&self.token_in)?;
        let found = found.ok_or("the message is gone")?;
        let opened = mailbox::open(&self.service, &self.user(), found.id).map_err(words)?;
        let bytes = mailbox::raw(&self.service, &opened.message)
            .await
            .map_err(words)?;
        let said = format!("A drill of Lifeboat: {}.", self.token_in);
        let is_there = String::from_utf8_lossy(&bytes).contains(&said);
        match is_there {
            true => Ok(format!("{} octets, as they were sent", bytes.len())),
            false => Err("the message does not say what was written".into()),
        }
    }

    /// The canary writes to itself: out by the smarthost, and in again by the MX.
    async fn send(&self) -> Result<String, String> {
        let address = self.mailbox.address.to_string();
        let letter = Letter {
            key: self.token_out.clone(),
            from: address.clone(),
            to: address,
            subject: format!("Lifeboat {}", self.token_out),
            text: format!("A drill of Lifeboat: {}.", self.token_out),
            ..Letter::default()
        };
        mailbox_write::send(&self.service, &self.user(), &letter)
            .await
            .map_err(words)?;
        self.wait_for(&self.token_out).await?;
        Ok("a message went out by the smarthost and came back by way of the MX".into())
    }

    fn is_unmerged(&self) -> Result<bool, String> {
        let (id, mailstore) = (self.mailbox.record.id, &self.mailbox.record.mailstore);
        let left = self
            .service
            .store
            .read(|tx| unmerged::unmerged(tx, mailstore, id, None, 1));
        left.map(|left| !left.is_empty()).map_err(words)
    }

    async fn merge(&self) -> Result<String, String> {
        while self.is_unmerged()? {
            sleep(LOOK_EVERY).await;
        }
        Ok("nothing is left to merge".into())
    }

    /// By IMAP: what came in is there once, what went out is there and in Sent, and UIDVALIDITY is what it was.
    async fn verify(&self) -> Result<String, String> {
        let mut client = self.sign_in().await.map_err(words)?;
        let inbox = client.examine(&FolderName::inbox()).await.map_err(words)?;
        if Some(inbox.uid_validity) != self.before {
            return Err("UIDVALIDITY of the INBOX changed".into());
        }
        let (mut came_in, mut went_out) = (0, 0);
        let folders = client.list().await.map_err(words)?;
        for folder in folders.iter().filter(|folder| folder.selectable) {
            client.examine(&folder.name).await.map_err(words)?;
            came_in += count(&mut client, &self.token_in).await?;
            went_out += count(&mut client, &self.token_out).await?;
        }
        let _ = client.logout().await;
        match (came_in, went_out) {
            (1, 2) => Ok("on the mailstore: what came in once, what was sent and its copy".into()),
            _ => Err(format!(
                "on the mailstore what came in is there {came_in} times (1 expected), what was sent {went_out} times (2)"
            )),
        }
    }

    async fn sign_in(&self) -> Result<Client, ImapError> {
        let target = &self.target;
        let server = Server {
            limits: Limits {
                connect: IMAP_TIMEOUT,
                silence: IMAP_TIMEOUT,
                command: IMAP_TIMEOUT,
                ..target.imap.limits
            },
            ..target.imap.clone()
        };
        let mut client = Client::connect(&server).await?;
        let user = self.mailbox.address.as_str();
        match &target.login {
            Login::Master {
                user: master,
                separator,
                password,
            } => {
                client
                    .login_as(user, *separator, master, password.expose())
                    .await?;
            }
            Login::Own { password } => client.login(user, password.expose()).await?,
        }
        Ok(client)
    }
}

async fn count(client: &mut Client, token: &str) -> Result<usize, String> {
    let key = SearchKey::Header("Subject", token.to_owned());
    let found = client.search(&[key]).await.map_err(words)?;
    Ok(found.len())
}

/// An error in words.
fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
