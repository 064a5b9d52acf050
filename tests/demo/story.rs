//! The story: `a1` fails twice, people go on working, everything goes home.

use std::time::{Duration, Instant};

use crate::narrator::{Narrator, Outage};
use crate::rig::{ProxyMode, TestMessage, wait_for, wait_until};
use crate::scene::{PEOPLE, Person, Scene};
use crate::webmail::Webmail;

/// More than anything here may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// Mail to a mailstore that is up is there within this.
const PROMPT: Duration = Duration::from_secs(15);

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";
const CLEO: &str = "cleo@example.com";
const DORA: &str = "dora@example.com";
const GUS: &str = "gus@example.org";
const EVE: &str = "eve@example.org";
const FINN: &str = "finn@example.org";

/// Plays it.
pub fn play(scene: &mut Scene, say: &mut Narrator) {
    healthy(scene, say);
    killed(scene, say);
    hung(scene, say);
}

/// Mail that was handed to the MX.
struct Sent {
    queue_id: String,
    to: String,
    token: String,
}

/// Somebody on the internet writes to `to`.
fn internet_writes(scene: &mut Scene, to: &str, what: &str, size_bytes: usize) -> Sent {
    let token = scene.ledger.token(what);
    let message = TestMessage::plain("carol@internet.test", to, &token, size_bytes);
    hand_over(scene, to, &message)
}

fn hand_over(scene: &mut Scene, to: &str, message: &TestMessage) -> Sent {
    let mailbox = match to.split_once('+') {
        Some((local, rest)) => format!("{local}@{}", rest.rsplit('@').next().unwrap_or_default()),
        None => to.to_owned(),
    };
    scene.ledger.received(&mailbox, message);
    let from = "carol@internet.test";
    Sent {
        queue_id: scene.postfix.submit(from, &[to], &message.bytes),
        to: to.to_owned(),
        token: message.token.clone(),
    }
}

/// A message as newsletters look: HTML with a text beside it, 8-bit, lines that begin with dots.
fn newsletter(scene: &mut Scene, to: &str) -> TestMessage {
    let token = scene.ledger.token("newsletter");
    let text = format!(
        "From: =?utf-8?Q?Caf=C3=A9_Central?= <news@internet.test>\r\nTo: {to}\r\n\
         Subject: Menu {token}\r\nMessage-ID: <{token}@internet.test>\r\n\
         Date: Sun, 22 Nov 2026 09:00:00 +0100\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n\
         --b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Crème brûlée {token}\r\n.a line with a dot\r\n..and one with two\r\n\
         --b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         <h1>Crème brûlée</h1><p onclick=\"alert(1)\">{token}</p><script>alert(2)</script>\r\n\
         --b1--\r\n"
    );
    TestMessage {
        token,
        bytes: text.into_bytes(),
    }
}

fn wait_delivered(scene: &Scene, sent: &Sent, port: u16, patience: Duration) {
    let what = format!(
        "the MX delivers {} for {} to port {port} (log: {})",
        sent.token,
        sent.to,
        scene.postfix.log_path().display()
    );
    wait_until(&what, patience, || {
        match scene.postfix.delivered_to(&sent.queue_id, &sent.to) {
            Some(found) => {
                assert_eq!(found, port, "{} went to another port: {what}", sent.token);
                true
            }
            None => false,
        }
    });
}

fn wait_in_standby(scene: &Scene, sent: &Sent, patience: Duration) {
    wait_delivered(scene, sent, scene.lifeboat.lmtp().number(), patience);
}

fn wait_at_home(scene: &Scene, sent: &Sent) {
    let port = match scene.mailstore_of(&sent.to).name() {
        "a1" => scene.proxy.port().number(),
        _ => scene.a2.lmtp().number(),
    };
    wait_delivered(scene, sent, port, PROMPT);
}

fn healthy(scene: &mut Scene, say: &mut Narrator) {
    say.step("All is well: mail goes straight to the mailstores");
    for mailstore in ["a1", "a2"] {
        wait_state(scene, mailstore, "normal");
        // An outage before that is one from which only a person's word returns.
        wait_until(
            &format!("the sentinel of {mailstore} is known"),
            PATIENCE,
            || failover_of(scene, mailstore)["sentinel"] == "known",
        );
    }
    for to in [ANN, EVE] {
        let sent = internet_writes(scene, to, "healthy", 0);
        wait_at_home(scene, &sent);
    }
    say.note("socketmap says \"not found\", so the hoster's own table decides");
}

fn killed(scene: &mut Scene, say: &mut Narrator) {
    say.step("a1 dies (kill -9); mail for it waits in the MX");
    let mut outage = Outage {
        mailstore: "a1".to_owned(),
        how: "killed".to_owned(),
        ..Outage::default()
    };
    scene.a1.kill();
    let failed = Instant::now();
    let mut waiting = Vec::new();
    for (to, size_bytes) in [(ANN, 0), (ANN, 40_000), (BEN, 0), (CLEO, 5_000), (GUS, 0)] {
        waiting.push(internet_writes(scene, to, "deferred", size_bytes));
    }
    a2_goes_on(scene, say);

    say.step("Lifeboat notices by itself");
    wait_takeover(scene, say, &mut outage, failed);
    wait_in_standby(scene, &waiting[0], PATIENCE);
    outage.first_deferred_in_standby_secs = failed.elapsed().as_secs_f64();
    for sent in &waiting {
        wait_in_standby(scene, sent, PATIENCE);
    }
    say.note(&format!(
        "{} deferred messages are in the standby",
        waiting.len()
    ));

    say.step("New mail goes straight to the standby");
    let news = newsletter(scene, ANN);
    let mut fresh = vec![hand_over(scene, ANN, &news)];
    fresh.push(internet_writes(scene, "ann+lists@example.com", "list", 0));
    fresh.push(internet_writes(scene, CLEO, "fresh", 2_000));
    fresh.push(internet_writes(scene, DORA, "fresh", 0));
    for sent in &fresh {
        wait_in_standby(scene, sent, PATIENCE);
    }
    a2_goes_on(scene, say);
    desktops_keep_what_they_have(scene, say);

    ann_works(scene, say, &waiting, &fresh);
    ben_works(scene, say, &waiting);

    say.step("a1 is back");
    scene.ledger.close_dates();
    scene.a1.restart();
    wait_home(scene, say, &mut outage);
    say.outages.push(outage);
}

fn hung(scene: &mut Scene, say: &mut Narrator) {
    say.step("a1 hangs: it stores a message and never says so, then stops answering at all");
    let mut outage = Outage {
        mailstore: "a1".to_owned(),
        how: "hung".to_owned(),
        ..Outage::default()
    };
    scene.proxy.set_mode(ProxyMode::HangAfterDot);
    let doubtful = internet_writes(scene, BEN, "doubtful", 1_000);
    wait_until("a1 stores the message in doubt", PATIENCE, || {
        let inbox = scene.a1.session(BEN).fetch_all("INBOX");
        inbox
            .iter()
            .any(|message| message.contains(&doubtful.token))
    });
    scene.a1.freeze();
    let failed = Instant::now();
    outage.in_doubt = scene.proxy.in_doubt();
    say.note("a1 has the message, the MX has it too");
    let waiting = internet_writes(scene, GUS, "deferred", 0);
    a2_goes_on(scene, say);

    say.step("Lifeboat notices by itself");
    wait_takeover(scene, say, &mut outage, failed);
    wait_in_standby(scene, &waiting, PATIENCE);
    outage.first_deferred_in_standby_secs = failed.elapsed().as_secs_f64();
    wait_in_standby(scene, &doubtful, PATIENCE);
    say.note("the message in doubt is in the standby as well: two copies, for now");
    let fresh = internet_writes(scene, ANN, "fresh", 3_000);
    wait_in_standby(scene, &fresh, PATIENCE);
    a2_goes_on(scene, say);
    gus_works(scene, say, &waiting);

    say.step("a1 answers again");
    scene.ledger.close_dates();
    scene.proxy.cut_all();
    scene.proxy.set_mode(ProxyMode::Pass);
    scene.a1.thaw();
    wait_home(scene, say, &mut outage);
    say.outages.push(outage);
}

/// Mail for `a2` is delivered to it, at once and directly.
fn a2_goes_on(scene: &mut Scene, say: &mut Narrator) {
    let begun = Instant::now();
    for to in [EVE, FINN] {
        let sent = internet_writes(scene, to, "unaffected", 0);
        wait_at_home(scene, &sent);
    }
    let state = state_of(scene, "a2");
    assert_eq!(state, "normal", "a2 is well and Lifeboat says {state}");
    say.note(&format!(
        "a2's users notice nothing: mail for them arrived there within {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
}

/// A client that cannot reach its mailstore changes nothing.
fn desktops_keep_what_they_have(scene: &Scene, say: &mut Narrator) {
    for desktop in &scene.desktops {
        let address = desktop.client.address();
        if scene.mailstore_of(address).name() != "a1" {
            continue;
        }
        assert!(desktop.client.sync().is_err(), "{address} has no mailstore");
        assert_eq!(
            desktop.client.messages(),
            desktop.before,
            "{address}'s desktop copy changed while the mailstore was down"
        );
    }
    say.note("desktop clients cannot connect and keep what they have");
}

fn ann_works(scene: &mut Scene, say: &mut Narrator, waiting: &[Sent], fresh: &[Sent]) {
    say.step("Ann signs in to the webmail with her usual password and works");
    let mut ann = sign_in(scene, ANN);
    let (first, second) = (&waiting[0].token, &waiting[1].token);
    let (menu, list) = (&fresh[0].token, &fresh[1].token);

    let message = ann.read("inbox", first, PATIENCE);
    let answer = scene.ledger.token("answer");
    let to = ann.reply(&message, &format!("Thank you. {answer}"));
    assert!(
        to.contains("carol@internet.test"),
        "the answer goes to {to}"
    );
    scene.ledger.flagged(ANN, first, &["\\Seen", "\\Answered"]);
    scene.ledger.written(ANN, &answer, "Sent", &["\\Seen"]);

    let report = scene.ledger.token("report");
    let file: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let attachment = ("figures.bin", "application/octet-stream", file.as_slice());
    let text = format!("The figures are attached. {report}");
    ann.write("dave@internet.test", "Figures", &text, Some(attachment));
    scene.ledger.written(ANN, &report, "Sent", &["\\Seen"]);

    let message = ann.read("inbox", second, PATIENCE);
    ann.file(&message, "archive");
    scene.ledger.flagged(ANN, second, &["\\Seen"]);
    scene.ledger.moved(ANN, second, "Archive");

    let message = ann.read("inbox", menu, PATIENCE);
    assert!(
        !message.text().contains("alert(2)"),
        "no script of a mail is shown"
    );
    ann.star(&message);
    scene.ledger.flagged(ANN, menu, &["\\Seen", "\\Flagged"]);

    let message = ann.read("inbox", list, PATIENCE);
    ann.act(&message, "delete");
    scene.ledger.flagged(ANN, list, &["\\Seen"]);
    scene.ledger.moved(ANN, list, "Trash");

    let draft = scene.ledger.token("draft");
    ann.draft(
        "dave@internet.test",
        "Not yet",
        &format!("Unfinished {draft}"),
    );
    scene
        .ledger
        .written(ANN, &draft, "Drafts", &["\\Draft", "\\Seen"]);
    assert!(
        ann.finds("figures", "Figures"),
        "search finds what Ann sent"
    );
    say.note("read, answered, sent 400 KB, filed, starred, deleted, kept a draft, searched");

    for token in [&answer, &report] {
        wait_on_the_internet(scene, ANN, token);
    }
    say.note("the answer and the attachment are on the internet");
}

fn ben_works(scene: &mut Scene, say: &mut Narrator, waiting: &[Sent]) {
    say.step("Ben writes to colleagues on both mailstores, and to nobody");
    let mut ben = sign_in(scene, BEN);
    ben.read("inbox", &waiting[2].token, PATIENCE);
    scene.ledger.flagged(BEN, &waiting[2].token, &["\\Seen"]);

    let note = scene.ledger.token("note");
    ben.write(
        "cleo@example.com, eve@example.org",
        "Lunch",
        &format!("At noon? {note}"),
        None,
    );
    scene.ledger.written(BEN, &note, "Sent", &["\\Seen"]);
    scene.ledger.written(CLEO, &note, "INBOX", &[]);
    scene.ledger.written(EVE, &note, "INBOX", &[]);

    let lost = scene.ledger.token("lost");
    let nobody = format!("{}@refused.test", scene.ledger.token("nobody"));
    ben.write(
        &nobody,
        "Hello?",
        &format!("Is anybody there? {lost}"),
        None,
    );
    scene.ledger.written(BEN, &lost, "Sent", &["\\Seen"]);
    scene.ledger.notice(BEN, &nobody);

    let mut cleo = sign_in(scene, CLEO);
    wait_until("Cleo sees Ben's note in the standby", PATIENCE, || {
        !cleo.folder("inbox").links("Lunch").is_empty()
    });
    wait_until("Eve has Ben's note on a2", PATIENCE, || {
        let inbox = scene.a2.session(EVE).fetch_all("INBOX");
        inbox.iter().any(|message| message.contains(&note))
    });
    wait_until("Ben is told that nobody is there", PATIENCE, || {
        !ben.folder("inbox")
            .links("could not be delivered")
            .is_empty()
    });
    say.note("Cleo has it in the standby, Eve on a2; Ben is told what could not be delivered");
}

fn gus_works(scene: &mut Scene, say: &mut Narrator, waiting: &Sent) {
    say.step("Gus, of another reseller, signs in and answers");
    let mut gus = sign_in(scene, GUS);
    let message = gus.read("inbox", &waiting.token, PATIENCE);
    let answer = scene.ledger.token("answer");
    gus.reply(&message, &format!("All fine here. {answer}"));
    scene
        .ledger
        .flagged(GUS, &waiting.token, &["\\Seen", "\\Answered"]);
    scene.ledger.written(GUS, &answer, "Sent", &["\\Seen"]);
    wait_on_the_internet(scene, GUS, &answer);
    say.note("his answer is on the internet");
}

fn sign_in(scene: &Scene, address: &str) -> Webmail {
    let person: &Person = PEOPLE
        .iter()
        .find(|person| person.address == address)
        .expect("a known person");
    Webmail::sign_in(scene.lifeboat.http().addr(), address, person.password)
}

/// A sent message is on the internet once, and its copy in Sent must have the same body.
fn wait_on_the_internet(scene: &mut Scene, from: &str, token: &str) {
    let sent = wait_for(
        &format!("{token} arrives on the internet"),
        PATIENCE,
        || {
            let all = scene.sink.messages();
            all.into_iter().find(|message| message.contains(token))
        },
    );
    assert_eq!(sent.from, from, "the envelope sender of {token}");
    let end = sent
        .data
        .windows(4)
        .position(|window| window == b"\r\n\r\n");
    let body = &sent.data[end.map_or(0, |end| end + 4)..];
    scene.ledger.set_content(from, token, body);
}

fn wait_takeover(scene: &Scene, say: &mut Narrator, outage: &mut Outage, failed: Instant) {
    wait_state(scene, "a1", "active");
    outage.noticed_secs = failed.elapsed().as_secs_f64();
    say.note(&format!(
        "a1 is served from the standby, {:.1} s after it failed",
        outage.noticed_secs
    ));
}

/// The guard finds the mailstore as it was, the route returns, the merge runs until nothing is left.
fn wait_home(scene: &mut Scene, say: &mut Narrator, outage: &mut Outage) {
    let back = Instant::now();
    say.step("The guard looks at the sentinel, the route returns");
    wait_until("the route returns to a1", PATIENCE, || {
        matches!(state_of(scene, "a1").as_str(), "returning" | "normal")
    });
    outage.returned_secs = back.elapsed().as_secs_f64();
    let sent = internet_writes(scene, ANN, "returned", 0);
    wait_at_home(scene, &sent);
    say.note(&format!(
        "new mail goes to a1 again, {:.1} s after it was back",
        outage.returned_secs
    ));
    say.step("Everything is merged");
    wait_until("nothing is left to merge", PATIENCE, || {
        let status = scene.lifeboat.cli_json(&["merge", "status", "--json"]);
        status["unmerged"] == 0
    });
    outage.merged_secs = back.elapsed().as_secs_f64();
    say.note(&format!("{:.1} s after it was back", outage.merged_secs));
    wait_state(scene, "a1", "normal");
}

fn wait_state(scene: &Scene, mailstore: &str, state: &str) {
    let what = format!(
        "{mailstore} is {state} (log: {})",
        scene.lifeboat.log_path().display()
    );
    wait_until(&what, PATIENCE, || state_of(scene, mailstore) == state);
}

fn state_of(scene: &Scene, mailstore: &str) -> String {
    let show = failover_of(scene, mailstore);
    match show["state"].as_str() {
        Some(state) => state.to_owned(),
        None => panic!("failover show {mailstore} --json has no state: {show}"),
    }
}

/// How failover stands for a mailstore, as `lifeboat failover show --json` has it.
fn failover_of(scene: &Scene, mailstore: &str) -> serde_json::Value {
    let scope = format!("mailstore:{mailstore}");
    scene
        .lifeboat
        .cli_json(&["failover", "show", &scope, "--json"])
}
