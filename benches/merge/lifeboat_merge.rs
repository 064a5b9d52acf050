//! Lifeboat takes the messages in while the mailbox is pinned to the standby, and merges them.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::rig::{Dialect, Lifeboat, LifeboatOptions, MailstoreOptions, SmtpClient, wait_until};
use crate::{ADDRESS, Figures, Meter, Run};

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(600);

pub fn by_imap(run: &Run<'_>) -> Figures {
    measure(run, "")
}

pub fn by_maildir(run: &Run<'_>) -> Figures {
    let maildir = run.home.join("dovecot/mail/%d/%n/Maildir");
    let extra = format!(
        "merge_driver = \"maildir\"\nmaildir = \"{}\"\n",
        maildir.display()
    );
    measure(run, &extra)
}

fn measure(run: &Run<'_>, extra: &str) -> Figures {
    let (dovecot, dovecot_pid) = run.dovecot();
    let options = LifeboatOptions {
        mailstores: vec![MailstoreOptions {
            extra: extra.to_owned(),
            ..MailstoreOptions::of(&dovecot)
        }],
        // Nothing here shall fail over by itself, whatever the load.
        extra: "[failover]\npolicy = \"manual\"\n".to_owned(),
        syncs: run.syncs("lifeboat"),
        ..LifeboatOptions::default()
    };
    let binary = Path::new(env!("CARGO_BIN_EXE_lifeboat"));
    let mut lifeboat = Lifeboat::start(binary, &run.home.join("lifeboat"), options);
    take_in(run, &lifeboat, dovecot.name());
    let pid = lifeboat.pid().expect("a running server");
    let syncs = [run.syncs("dovecot"), run.syncs("lifeboat")];
    let meter = Meter::start(&[dovecot_pid, pid], syncs);
    let scope = format!("mailbox:{ADDRESS}");
    lifeboat.cli(&["failover", "auto", &scope, "--reason", "a benchmark"]);
    let mut appended = None;
    let deadline = Instant::now() + PATIENCE;
    while !is_merged(&lifeboat) {
        assert!(Instant::now() < deadline, "the merge does not end");
        if appended.is_none() && run.arrived() >= run.messages.len() {
            appended = Some(meter.began.elapsed());
        }
        std::thread::sleep(LOOK);
    }
    let figures = meter.stop(run.messages.len(), appended);
    assert_eq!(unmerged(&lifeboat), 0, "said to be merged");
    let figures = run.check(&dovecot, figures);
    lifeboat.kill();
    figures
}

fn take_in(run: &Run<'_>, lifeboat: &Lifeboat, mailstore: &str) {
    let file = run.home.join("mailboxes.ndjson");
    let line = serde_json::json!({ "mailbox": ADDRESS, "mailstore": mailstore });
    std::fs::write(&file, format!("{line}\n")).expect("write the mailboxes");
    lifeboat.cli(&["provision", &file.display().to_string()]);
    let scope = format!("mailbox:{ADDRESS}");
    lifeboat.cli(&["failover", "pin-standby", &scope, "--reason", "a benchmark"]);
    let connect = SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp);
    let mut client = connect.expect("connect to Lifeboat");
    for message in run.messages {
        let replies = client.send("sender@bench.example", &[ADDRESS], message);
        let replies = replies.expect("LMTP");
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }
    wait_until("everything is taken in", PATIENCE, || {
        unmerged(lifeboat) == run.messages.len() as u64
    });
}

/// Asked of the log, as a command for each look would cost more than the merge.
fn is_merged(lifeboat: &Lifeboat) -> bool {
    let log = std::fs::read_to_string(lifeboat.log_path()).unwrap_or_default();
    log.lines()
        .any(|line| line.contains("merged") && line.contains("lifeboat::merge"))
}

fn unmerged(lifeboat: &Lifeboat) -> u64 {
    lifeboat.cli_json(&["merge", "status", "--json"])["unmerged"]
        .as_u64()
        .expect("unmerged")
}
