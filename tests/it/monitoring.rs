//! What monitors see: the check as Nagios runs it, the plugin as munin-node runs it, the rules as Prometheus
//! reads them.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::binary;
use crate::rig::{Lifeboat, LifeboatOptions, MailstoreOptions, RigDir, certificate, need_packages};

/// A server over a mailstore that does not answer.
fn server(dir: &RigDir) -> Lifeboat {
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").expect("write a password");
    let mailstore = MailstoreOptions {
        id: "a1".into(),
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        master_password_file: password,
        sentinel: None,
        extra: String::new(),
    };
    let options = LifeboatOptions {
        mailstores: vec![mailstore],
        extra: "[failover]\npolicy = \"manual\"\n[probe]\ninterval = \"200ms\"\n".into(),
        ..LifeboatOptions::default()
    };
    Lifeboat::start(binary(), &dir.sub("lifeboat"), options)
}

/// Runs a check as Nagios does: a line for the shell. Its exit status and what it says.
fn check(lifeboat: &Lifeboat, before: &str, words: &str) -> (i32, String) {
    let line = format!(
        "{before} {} check {words} --config {}",
        lifeboat.binary().display(),
        lifeboat.config_path().display()
    );
    let output = Command::new("/bin/sh").arg("-c").arg(&line).output();
    let output = output.expect("run a shell");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[test]
fn the_check_gives_all_four_answers() {
    const NEGATE: &str = "/usr/lib/nagios/plugins/negate";
    need_packages(&[(NEGATE, "monitoring-plugins-basic")]);
    let dir = RigDir::new("check");
    let mut lifeboat = server(&dir);
    let expect = |lifeboat: &Lifeboat, words: &str, status: i32, start: &str| {
        let (found, said) = check(lifeboat, "", words);
        assert_eq!(found, status, "{words}: {said}");
        assert!(said.starts_with(start), "{words}: {said}");
    };
    expect(&lifeboat, "server", 0, "LIFEBOAT SERVER OK - ");
    expect(&lifeboat, "queue", 0, "LIFEBOAT QUEUE OK - ");
    expect(
        &lifeboat,
        "sentinels",
        1,
        "LIFEBOAT SENTINELS WARNING - a1: ",
    );
    expect(
        &lifeboat,
        "disk -w 101: -c 0:",
        1,
        "LIFEBOAT DISK WARNING - ",
    );
    let two = Duration::from_secs(20);
    crate::rig::wait_until("both probes fail", two, || {
        check(&lifeboat, "", "probes").0 == 2
    });
    expect(&lifeboat, "probes", 2, "LIFEBOAT PROBES CRITICAL - a1 ");
    expect(&lifeboat, "all", 2, "LIFEBOAT ALL CRITICAL - ");
    expect(
        &lifeboat,
        "mailstores -m a9",
        3,
        "LIFEBOAT MAILSTORES UNKNOWN - ",
    );
    expect(&lifeboat, "weather", 3, "LIFEBOAT UNKNOWN - ");
    expect(&lifeboat, "disk -w much", 3, "LIFEBOAT UNKNOWN - ");

    lifeboat.signal(Signal::STOP);
    let start = Instant::now();
    expect(&lifeboat, "server -t 1s", 2, "LIFEBOAT SERVER CRITICAL - ");
    expect(&lifeboat, "queue -t 1s", 3, "LIFEBOAT QUEUE UNKNOWN - ");
    assert!(start.elapsed() < Duration::from_secs(10));
    lifeboat.signal(Signal::CONT);
    lifeboat.kill();
    expect(&lifeboat, "server", 2, "LIFEBOAT SERVER CRITICAL - ");
    expect(&lifeboat, "merge", 3, "LIFEBOAT MERGE UNKNOWN - ");
    // Another plugin reads its answer.
    let (status, said) = check(&lifeboat, &format!("{NEGATE} -s -c OK"), "server");
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("LIFEBOAT SERVER OK"), "{said}");
}

/// Renewed, and the server was not told: the file looks well, and what is shown does not change.
#[test]
fn a_certificate_that_is_not_the_one_in_the_file_is_told() {
    let dir = RigDir::new("shown");
    let (certificate, key) = certificate(dir.path(), 90);
    let extra = format!(
        "[smtp]\ntls_certificate_file = {certificate:?}\ntls_key_file = {key:?}\n\
         disk_free_min = \"1MB\"\ndisk_free_low = \"2MB\"\n"
    );
    let options = LifeboatOptions {
        extra,
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
    let says = |status, words: &str| {
        let (found, said) = check(&lifeboat, "", "certificates");
        found == status && said.contains(words)
    };
    assert!(says(0, "smtp: "));
    crate::rig::certificate(dir.path(), 5);
    assert!(says(
        1,
        "smtp: the file holds another certificate than is shown"
    ));
    assert!(says(1, "OK: smtp: "), "what is shown counts");
    lifeboat.signal(Signal::HUP);
    crate::rig::wait_until("it is read", Duration::from_secs(60), || {
        says(1, "WARNING - smtp: ") && !says(1, "another certificate")
    });
}

#[test]
fn munin_node_runs_the_plugin() {
    need_packages(&[("/usr/sbin/munin-run", "munin-node")]);
    let dir = RigDir::new("munin");
    let mut lifeboat = server(&dir);
    for sub in ["plugins", "conf.d"] {
        std::fs::create_dir(dir.path().join(sub)).expect("create a directory");
    }
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("monitoring/munin/lifeboat");
    std::os::unix::fs::symlink(plugin, dir.path().join("plugins/lifeboat")).expect("link");
    let conf = format!(
        "[lifeboat]\nuser root\nenv.program {}\nenv.config {}\n",
        lifeboat.binary().display(),
        lifeboat.config_path().display()
    );
    std::fs::write(dir.path().join("conf.d/lifeboat"), conf).expect("write the plugin's settings");
    let node = format!("log_file {0}/node.log\nallow ^127\n", dir.path().display());
    std::fs::write(dir.path().join("node.conf"), node).expect("write the node's settings");
    let run = |ask: &[&str]| {
        let output = Command::new("/usr/sbin/munin-run")
            .arg("--config")
            .arg(dir.path().join("node.conf"))
            .arg("--servicedir")
            .arg(dir.path().join("plugins"))
            .arg("--sconfdir")
            .arg(dir.path().join("conf.d"))
            .args(["--ignore-systemd-properties", "lifeboat"])
            .args(ask)
            .output();
        output.expect("run munin-run")
    };
    assert_eq!(text(&run(&["autoconf"])), "yes\n");
    let config = text(&run(&["config"]));
    let values = text(&run(&[]));
    let graphs = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("multigraph "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(graphs(&config).len(), 6, "{config}");
    assert_eq!(graphs(&config), graphs(&values));
    for line in values.lines().filter(|line| line.contains(".value ")) {
        let name = line.split('.').next().unwrap();
        assert!(config.contains(&format!("\n{name}.label ")), "{line}");
    }
    lifeboat.kill();
    let said = text(&run(&["autoconf"]));
    assert!(said.starts_with("no ("), "{said}");
}

#[test]
fn prometheus_reads_the_rules_and_each_alert_fires_when_it_should() {
    need_packages(&[("/usr/bin/promtool", "prometheus")]);
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("monitoring/prometheus");
    for words in [
        &["check", "rules", "lifeboat.rules.yml"][..],
        &["test", "rules", "lifeboat.test.yml"],
    ] {
        let output = Command::new("/usr/bin/promtool")
            .args(words)
            .current_dir(&rules)
            .output()
            .expect("run promtool");
        assert!(output.status.success(), "{words:?}: {}", text(&output));
    }
}
