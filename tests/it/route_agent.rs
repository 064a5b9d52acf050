//! `lifeboat route-agent` beside a real Postfix that is configured as `lifeboat config postfix` prints
//! it: healthy mail flows whatever the server does, a mailstore that hangs holds nobody else's mail, and
//! deferred mail follows its route.

use std::io::{BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::rig::process::Group;
use crate::rig::{
    Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix, PostfixOptions,
    RigDir, Server, TestMessage, User, wait_until,
};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
/// What sat in Postfix's active queue is tried again two minutes later at the latest.
const PATIENCE: Duration = Duration::from_secs(180);

/// A Lifeboat with two mailstores, a Postfix, and the agent between them.
struct Mx {
    a1: Dovecot,
    a2: Dovecot,
    lifeboat: Lifeboat,
    postfix: Postfix,
    agent: Option<Server>,
    dir: RigDir,
}

impl Mx {
    fn new(name: &str) -> Self {
        let dir = RigDir::new(name);
        let dovecot = |name: &str, user: &str| {
            let options = DovecotOptions {
                users: vec![User::plain(user, "pw")],
                ..DovecotOptions::default()
            };
            Dovecot::start(name, &dir.sub(name), options)
        };
        let (a1, a2) = (dovecot("a1", ANN), dovecot("a2", BOB));
        let options = LifeboatOptions {
            mailstores: [&a1, &a2].map(MailstoreOptions::of).into(),
            extra: "[failover]\npolicy = \"manual\"\n".to_owned(),
            ..LifeboatOptions::default()
        };
        let lifeboat = Lifeboat::start(crate::binary(), &dir.sub("lifeboat"), options);
        let rows = dir.path().join("mailboxes.ndjson");
        let text = format!(
            "{{\"mailbox\":\"{ANN}\",\"mailstore\":\"a1\"}}\n{{\"mailbox\":\"{BOB}\",\"mailstore\":\"a2\"}}\n"
        );
        std::fs::write(&rows, text).expect("write the mailboxes");
        lifeboat.cli(&["provision", &rows.display().to_string()]);
        let home = dir.sub("mx");
        let (main_cf, master_cf) = pieces(&lifeboat, &home);
        let postfix = Postfix::start(
            &home,
            PostfixOptions {
                domains: vec!["example.com".into()],
                routes: vec![(ANN.into(), "a1".into()), (BOB.into(), "a2".into())],
                mailstores: vec![
                    ("a1".into(), a1.lmtp().addr()),
                    ("a2".into(), a2.lmtp().addr()),
                ],
                // A small active queue is soon full.
                extra: format!("{main_cf}\nqmgr_message_active_limit = 30\n"),
                transports: master_cf,
                ..PostfixOptions::default()
            },
        );
        let mut mx = Self {
            a1,
            a2,
            lifeboat,
            postfix,
            agent: None,
            dir,
        };
        mx.start_agent();
        mx
    }

    fn socket(&self) -> PathBuf {
        self.postfix.queue_dir().join("lifeboat/route")
    }

    fn start_agent(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("agent.log"))
            .expect("open the agent's log");
        let mut command = Command::new(crate::binary());
        command
            .arg("route-agent")
            .arg("--config")
            .arg(self.lifeboat.config_path())
            .arg("--listen")
            .arg(format!("unix:{}", self.socket().display()))
            .arg("--state")
            .arg(self.dir.path().join("agent"))
            .arg("--postfix-config")
            .arg(self.dir.path().join("mx/etc"))
            .stdout(log.try_clone().expect("clone a file"))
            .stderr(log);
        self.agent = Some(Server::spawn("the route agent", &mut command, Group::Ours));
        wait_until("the agent answers", PATIENCE, || {
            ask(&self.socket(), "transport *").is_some()
        });
    }

    /// What the agent says about a recipient; it must say something.
    fn answer(&self, recipient: &str) -> String {
        let answer = ask(&self.socket(), &format!("transport {recipient}"));
        answer.expect("an answer of the agent")
    }

    fn submit(&self, to: &str, count: usize) -> Vec<String> {
        (0..count)
            .map(|n| {
                let message = TestMessage::plain("x@y.test", to, &format!("{to}-{n}"), 500);
                self.postfix.submit("x@y.test", &[to], &message.bytes)
            })
            .collect()
    }

    /// Waits until all are handed to `port`.
    fn wait_delivered(&self, what: &str, ids: &[String], to: &str, port: u16) {
        wait_until(what, PATIENCE, || {
            let mut delivered = ids.iter().map(|id| self.postfix.delivered_to(id, to));
            delivered.all(|at| at == Some(port))
        });
    }

    fn deferred(&self) -> Vec<String> {
        let log = self.postfix.log();
        let lines = log.lines().filter(|line| line.contains("status=deferred"));
        lines.map(str::to_owned).collect()
    }
}

/// The pieces of main.cf and master.cf as they are printed, with the hoster's own table in its place.
fn pieces(lifeboat: &Lifeboat, mx: &Path) -> (String, String) {
    let printed = lifeboat.cli(&["config", "postfix", "--route-agent"]);
    let (main_cf, master_cf) = printed
        .split_once("# --- master.cf ---")
        .expect("two files");
    let main_cf = main_cf
        .replace("$transport_maps_of_yours", &Postfix::own_table(mx))
        .replace("$relay_recipient_maps_of_yours, ", "");
    (main_cf, master_cf.to_owned())
}

/// Asks one question as Postfix does.
fn ask(socket: &Path, question: &str) -> Option<String> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "{}:{question},", question.len()).ok()?;
    let mut reader = BufReader::new(stream);
    let (mut length, mut octet) = (0, [0; 1]);
    loop {
        reader.read_exact(&mut octet).ok()?;
        match octet[0] {
            b':' => break,
            digit => length = length * 10 + usize::from(digit.checked_sub(b'0')?),
        }
    }
    let mut answer = vec![0; length + 1];
    reader.read_exact(&mut answer).ok()?;
    String::from_utf8(answer)
        .ok()?
        .strip_suffix(',')
        .map(str::to_owned)
}

/// How long the server stays stopped while mail flows; `make soak` makes it five minutes.
fn stopped() -> Duration {
    let secs = std::env::var("LIFEBOAT_STOPPED_SECS").ok();
    Duration::from_secs(secs.and_then(|secs| secs.parse().ok()).unwrap_or(4))
}

#[test]
fn healthy_mail_flows_while_the_server_is_stopped() {
    let mx = Mx::new("agent");
    let a2 = mx.a2.lmtp().number();
    mx.lifeboat.signal(Signal::STOP);
    let until = Instant::now() + stopped();
    let mut count = 0;
    while Instant::now() < until {
        let ids = mx.submit(BOB, 10);
        mx.wait_delivered("mail flows", &ids, BOB, a2);
        count += ids.len();
    }
    println!(
        "{count} messages delivered while the server was stopped for {:?}",
        stopped()
    );
    mx.lifeboat.signal(Signal::CONT);
    assert_eq!(mx.deferred(), Vec::<String>::new());
    assert!(count > 0);
}

#[test]
fn deferred_mail_follows_its_route_and_the_last_good_table_answers() {
    let mut mx = Mx::new("agent");
    let (a2, standby) = (mx.a2.lmtp().number(), mx.lifeboat.lmtp().number());
    // A mailstore that hangs, more mail for it than the active queue holds, and the others' mail.
    mx.a1.freeze();
    let anns = mx.submit(ANN, 45);
    let began = Instant::now();
    let bobs = mx.submit(BOB, 10);
    mx.wait_delivered("the other mailstore's mail flows", &bobs, BOB, a2);
    println!("past a full active queue in {:?}", began.elapsed());
    assert!(
        anns.iter()
            .all(|id| mx.postfix.delivered_to(id, ANN).is_none())
    );
    wait_until("ann's mail is deferred", PATIENCE, || {
        !mx.deferred().is_empty()
    });

    assert_eq!(mx.answer(ANN), "NOTFOUND ");
    let order = [
        "failover",
        "activate",
        "mailstore:a1",
        "--reason",
        "it hangs",
    ];
    let began = Instant::now();
    mx.lifeboat.cli(&order);
    let expected = format!("OK lmtp:inet:127.0.0.1:{standby}");
    wait_until("the agent knows", PATIENCE, || mx.answer(ANN) == expected);
    println!("the agent answered after {:?}", began.elapsed());
    // Postfix itself would try again after two minutes.
    mx.wait_delivered("deferred mail follows", &anns, ANN, standby);
    println!(
        "all deferred mail was taken over after {:?}",
        began.elapsed()
    );
    assert_eq!(mx.answer(BOB), "NOTFOUND ");

    // Nobody to ask, and another process: the table on disk answers.
    mx.lifeboat.kill();
    mx.agent.take().expect("the agent runs").kill();
    mx.start_agent();
    assert_eq!(mx.answer(ANN), expected);
    assert_eq!(mx.answer("ann+x@example.com"), expected);
    assert_eq!(mx.answer(BOB), "NOTFOUND ");
    let ids = mx.submit(BOB, 5);
    mx.wait_delivered("healthy mail flows without a server", &ids, BOB, a2);
    mx.a1.thaw();
}
