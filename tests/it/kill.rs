//! The server dies with -9 again and again, at random and at every named step, while mail pours in
//! over LMTP and while it merges into a real Dovecot. Afterwards every message that got 250 is in the
//! mailstore exactly once, and one that got none is there at most once.
//!
//! `LIFEBOAT_KILL_ROUNDS` sets the rounds (50), `LIFEBOAT_KILL_SEED` repeats a run. A second, shorter
//! run does the same where the merge places files.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::dice::{Dice, number_from_environment};
use crate::rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, RigDir,
    SmtpClient, TestMessage, User, wait_until,
};

/// Every step at which the server is made to die, in the store and in the merge's journal.
/// What recovers a doubt comes right after what leaves one.
const STEPS: &[&str] = &[
    "store::before_commit",
    "store::before_body_sync",
    "store::after_body_sync",
    "store::after_commit",
    "merge::planned",
    "merge::intended",
    "merge::looked",
    "merge::appended",
    "merge::recovered",
    "merge::recorded",
    "merge::read_back",
    "merge::settled",
];

/// Every step at which it is made to die where messages are placed as files.
const PLACE_STEPS: &[&str] = &[
    "place::written",
    "place::staged",
    "place::renamed",
    "place::published",
    "place::placed",
    "place::seen",
    "place::resolved",
];

/// What is killed: with which driver, at which steps, and how often.
struct Run {
    name: &'static str,
    driver: &'static str,
    steps: &'static [&'static str],
    rounds: u64,
    /// As many rounds as it takes to die at every step.
    rounds_for_all: u64,
}

/// Steps that only a visit after a doubt takes: the first pass counts.
fn recovers(step: &str) -> bool {
    matches!(step, "merge::looked" | "merge::recovered")
}

const MAILBOXES: usize = 8;
const CLIENTS: usize = 4;

/// Deliveries that were sent, and whether they were acknowledged.
#[derive(Default)]
struct Ledger {
    sent: Mutex<BTreeMap<(String, String), bool>>,
    next: AtomicU64,
}

fn address(number: usize) -> String {
    format!("user{number}@example.com")
}

/// Delivers until told to stop; every lost connection is opened again.
fn pour(server: SocketAddr, ledger: &Ledger, stop: &AtomicBool, mut dice: Dice) {
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut client) = SmtpClient::connect(server, Dialect::Lmtp) else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        while !stop.load(Ordering::Relaxed) && deliver(&mut client, ledger, &mut dice).is_ok() {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn deliver(client: &mut SmtpClient, ledger: &Ledger, dice: &mut Dice) -> std::io::Result<()> {
    let token = format!("kill-{}", ledger.next.fetch_add(1, Ordering::SeqCst));
    // Inline, in a segment, and now and then spooled to a file of its own.
    let size_bytes = match dice.roll(60) {
        0 => 1_200_000,
        1..20 => 9_000,
        _ => 600,
    };
    let first = dice.roll(MAILBOXES as u64) as usize;
    let mut to = vec![address(first)];
    if dice.roll(3) == 0 {
        to.push(address((first + 1) % MAILBOXES));
    }
    let message = TestMessage::plain("bob@elsewhere.test", &to[0], &token, size_bytes);
    for recipient in &to {
        ledger
            .sent
            .lock()
            .unwrap()
            .insert((token.clone(), recipient.clone()), false);
    }
    let to_refs: Vec<&str> = to.iter().map(String::as_str).collect();
    let replies = client.send("bob@elsewhere.test", &to_refs, &message.bytes)?;
    for (recipient, reply) in to.iter().zip(&replies) {
        if reply.is_ok() {
            ledger
                .sent
                .lock()
                .unwrap()
                .insert((token.clone(), recipient.clone()), true);
        }
    }
    Ok(())
}

/// Waits until the server has died of its own crash point.
pub fn died(lifeboat: &mut Lifeboat, patience: Duration) -> bool {
    let start = Instant::now();
    while start.elapsed() < patience {
        if !lifeboat.is_running() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// One life of the server: it starts, works, and dies at a step or at a random moment.
fn live_and_die(
    run: &Run,
    lifeboat: &mut Lifeboat,
    round: u64,
    dice: &mut Dice,
    kills: &mut BTreeMap<String, u64>,
) {
    let targeted = round - round / 4;
    let step = (round % 4 != 3).then(|| run.steps[targeted as usize % run.steps.len()]);
    let pass = if step.is_some_and(recovers) {
        1
    } else {
        1 + dice.roll(5)
    };
    lifeboat.set_options(|options| {
        options.env = step
            .map(|step| ("LIFEBOAT_CRASH_AT".to_owned(), format!("{step}:{pass}")))
            .into_iter()
            .collect();
    });
    lifeboat.launch();
    let by_itself = match step {
        Some(_) => died(lifeboat, Duration::from_secs(20)),
        None => died(lifeboat, Duration::from_millis(300 + dice.roll(2_500))),
    };
    assert!(
        step.is_some() || !by_itself,
        "the server ended without being killed; log: {}",
        lifeboat.log_path().display()
    );
    lifeboat.kill();
    let name = match (step, by_itself) {
        (Some(step), true) => step,
        (Some(_), false) => "step not reached",
        (None, _) => "random moment",
    };
    *kills.entry(name.to_owned()).or_default() += 1;
}

/// How often each token stands in each mailbox of the mailstore, whatever the folder.
fn found(mailstore: &Dovecot) -> BTreeMap<(String, String), u64> {
    let mut found = BTreeMap::new();
    for number in 0..MAILBOXES {
        let mut session = mailstore.session(&address(number));
        for folder in session.folders() {
            for message in session.fetch_all(&folder) {
                let text = String::from_utf8_lossy(&message.body);
                let token = text
                    .lines()
                    .find_map(|line| line.strip_prefix("Subject: Test "));
                let token = token.expect("every message has a token").trim().to_owned();
                *found.entry((token, address(number))).or_default() += 1;
            }
        }
    }
    found
}

/// Says how often the server died where; `make test` prints the file at its end.
fn report(run: &Run, seed: u64, sent: usize, acknowledged: usize, kills: &BTreeMap<String, u64>) {
    let mut text = format!(
        "kill -9, merge by {}: {} rounds, seed {seed}; {sent} deliveries sent, {acknowledged} acknowledged\n",
        run.driver, run.rounds
    );
    for (step, count) in kills {
        text.push_str(&format!("  {count:>5}  {step}\n"));
    }
    print!("{text}");
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let target = target.join(format!("{}.txt", run.name));
    std::fs::write(&target, text).expect("write how often it was killed where");
}

#[test]
fn every_step_of_the_merge_is_killed_at() {
    for step in lifeboat::merge::Step::ALL {
        assert!(
            STEPS.contains(&step.name()),
            "{} is missing in STEPS",
            step.name()
        );
    }
    let placing: Vec<_> = lifeboat::merge::PlaceStep::ALL
        .map(|step| step.name())
        .into();
    assert_eq!(PLACE_STEPS, placing);
}

#[test]
fn acknowledged_mail_is_in_the_mailstore_exactly_once_after_every_kill() {
    kill_again_and_again(&Run {
        name: "kills",
        driver: "imap",
        steps: STEPS,
        rounds: number_from_environment("LIFEBOAT_KILL_ROUNDS", 50),
        rounds_for_all: 50,
    });
}

#[test]
fn acknowledged_mail_is_in_the_maildir_exactly_once_after_every_kill() {
    kill_again_and_again(&Run {
        name: "kills-maildir",
        driver: "maildir",
        steps: PLACE_STEPS,
        rounds: number_from_environment("LIFEBOAT_KILL_ROUNDS", 50) * 2 / 5,
        rounds_for_all: 20,
    });
}

fn kill_again_and_again(run: &Run) {
    let rounds = run.rounds;
    let seed = number_from_environment("LIFEBOAT_KILL_SEED", 0x5EED_0001);
    println!("{rounds} rounds, LIFEBOAT_KILL_SEED={seed}");
    let mut dice = Dice::new(seed);
    let dir = RigDir::new(run.name);
    let users = (0..MAILBOXES)
        .map(|number| User::plain(&address(number), "pw"))
        .collect();
    let a1 = Dovecot::start(
        "a1",
        &dir.sub("a1"),
        DovecotOptions {
            users,
            ..DovecotOptions::default()
        },
    );
    let above = a1.home("n@d");
    let above = above.parent().and_then(|p| p.parent()).expect("a path");
    let mut mailstore = MailstoreOptions::of(&a1);
    mailstore.extra = format!(
        "merge_driver = \"{}\"\nmaildir = \"{}/%d/%n/Maildir\"",
        run.driver,
        above.display()
    );
    for number in 0..MAILBOXES {
        // Nothing is placed where nobody has ever been.
        a1.session(&address(number)).select("INBOX");
    }
    let mut lifeboat = Lifeboat::start(
        crate::binary(),
        &dir.sub("lifeboat"),
        LifeboatOptions {
            mailstores: vec![mailstore],
            ..LifeboatOptions::default()
        },
    );
    lifeboat.cli(&[
        "provision",
        &a1.passwd_file().display().to_string(),
        "--format",
        "passwd-file",
        "--mailstore",
        "a1",
    ]);
    lifeboat.kill();

    let (ledger, stop) = (
        Arc::new(Ledger::default()),
        Arc::new(AtomicBool::new(false)),
    );
    let server = lifeboat.lmtp().addr();
    let clients: Vec<_> = (0..CLIENTS as u64)
        .map(|number| {
            let (ledger, stop) = (ledger.clone(), stop.clone());
            let dice = Dice::new(seed ^ (number + 1).wrapping_mul(0x9E37_79B9));
            std::thread::spawn(move || pour(server, &ledger, &stop, dice))
        })
        .collect();
    let mut kills = BTreeMap::new();
    for round in 0..rounds {
        live_and_die(run, &mut lifeboat, round, &mut dice, &mut kills);
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("a client");
    }

    lifeboat.set_options(|options| options.env.clear());
    lifeboat.restart();
    wait_until("everything is merged", Duration::from_secs(300), || {
        lifeboat.cli_json(&["merge", "status", "--json"])["unmerged"] == 0
    });
    lifeboat.cli(&["store", "check"]);

    let sent = ledger.sent.lock().unwrap().clone();
    let acknowledged = sent.values().filter(|&&acknowledged| acknowledged).count();
    report(run, seed, sent.len(), acknowledged, &kills);
    assert!(
        acknowledged as u64 > rounds,
        "mail poured in: {acknowledged} acknowledged"
    );
    for step in run.steps.iter().copied().chain(["random moment"]) {
        assert!(
            rounds < run.rounds_for_all || kills.contains_key(step),
            "the server never died at {step}"
        );
    }
    let found = found(&a1);
    let count = |delivery| found.get(delivery).copied().unwrap_or(0);
    let lost: Vec<_> = sent
        .iter()
        .filter(|(delivery, ok)| **ok && count(delivery) == 0)
        .collect();
    let doubled: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
    assert!(
        lost.is_empty(),
        "{} acknowledged and lost: {lost:?}",
        lost.len()
    );
    assert!(doubled.is_empty(), "{} doubled: {doubled:?}", doubled.len());
}
