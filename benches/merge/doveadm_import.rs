//! `doveadm import` from a Maildir on the same disk: it links the files, and is the floor. It makes
//! no promise: interrupted or run again, it doubles.

use crate::rig::need_packages;
use crate::{ADDRESS, Figures, Meter, Run};

pub fn measure(run: &Run<'_>) -> Figures {
    need_packages(&[("/usr/bin/doveadm", "dovecot-core")]);
    let (dovecot, pid) = run.dovecot();
    // Beside the mailbox, so that it can link.
    let source = dovecot.home(ADDRESS).join("source");
    for sub in ["new", "tmp", "cur"] {
        std::fs::create_dir_all(source.join(sub)).expect("create the source");
    }
    for (n, message) in run.messages.iter().enumerate() {
        let name = format!("cur/1793600000.P{}Q{n}.bench:2,", n % 97);
        std::fs::write(source.join(name), message).expect("write a message");
    }
    let chown = std::process::Command::new("chown")
        .arg("-R")
        .arg(format!("--reference={}", dovecot.home(ADDRESS).display()))
        .arg(&source)
        .status();
    assert!(chown.expect("run chown").success(), "chown");
    let pids = [pid, std::process::id()];
    let meter = Meter::start(&pids, [run.syncs("dovecot"), None]);
    let location = format!("maildir:{}", source.display());
    dovecot.doveadm(&["import", "-u", ADDRESS, &location, "", "ALL"]);
    let figures = meter.stop(run.messages.len(), None);
    run.check(&dovecot, figures)
}
