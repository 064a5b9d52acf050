//! The queue in an operator's hands, by command and by API, over a served program and a real smarthost; the trace of
//! what was put off; and who is told of a limit that was reached.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary;
use crate::rig::{
    Browser, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix, PostfixOptions, RigDir, Sink,
    http, wait_for, wait_until,
};

const PATIENCE: Duration = Duration::from_secs(60);
const ANN: &str = "ann@acme.test";
const EVE: &str = "eve@rival.test";

struct Bed {
    lifeboat: Lifeboat,
    smarthost: Postfix,
    sink: Sink,
    /// What the smarthost says to recipients; read anew for each connection.
    access: PathBuf,
    _dir: RigDir,
}

impl Bed {
    /// A deferred message is tried again after an hour: whatever goes sooner was ordered.
    fn start(name: &str, relay: &str) -> Self {
        let dir = RigDir::new(name);
        let sink = Sink::start();
        let access = dir.path().join("access");
        std::fs::write(&access, "later@elsewhere.test 450 4.2.0 Greylisted\n").expect("write");
        let smarthost = Postfix::start(
            &dir.sub("smarthost"),
            PostfixOptions {
                relayhost: Some(sink.port().addr()),
                extra: format!(
                    "max_use = 1\nsmtpd_recipient_restrictions = check_recipient_access \
                     texthash:{}, permit_mynetworks, reject",
                    access.display()
                ),
                ..PostfixOptions::default()
            },
        );
        let password = dir.path().join("password");
        std::fs::write(&password, "secret\n").expect("write a password");
        let options = LifeboatOptions {
            mailstores: vec![MailstoreOptions {
                id: "a1".into(),
                imap: "127.0.0.1:1".into(),
                lmtp: "127.0.0.1:1".into(),
                master_password_file: password,
                sentinel: None,
                extra: String::new(),
            }],
            extra: format!(
                "[relay]\nsmarthost = \"{}\"\nretry_after = \"1h\"\nretry_after_max = \"1h\"\n{relay}\n\
                 [announce]\nmail_from = \"service@ops.test\"\n[failover]\npolicy = \"manual\"\n[probe]\ninterval = \"60s\"\n",
                smarthost.smtp()
            ),
            ..LifeboatOptions::default()
        };
        let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
        let row = |address: &str, reseller: &str| {
            format!(
                "{{\"mailbox\":\"{address}\",\"mailstore\":\"a1\",\"reseller\":\"{reseller}\",\
                 \"password_hash\":\"{{PLAIN}}secret\"}}\n"
            )
        };
        let rows = dir.path().join("rows");
        std::fs::write(&rows, row(ANN, "acme") + &row(EVE, "rival")).expect("write rows");
        let rows = rows.display().to_string();
        lifeboat.cli(&["provision", &rows, "--format", "ndjson"]);
        let activate = ["failover", "activate", "mailstore:a1", "--reason", "test"];
        lifeboat.cli(&activate);
        Self {
            lifeboat,
            smarthost,
            sink,
            access,
            _dir: dir,
        }
    }

    fn token(&self, more: &[&str]) -> String {
        let create = [&["token", "create"], more].concat();
        self.lifeboat.cli(&create).trim().to_owned()
    }

    fn api(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let bearer = ("Authorization".to_owned(), format!("Bearer {token}"));
        let body = body.map(|body| body.to_string().into_bytes());
        let body = body.as_ref().map(|body| ("application/json", &body[..]));
        let addr = self.lifeboat.http().addr();
        let page = http::request(addr, method, path, &[bearer], body).expect("ask the API");
        let value = serde_json::from_slice(&page.body).unwrap_or(Value::Null);
        (page.status, value)
    }

    fn sign_in(&self, address: &str) -> Browser {
        let mut browser = Browser::new(self.lifeboat.http().addr());
        let form = browser.open("/login").form("/login");
        let form = form.set("address", address).set("password", "secret");
        let page = browser.submit(&form);
        assert!(page.path.starts_with("/mail"), "{}", page.text());
        browser
    }

    /// Sends as ann; what she sees then.
    fn send(&self, to: &str, subject: &str) -> String {
        let mut ann = self.sign_in(ANN);
        let mut form = ann.open("/mail/compose").form("/mail/compose");
        let written = [
            ("to", to),
            ("subject", subject),
            ("body", "ahoy"),
            ("action", "send"),
        ];
        for (name, value) in written {
            form = form.set(name, value);
        }
        ann.submit(&form).text()
    }

    /// The entry to that recipient, while it is open.
    fn entry(&self, to: &str) -> Option<Value> {
        let list = self.lifeboat.cli_json(&["queue", "list", "--json"]);
        let all = list.as_array().expect("a list").clone();
        all.into_iter()
            .find(|entry| entry["recipients"][0]["address"] == to)
    }

    fn id(&self, to: &str) -> String {
        let entry = wait_for("it is in the queue", PATIENCE, || self.entry(to));
        entry["id"].as_str().expect("an id").to_owned()
    }

    fn arrived(&self, subject: &str) -> bool {
        let all = self.sink.messages();
        all.iter().any(|message| message.contains(subject))
    }
}

/// Held is not sent, released is, a retry goes at once, dropped never; each with its reason in the audit log; and none
/// of it is another reseller's business.
#[test]
fn what_is_held_stays_what_is_released_goes_and_what_is_dropped_never_does() {
    let bed = Bed::start("orders", "");
    let operator = bed.token(&["--role", "operator"]);
    let rival = bed.token(&["--role", "reseller", "--reseller", "rival"]);
    let acme = bed.token(&["--role", "reseller", "--reseller", "acme"]);
    let cli = |action: &str, id: &str, reason: &str| {
        bed.lifeboat.cli(&["queue", action, id, "--reason", reason])
    };
    let change = |token: &str, id: &str, action: &str, reason: &str| {
        let body = json!({"action": action, "reason": reason});
        bed.api(token, "PUT", &format!("/api/v1/queue/{id}"), Some(&body))
    };
    // Each is stopped within the time in which ann can take it back.
    let send = |to: &str, subject: &str| {
        bed.send(to, subject);
        bed.id(to)
    };
    let held = send("held@elsewhere.test", "hold-me");
    cli("hold", &held, "looks odd");
    let by_api = send("api@elsewhere.test", "hold-by-api");
    assert_eq!(change(&operator, &by_api, "hold", "odd too").0, 200);
    let dropped = send("drop@elsewhere.test", "drop-me");
    cli("hold", &dropped, "looks like spam");
    let gone = send("gone@elsewhere.test", "drop-by-api");
    assert_eq!(change(&operator, &gone, "hold", "spam").0, 200);
    let later = send("later@elsewhere.test", "later-on");
    bed.send("plain@elsewhere.test", "goes-by-itself");
    let no_reason = change(&operator, &held, "release", " ");
    assert_eq!(no_reason.0, 422, "{no_reason:?}");

    // Resellers are told of no entry, their own customers' either: the queue is the operator's.
    for token in [&rival, &acme] {
        for action in ["hold", "release", "retry", "drop"] {
            assert_eq!(change(token, &held, action, "mine").0, 404, "{action}");
        }
        for path in [format!("/api/v1/queue/{held}"), "/api/v1/queue".into()] {
            assert_eq!(bed.api(token, "GET", &path, None).0, 404, "{path}");
        }
    }

    // What was sent with them goes; what is held does not, nor what its smarthost puts off.
    bed.sink.wait_for("goes-by-itself", PATIENCE);
    let put_off = wait_for("it is put off", PATIENCE, || {
        bed.entry("later@elsewhere.test")
            .filter(|entry| entry["attempts"] == 1)
    });
    assert_eq!(put_off["state"], "queued");
    for to in ["held", "api", "drop", "gone"] {
        let entry = bed.entry(&format!("{to}@elsewhere.test")).expect("held");
        assert_eq!(
            (&entry["state"], &entry["attempts"]),
            (&json!("held"), &json!(0))
        );
    }

    // Where it was put off: operators read by whom, its reseller that it was, another's nothing.
    let traced = bed.lifeboat.cli(&["trace", &later]);
    let said = format!(
        "put off by {}: 450 4.2.0 <later@elsewhere.test>: Recipient address rejected: Greylisted",
        bed.smarthost.smtp()
    );
    assert!(traced.contains(&said), "{traced}");
    let path = format!("/api/v1/trace?q={later}");
    let (status, view) = bed.api(&operator, "GET", &path, None);
    assert!(status == 200 && view.to_string().contains(&said), "{view}");
    let (status, view) = bed.api(&acme, "GET", &path, None);
    let view = view.to_string();
    assert!(
        status == 200 && view.contains("put off by the smarthost: 450 4.2.0"),
        "{view}"
    );
    assert!(!view.contains(&bed.smarthost.smtp().to_string()), "{view}");
    assert_eq!(bed.api(&rival, "GET", &path, None).0, 404);

    // At once, although it was due in an hour: put off once more, and then taken.
    cli("retry", &later, "is it taken now?");
    wait_until("it is tried at once", PATIENCE, || {
        bed.entry("later@elsewhere.test")
            .is_some_and(|entry| entry["attempts"] == 2)
    });
    std::fs::write(&bed.access, "").expect("write");
    // Connections that are open know what they were begun with.
    wait_until("it goes", PATIENCE, || {
        if bed
            .entry("later@elsewhere.test")
            .is_some_and(|entry| entry["state"] == "queued")
        {
            // On its way at this moment: then there is nothing to do.
            change(&operator, &later, "retry", "now");
        }
        bed.arrived("later-on")
    });
    let (_, view) = bed.api(&operator, "GET", &path, None);
    let steps = view["journeys"][0]["recipients"][0]["steps"].to_string();
    assert!(steps.matches("put off by").count() >= 2, "{steps}");
    assert_eq!(view["journeys"][0]["recipients"][0]["state"], "relayed");

    cli("release", &held, "it is fine");
    bed.sink.wait_for("hold-me", PATIENCE);
    assert_eq!(change(&operator, &by_api, "release", "fine").0, 200);
    bed.sink.wait_for("hold-by-api", PATIENCE);
    cli("drop", &dropped, "account was stolen");
    assert_eq!(change(&operator, &gone, "drop", "stolen too").0, 200);
    for id in [&dropped, &gone, &held] {
        assert_eq!(change(&operator, id, "retry", "again").0, 404, "it is over");
    }
    // Ann is told why; what was dropped went nowhere, whatever goes after it.
    let mut ann = bed.sign_in(ANN);
    wait_until("ann has two reports", PATIENCE, || {
        let text = ann.open("/mail/inbox").text();
        text.matches("Your message could not be delivered").count() >= 2
    });
    bed.send("plain@elsewhere.test", "the-last");
    bed.sink.wait_for("the-last", PATIENCE);
    assert!(!bed.arrived("drop-me") && !bed.arrived("drop-by-api"));
    let once = |subject: &str| {
        let all = bed.sink.messages();
        all.iter().filter(|one| one.contains(subject)).count()
    };
    for subject in ["hold-me", "hold-by-api", "later-on", "goes-by-itself"] {
        assert_eq!(once(subject), 1, "{subject}");
    }

    let (_, audit) = bed.api(
        &operator,
        "GET",
        "/api/v1/audit?action=queue&limit=100",
        None,
    );
    let audit = audit.to_string();
    for (action, id, why) in [
        ("queue.hold", &held, "looks odd"),
        ("queue.hold", &by_api, "odd too"),
        ("queue.release", &held, "it is fine"),
        ("queue.release", &by_api, "fine"),
        ("queue.retry", &later, "is it taken now?"),
        ("queue.drop", &dropped, "account was stolen"),
        ("queue.drop", &gone, "stolen too"),
    ] {
        let entry = format!("\"action\":\"{action}\",\"subject\":\"queue:{id}\",\"why\":\"{why}\"");
        let parts = entry.split(',').all(|part| audit.contains(part));
        assert!(parts, "{entry} in {audit}");
    }
}

/// Who comes to a day's limit is told of once: to operators and to the reseller whose mailbox it is, and to no other.
#[test]
fn a_limit_that_is_reached_is_told_to_its_reseller_once() {
    let bed = Bed::start("limited", "recipients_per_day = 2");
    let operator = bed.token(&["--role", "operator"]);
    let rival = bed.token(&["--role", "reseller", "--reseller", "rival"]);
    let acme = bed.token(&["--role", "reseller", "--reseller", "acme"]);
    bed.sink.accept_all();
    for (reseller, to) in [("acme", "acme@noc.test"), ("rival", "rival@noc.test")] {
        bed.lifeboat
            .cli(&["contact", "add", to, "--reseller", reseller]);
    }
    bed.send("one@elsewhere.test", "one");
    bed.send("two@elsewhere.test", "two");
    for _ in 0..3 {
        let said = bed.send("three@elsewhere.test", "three");
        assert!(
            said.contains("number of recipients allowed in a day"),
            "{said}"
        );
    }
    for (token, count) in [(&operator, 1), (&acme, 1), (&rival, 0)] {
        let (_, page) = bed.api(token, "GET", "/api/v1/events?after=0", None);
        let text = page.to_string();
        assert_eq!(
            text.matches("\"sending.limited\"").count(),
            2 * count,
            "{text}"
        );
        assert_eq!(
            text.contains("\"scope\":\"mailbox:ann@acme.test\""),
            count == 1,
            "{text}"
        );
    }
    let letter = bed
        .sink
        .wait_for("A limit of recipients in a day is reached", PATIENCE);
    assert_eq!(letter.to, ["acme@noc.test"]);
    assert!(letter.contains(ANN));
    let told = bed.sink.messages();
    let told = told.iter().filter(|one| one.to == ["rival@noc.test"]);
    assert_eq!(told.count(), 0);
}
