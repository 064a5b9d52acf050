//! mbsync pushes a local Maildir into an empty mailbox.

use std::process::Command;

use crate::rig::need_packages;
use crate::{ADDRESS, Figures, Meter, PASSWORD, Run};

pub fn measure(run: &Run<'_>) -> Figures {
    need_packages(&[("/usr/bin/mbsync", "isync")]);
    let (dovecot, pid) = run.dovecot();
    let local = run.home.join("local");
    for sub in ["INBOX/new", "INBOX/tmp", "INBOX/cur"] {
        std::fs::create_dir_all(local.join(sub)).expect("create the local Maildir");
    }
    for (n, message) in run.messages.iter().enumerate() {
        let name = format!("INBOX/cur/1793600000.P{}Q{n}.bench:2,", n % 97);
        std::fs::write(local.join(name), message).expect("write a message");
    }
    let dir = local.display();
    let config = format!(
        "IMAPAccount store\nHost 127.0.0.1\nPort {port}\nUser {ADDRESS}\nPass {PASSWORD}\n\
         SSLType None\nAuthMechs LOGIN\n\n\
         IMAPStore remote\nAccount store\n\n\
         MaildirStore local\nPath {dir}/\nInbox {dir}/INBOX\n\n\
         Channel all\nFar :remote:\nNear :local:\nPatterns INBOX\nSync Push New\nSyncState *\n",
        port = dovecot.imap().number(),
    );
    let config_path = run.home.join("mbsyncrc");
    std::fs::write(&config_path, config).expect("write mbsyncrc");
    let pids = [pid, std::process::id()];
    let meter = Meter::start(&pids, [run.syncs("dovecot"), None]);
    let output = Command::new("/usr/bin/mbsync")
        .arg("-c")
        .arg(&config_path)
        .arg("-a")
        .env("HOME", run.home)
        .output()
        .expect("run mbsync");
    let figures = meter.stop(run.messages.len(), None);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "mbsync: {said}");
    run.check(&dovecot, figures)
}
