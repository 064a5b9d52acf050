//! What a check makes of how everything stands: `lifeboat check` prints it, and what is critical raises an
//! alert. Pure.

mod answer;
mod intake;

use super::{MailstoreStanding, ProbeResult, SentinelStanding, Standing};

pub use answer::{Answer, Finding, Status, Thresholds};

/// What can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    /// The server answers and its store works.
    Server,
    /// Each mailstore is normal and needs nobody's decision.
    Mailstores,
    /// The probes of each mailstore; thresholds: how many fail.
    Probes,
    /// The sentinel of each mailstore is what it was.
    Sentinels,
    /// Mailboxes whose merge is stuck; thresholds: how many.
    Merge,
    /// What users sent; thresholds: the age of the oldest, in seconds.
    Queue,
    /// Mail on its way in; thresholds: how often in the last ten minutes something was refused because disk,
    /// memory, connections or a mailbox's share are used up.
    Intake,
    /// The disk that the store lies on; thresholds: percent free.
    Disk,
    /// The certificates that Lifeboat itself shows; thresholds: days that they are still good.
    Certificates,
    /// Each source of the directory was read lately and to its end; thresholds: how many mailboxes are
    /// missing in one and were not deleted.
    Directory,
    /// The last drill passed; thresholds: seconds since the last that did.
    Drill,
    /// All of these.
    All,
}

impl What {
    /// Each thing by itself.
    pub const EACH: [Self; 11] = [
        Self::Server,
        Self::Mailstores,
        Self::Probes,
        Self::Sentinels,
        Self::Merge,
        Self::Queue,
        Self::Intake,
        Self::Disk,
        Self::Certificates,
        Self::Drill,
        Self::Directory,
    ];

    /// As plugins print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "SERVER",
            Self::Mailstores => "MAILSTORES",
            Self::Probes => "PROBES",
            Self::Sentinels => "SENTINELS",
            Self::Merge => "MERGE",
            Self::Queue => "QUEUE",
            Self::Intake => "INTAKE",
            Self::Disk => "DISK",
            Self::Certificates => "CERTIFICATES",
            Self::Drill => "DRILL",
            Self::Directory => "DIRECTORY",
            Self::All => "ALL",
        }
    }

    /// The thresholds if none are given: warning, critical.
    const fn usual(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Probes => Some(("0", "1")),
            Self::Merge | Self::Intake => Some(("0", "100")),
            Self::Queue => Some(("900", "3600")),
            Self::Disk => Some(("20:", "10:")),
            Self::Certificates => Some(("14:", "3:")),
            // 35 and 100 days.
            Self::Drill => Some(("3024000", "8640000")),
            Self::Directory => Some(("0", "")),
            Self::Server | Self::Mailstores | Self::Sentinels | Self::All => None,
        }
    }
}

/// Judges `what`, of one mailstore or of all.
pub fn judge(
    what: What,
    standing: &Standing,
    mailstore: Option<&str>,
    given: Thresholds,
) -> Answer {
    let of = given.or_usual(what);
    let mailstores: Vec<&MailstoreStanding> = standing
        .mailstores
        .iter()
        .filter(|known| mailstore.is_none_or(|wanted| known.id == wanted))
        .collect();
    if let (Some(wanted), true) = (mailstore, mailstores.is_empty()) {
        let text = format!("there is no mailstore {wanted} in the configuration");
        return Answer::single(what, Status::Unknown, &text);
    }
    let mut answer = Answer::new(what);
    match what {
        What::Server => server(&mut answer, standing),
        What::Mailstores => each(&mut answer, &mailstores, of_state),
        What::Probes => probes(&mut answer, &mailstores, of),
        What::Sentinels => each(&mut answer, &mailstores, of_sentinel),
        What::Merge => merge(&mut answer, standing, of),
        What::Queue => queue(&mut answer, standing, of),
        What::Intake => intake::look(&mut answer, &standing.intake, of),
        What::Disk => disk(&mut answer, standing, of),
        What::Certificates => certificates(&mut answer, standing, of),
        What::Drill => drill(&mut answer, standing, of),
        What::Directory => directory(&mut answer, standing, of),
        What::All => {
            for what in What::EACH {
                answer.add(judge(what, standing, mailstore, Thresholds::default()));
            }
        }
    }
    answer
}

fn server(answer: &mut Answer, standing: &Standing) {
    let version = &standing.version;
    match standing.store.failed {
        true => answer.say(
            Status::Critical,
            "the store has failed; start the server again",
        ),
        false => answer.say(Status::Ok, format!("Lifeboat {version} answers")),
    }
    answer.measure(
        "commits",
        standing.store.commits as f64,
        "c",
        Thresholds::default(),
    );
}

/// One finding for each mailstore that is not well, or one for all that are.
fn each(
    answer: &mut Answer,
    mailstores: &[&MailstoreStanding],
    look: fn(&MailstoreStanding) -> (Status, String),
) {
    let mut well = 0;
    for mailstore in mailstores {
        match look(mailstore) {
            (Status::Ok, _) => well += 1,
            (status, text) => answer.say(status, format!("{}: {text}", mailstore.id)),
        }
    }
    if well > 0 {
        answer.say(Status::Ok, format!("{well} of {} well", mailstores.len()));
    }
    answer.measure("well", f64::from(well), "", Thresholds::default());
    let all = mailstores.len() as f64;
    answer.measure("mailstores", all, "", Thresholds::default());
}

fn of_state(mailstore: &MailstoreStanding) -> (Status, String) {
    if let Some(needs) = &mailstore.needs {
        return (Status::Critical, needs.clone());
    }
    let state = &mailstore.state;
    let since = mailstore
        .since_secs
        .map_or_else(String::new, |secs| format!(" for {secs} s"));
    let mail = format!("mail goes to {}", mailstore.route);
    if let Some(text) = waits_too_long(mailstore) {
        return (Status::Critical, text);
    }
    match (state.as_str(), mailstore.mode.as_str()) {
        ("active", _) => (Status::Critical, format!("{state}{since}, {mail}")),
        ("normal", "auto" | "pin-primary") if mailstore.raising => {
            (Status::Warning, "UIDs are being raised".into())
        }
        ("normal", "auto" | "pin-primary") => (Status::Ok, String::new()),
        ("normal", mode) => (Status::Warning, format!("{mode}, {mail}")),
        _ => (Status::Warning, format!("{state}{since}, {mail}")),
    }
}

/// Mail that waits in the MX is returned to its senders in the end: half of the time is for whoever must act.
fn waits_too_long(mailstore: &MailstoreStanding) -> Option<String> {
    let (waited, lifetime) = (mailstore.queued_secs?, mailstore.queue_lifetime_secs);
    (waited >= lifetime / 2).then(|| {
        format!(
            "mail waits in the MX for {} h and is returned to its senders after {} h: end the mode queue, or \
             raise maximal_queue_lifetime",
            waited / 3600,
            lifetime / 3600
        )
    })
}

fn of_sentinel(mailstore: &MailstoreStanding) -> (Status, String) {
    let why = mailstore.sentinel_text.clone();
    match mailstore.sentinel {
        SentinelStanding::Intact => (Status::Ok, String::new()),
        SentinelStanding::Changed => (Status::Critical, why.unwrap_or_default()),
        SentinelStanding::Unseen => (
            Status::Unknown,
            why.unwrap_or_else(|| "the sentinel was not seen since the start".into()),
        ),
        SentinelStanding::NotConfigured => (
            Status::Warning,
            "no sentinel: a mailstore that lost its mail looks healthy; set sentinel".into(),
        ),
    }
}

fn probes(answer: &mut Answer, mailstores: &[&MailstoreStanding], of: Thresholds) {
    let mut failing = 0;
    for mailstore in mailstores {
        if mailstore.probes.is_empty() {
            let text = format!("{}: no probe has looked yet", mailstore.id);
            answer.say(Status::Unknown, text);
        }
        for probe in &mailstore.probes {
            let name = format!("{} {} from {}", mailstore.id, probe.probe, probe.vantage);
            let why = probe.text.as_deref().unwrap_or("no reason given");
            if probe.age_secs > mailstore.stale_secs {
                let text = format!("{name}: last looked {} s ago", probe.age_secs);
                answer.say(Status::Unknown, text);
            }
            match probe.result {
                ProbeResult::Up => {}
                ProbeResult::Down => {
                    failing += 1;
                    answer.say(of.judge(f64::from(failing)), format!("{name}: {why}"));
                }
                ProbeResult::Unknown => {
                    answer.say(Status::Unknown, format!("{name}: {why}"));
                }
            }
            let label = format!("{}_{}_{}", mailstore.id, probe.probe, probe.vantage);
            let took = probe.took_ms as f64;
            answer.measure(&label, took, "ms", Thresholds::default());
        }
    }
    let status = of.judge(f64::from(failing));
    answer.say(status, format!("{failing} probes fail"));
    answer.measure("failing", f64::from(failing), "", of);
}

fn merge(answer: &mut Answer, standing: &Standing, of: Thresholds) {
    let merge = &standing.merge;
    let blocked = merge.blocked_mailboxes as f64;
    let text = format!(
        "{} mailboxes are stuck; {} messages in {} mailboxes are to be merged",
        merge.blocked_mailboxes, merge.unmerged_messages, merge.unmerged_mailboxes
    );
    answer.say(of.judge(blocked), text);
    answer.measure("blocked", blocked, "", of);
    for (label, value) in [
        ("unmerged_messages", merge.unmerged_messages),
        ("unmerged_mailboxes", merge.unmerged_mailboxes),
    ] {
        answer.measure(label, value as f64, "", Thresholds::default());
    }
}

fn queue(answer: &mut Answer, standing: &Standing, of: Thresholds) {
    let queue = &standing.queue;
    let oldest = queue.oldest_secs as f64;
    let text = format!(
        "{} messages wait, the oldest for {} s",
        queue.entries, queue.oldest_secs
    );
    answer.say(of.judge(oldest), text);
    if queue.limited > 0 {
        // Mostly a stolen password; lifeboat trace and the audit log say whose.
        let text =
            "somebody came to a limit of recipients today: see sending.limited in the audit log";
        answer.say(Status::Warning, text);
    }
    answer.measure("oldest", oldest, "s", of);
    answer.measure("entries", queue.entries as f64, "", Thresholds::default());
}

fn disk(answer: &mut Answer, standing: &Standing, of: Thresholds) {
    let store = &standing.store;
    if store.disk_bytes == 0 {
        answer.say(Status::Unknown, "the disk's size cannot be read");
        return;
    }
    // Two digits, as it is shown.
    let free = (store.disk_free_percent() * 100.0).round() / 100.0;
    let megabytes = store.disk_free_bytes >> 20;
    let text = format!("{free} % free, {megabytes} MB");
    answer.say(of.judge(free), text);
    answer.measure("free", free, "%", of);
}

fn certificates(answer: &mut Answer, standing: &Standing, of: Thresholds) {
    if standing.certificates.is_empty() {
        answer.say(Status::Ok, "no certificates are configured");
        return;
    }
    for certificate in &standing.certificates {
        let section = &certificate.section;
        let Some(secs) = certificate.good_for_secs else {
            let why = certificate.error.as_deref().unwrap_or("it cannot be read");
            answer.say(Status::Critical, format!("{section}: {why}"));
            continue;
        };
        // Whole days, as it is shown; one that has ended has fewer than none.
        let days = secs.div_euclid(86_400);
        let text = match days {
            0.. => format!("{section}: {days} days left"),
            _ => format!("{section}: it has ended"),
        };
        answer.say(of.judge(days as f64), text);
        answer.measure(section, days as f64, "", of);
        if certificate.to_be_reloaded {
            let text = format!(
                "{section}: the file holds another certificate than is shown: systemctl reload lifeboat"
            );
            answer.say(Status::Warning, text);
        }
        if let Some(why) = &certificate.error {
            answer.say(Status::Critical, format!("{section}: {why}"));
        }
    }
    let uncovered = &standing.uncovered_hosts;
    for host in uncovered.iter().take(HOSTS_NAMED_MAX) {
        let text = format!("{host}: no certificate is for this host name: add a [[certificate]]");
        answer.say(Status::Warning, text);
    }
    let more = uncovered.len().saturating_sub(HOSTS_NAMED_MAX);
    if more > 0 {
        answer.say(Status::Warning, format!("and {more} host names more"));
    }
}

/// Host names without a certificate that an answer names.
const HOSTS_NAMED_MAX: usize = 5;

fn drill(answer: &mut Answer, standing: &Standing, of: Thresholds) {
    let Some(drills) = &standing.drills else {
        answer.say(Status::Ok, "no drills are configured");
        return;
    };
    match drills.last.as_deref() {
        Some(last @ ("failed" | "interrupted")) => answer.say(
            Status::Warning,
            format!("the last drill {last}: lifeboat drill show"),
        ),
        Some(last) => answer.say(Status::Ok, format!("the last drill: {last}")),
        None => answer.say(Status::Warning, "no drill was held yet: lifeboat drill run"),
    }
    if let Some(secs) = drills.passed_secs_ago {
        let age = secs as f64;
        let text = format!("the last drill that passed was {} days ago", secs / 86_400);
        answer.say(of.judge(age), text);
        answer.measure("age", age, "s", of);
    }
}

fn directory(answer: &mut Answer, standing: &Standing, of: Thresholds) {
    if standing.sources.is_empty() {
        answer.say(Status::Ok, "no sources are configured");
        return;
    }
    for source in &standing.sources {
        let name = &source.name;
        let status = match (source.is_stale(), source.end.as_deref()) {
            (true, Some(_)) => Status::Critical,
            // It was not read since it was configured, or is read for the first time.
            (true, None) => Status::Warning,
            (false, Some("complete")) if source.errors == 0 => Status::Ok,
            (false, _) => Status::Warning,
        };
        let text = match source.errors {
            0 => format!("{name}: {}", source.text),
            errors => format!("{name}: {}; {errors} rows were not taken", source.text),
        };
        answer.say(status, text);
        if source.withheld > 0 {
            let text = format!("{name}: {} mailboxes are missing", source.withheld);
            answer.say(of.judge(source.withheld as f64), text);
        }
        answer.measure(&format!("{name}_withheld"), source.withheld as f64, "", of);
        if let Some(age) = source.age_secs {
            let none = Thresholds::default();
            answer.measure(&format!("{name}_age"), age as f64, "s", none);
        }
    }
}

#[cfg(test)]
mod tests;
