//! What breaks while a merge is under way.

use std::time::Duration;

use lifeboat::merge::{PlaceStep, Step};

use super::Driver;
use super::bed::{ANN, Bed};
use crate::kill::died;
use crate::rig::{Cut, Dialect, LmtpProxy, ProxyMode, SmtpClient, wait_until};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Nothing,
    /// Lifeboat dies with -9 at a step of its journal.
    KilledAt(Step),
    /// The same, at a step of placing files.
    KilledAtPlacing(PlaceStep),
    /// The mailstore has stored a batch, and its OK is lost.
    CutBeforeOk,
    /// The connection ends within a message.
    CutInMessage,
    /// Dovecot dies with -9 within a message; or is dead while files are placed.
    DovecotKilled,
    /// All of Dovecot stands still within a message, or while files are placed, as behind a filer
    /// that hangs, and goes on.
    DovecotHangs,
    /// Before the outage Dovecot stored a message and hung before it said so: the MX sent it to the
    /// standby too.
    StalledAfterData,
    /// The mailstore fails again within a merge, and comes back.
    Relapse,
}

impl Fault {
    /// Those that a merge by this driver can meet.
    pub fn all(driver: Driver) -> Vec<Self> {
        let mut all = vec![
            Self::Nothing,
            Self::DovecotKilled,
            Self::DovecotHangs,
            Self::StalledAfterData,
            Self::Relapse,
        ];
        match driver {
            Driver::Imap => {
                all.extend([Self::CutBeforeOk, Self::CutInMessage]);
                all.extend(Step::ALL.map(Self::KilledAt));
            }
            Driver::Maildir => {
                all.extend(PlaceStep::ALL.map(Self::KilledAtPlacing));
                all.extend([Step::ReadBack, Step::Settled].map(Self::KilledAt));
            }
        }
        all
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "clean",
            Self::KilledAt(step) => step.name(),
            Self::KilledAtPlacing(step) => step.name(),
            Self::CutBeforeOk => "cut-before-ok",
            Self::CutInMessage => "cut-in-message",
            Self::DovecotKilled => "dovecot-killed",
            Self::DovecotHangs => "dovecot-hangs",
            Self::StalledAfterData => "stalled-after-data",
            Self::Relapse => "relapse",
        }
    }

    /// Whether the mailstore's sessions end.
    pub fn ends_sessions(self) -> bool {
        matches!(self, Self::DovecotKilled | Self::Relapse)
    }
}

/// How long something may take that must happen.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a fault may take to find something to strike at.
const STRIKES_WITHIN: Duration = Duration::from_secs(12);

/// Starts the server and lets the fault strike; leaves everything running and mended. Returns whether
/// it struck.
pub fn strike(bed: &mut Bed) -> bool {
    let struck = match bed.case.fault {
        Fault::Nothing | Fault::StalledAfterData => {
            bed.lifeboat.restart();
            true
        }
        // These two only a visit after a doubt takes.
        Fault::KilledAt(step @ (Step::Looked | Step::Recovered)) => {
            let doubt = killed_at(bed, Step::Appended.name());
            killed_at(bed, step.name()) && doubt
        }
        Fault::KilledAt(step) => killed_at(bed, step.name()),
        Fault::KilledAtPlacing(step) => killed_at(bed, step.name()),
        Fault::CutBeforeOk => cut(bed, Cut::BeforeOk),
        Fault::CutInMessage => cut(bed, Cut::MidLiteral),
        Fault::DovecotKilled => amid(bed, |bed| {
            bed.a1.kill();
            bed.proxy.set(Cut::Never);
            bed.a1.restart();
        }),
        Fault::DovecotHangs => amid(bed, |bed| {
            bed.a1.freeze();
            bed.proxy.set(Cut::Never);
            std::thread::sleep(Duration::from_secs(2));
            bed.a1.thaw();
        }),
        Fault::Relapse => amid(bed, relapse),
    };
    if !bed.lifeboat.is_started() {
        bed.lifeboat.set_options(|options| options.env.clear());
        bed.lifeboat.restart();
    }
    struck
}

/// One life that ends at a step.
fn killed_at(bed: &mut Bed, step: &str) -> bool {
    bed.lifeboat.set_options(|options| {
        options.env = vec![("LIFEBOAT_CRASH_AT".to_owned(), format!("{step}:1"))];
    });
    bed.lifeboat.launch();
    let struck = died(&mut bed.lifeboat, STRIKES_WITHIN);
    bed.lifeboat.kill();
    struck
}

/// Waits until it is so, or it is clear that it never will be.
fn comes_to_pass(mut check: impl FnMut() -> bool) -> bool {
    let begun = std::time::Instant::now();
    while begun.elapsed() < STRIKES_WITHIN {
        if check() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn cut(bed: &mut Bed, cut: Cut) -> bool {
    bed.proxy.set(cut);
    bed.lifeboat.restart();
    let struck = comes_to_pass(|| bed.proxy.cuts() > 0);
    bed.proxy.set(Cut::Never);
    struck
}

/// Lets something happen in the middle of a merge: within a message, or when the first files are
/// placed and IMAP has not shown them.
fn amid(bed: &mut Bed, happens: impl FnOnce(&mut Bed)) -> bool {
    let struck = match bed.case.driver {
        Driver::Imap => {
            bed.proxy.set(Cut::Hold);
            bed.lifeboat.restart();
            comes_to_pass(|| bed.proxy.held() > 0)
        }
        Driver::Maildir => {
            bed.a1.freeze();
            bed.lifeboat.restart();
            let struck = comes_to_pass(|| bed.files_in_new() > 0);
            bed.a1.thaw();
            struck
        }
    };
    happens(bed);
    bed.proxy.set(Cut::Never);
    struck
}

fn relapse(bed: &mut Bed) {
    let reason = ["--reason", "a test"];
    let order = |bed: &Bed, words: &[&str]| bed.lifeboat.cli(&[words, &reason[..]].concat());
    order(bed, &["failover", "activate", "mailstore:a1"]);
    bed.proxy.set(Cut::Never);
    bed.a1.kill();
    // More comes while it is down.
    bed.deliver_to_standby("relapsed");
    bed.a1.restart();
    let words = [
        "failover",
        "return",
        "mailstore:a1",
        "--accept-changed-mailstore",
    ];
    order(bed, &words);
}

/// The mailstore takes a message and its sender never learns; what the MX hands to the standby then
/// is the same message. Returns what was handed over.
pub fn stall_after_data(bed: &Bed, body: &[u8]) {
    let proxy = LmtpProxy::start(bed.a1.lmtp().addr());
    proxy.set_mode(ProxyMode::CutAfterDot);
    let mut mx = SmtpClient::connect(proxy.port().addr(), Dialect::Lmtp).expect("connect");
    let answer = mx.send("bob@elsewhere.test", &[ANN], body);
    assert!(answer.is_err(), "the MX is told: {answer:?}");
    let before = bed.old_in_inbox;
    wait_until("Dovecot has stored it", PATIENCE, || {
        bed.a1.session(ANN).examine("INBOX").exists > before
    });
}
