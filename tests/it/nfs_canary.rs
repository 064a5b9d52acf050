//! `lifeboat probe nfs` on a real NFS server with two clients: it reports volumes whose locks do not
//! hold, is quiet on sound ones, and comes back whatever hangs.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::rig::nfs::{Nfs, Version, on_nfs};

/// What `lifeboat probe nfs` said, and its exit status.
#[derive(Debug)]
struct Told {
    status: i32,
    report: Value,
    took: Duration,
}

impl Told {
    fn has(&self, kind: &str) -> bool {
        let findings = self.report["findings"].as_array().expect("findings");
        findings.iter().any(|finding| finding["kind"] == kind)
    }
}

/// A probe that runs.
struct Probe {
    child: Child,
    began: Instant,
}

impl Probe {
    fn start(directory: &str, name: &str, options: &[&str]) -> Self {
        let child = Command::new(crate::binary())
            .args(["probe", "nfs", directory, "--json", "--name", name])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("start the probe");
        Self {
            child,
            began: Instant::now(),
        }
    }

    fn told(self) -> Told {
        let output = self.child.wait_with_output().expect("wait for the probe");
        let text = String::from_utf8_lossy(&output.stdout);
        let report = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("the probe printed no JSON ({error}): {text}"));
        Told {
            status: output.status.code().expect("an exit status"),
            report,
            took: self.began.elapsed(),
        }
    }
}

fn both(options: &[&str]) -> [Probe; 2] {
    [1, 2].map(|client| Probe::start(&format!("/mnt/c{client}"), &format!("c{client}"), options))
}

/// Two probes, while `meanwhile` goes on.
fn together(what: &str, options: &[&str], meanwhile: impl FnOnce()) -> [Told; 2] {
    let probes = both(options);
    meanwhile();
    let told = probes.map(Probe::told);
    for one in &told {
        println!("{what}: {} {} in {:?}", one.status, one.report, one.took);
    }
    told
}

fn is_sound() {
    for told in together("sound", &[], || {}) {
        assert_eq!(
            (told.status, &told.report["verdict"]),
            (0, &"sound".into()),
            "{told:?}"
        );
        assert_eq!(told.report["locks"]["increments"], 200);
        assert_eq!(told.report["files"]["read"], 20);
    }
}

/// While `broken`, a probe reports a fault within a short time. Afterwards all is sound again.
fn survives(what: &str, break_it: impl FnOnce(), mend: impl FnOnce()) {
    let probes = both(&["--hang", "4s", "--rounds", "400"]);
    // Long enough to have met.
    std::thread::sleep(Duration::from_secs(5));
    break_it();
    let told = probes.map(Probe::told);
    mend();
    for one in &told {
        println!("{what}: {} {} in {:?}", one.status, one.report, one.took);
        assert!(one.took < Duration::from_secs(70), "{what}: {one:?}");
        assert_ne!(one.status, 0, "{what}: {one:?}");
    }
    let hangs = |told: &Told| {
        told.status == 1 && (told.has("hangs") || told.has("lock-hangs") || told.has("slow"))
    };
    assert!(told.iter().any(hangs), "{what}: {told:?}");
}

#[test]
fn a_server_that_forgets_its_locks_is_found_on_version_3() {
    let name = "nfs_canary::a_server_that_forgets_its_locks_is_found_on_version_3";
    on_nfs(name, Version::V3, |nfs| {
        is_sound();
        forgotten(nfs, "lost-updates");
    });
}

/// The server forgets its locks again and again while both count.
fn forgotten(nfs: &Nfs, kind: &str) {
    let told = together("forgets", &["--rounds", "200"], || {
        let until = Instant::now() + Duration::from_secs(9);
        while Instant::now() < until {
            nfs.forget_locks();
        }
    });
    for one in &told {
        assert_eq!(one.status, 1, "{one:?}");
    }
    assert!(told.iter().any(|one| one.has(kind)), "{told:?}");
}

#[test]
fn locks_that_a_mount_keeps_to_itself_are_found() {
    let name = "nfs_canary::locks_that_a_mount_keeps_to_itself_are_found";
    on_nfs(name, Version::V3Nolock, |_| {
        for told in together("nolock", &[], || {}) {
            assert_eq!(told.status, 1, "{told:?}");
            assert!(told.has("lost-updates"), "{told:?}");
            assert_eq!(told.report["files"]["wrong"], 0, "{told:?}");
        }
    });
}

#[test]
fn the_probe_comes_back_from_a_volume_that_hangs() {
    let name = "nfs_canary::the_probe_comes_back_from_a_volume_that_hangs";
    on_nfs(name, Version::V4, |nfs| {
        is_sound();
        survives("freeze", || nfs.freeze(), || nfs.thaw());
    });
}

/// All of it, on every version.
fn all(version: Version, name: &str) {
    on_nfs(name, version, |nfs| {
        for _ in 0..3 {
            is_sound();
        }
        survives("freeze", || nfs.freeze(), || nfs.thaw());
        survives("stop", || nfs.stop_server(), || nfs.start_server());
        survives("drop", || nfs.hang(1), || nfs.heal(1));
        is_sound();
    });
}

#[test]
#[ignore = "long: make soak"]
fn all_of_version_3() {
    all(Version::V3, "nfs_canary::all_of_version_3");
}

#[test]
#[ignore = "long: make soak"]
fn all_of_version_4_0() {
    all(Version::V4Zero, "nfs_canary::all_of_version_4_0");
}

#[test]
#[ignore = "long: make soak"]
fn all_of_version_4_2() {
    all(Version::V4, "nfs_canary::all_of_version_4_2");
}

/// Without a second host nothing is claimed, and nothing is touched where there is no NFS.
#[test]
fn what_cannot_be_told_is_not_told() {
    let dir = crate::rig::RigDir::new("canary");
    let path = dir.path().display().to_string();
    let told = Probe::start(&path, "c1", &[]).told();
    assert_eq!(told.status, 2);
    let sentence = told.report["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.contains("not on NFS: is the volume mounted?"),
        "{sentence}"
    );
    assert!(!dir.path().join("lifeboat-canary").exists());

    let alone = ["--any-file-system", "--meet", "1s"];
    let told = Probe::start(&path, "c1", &alone).told();
    assert_eq!(told.status, 2);
    assert!(told.has("alone"), "{told:?}");

    let probes = ["c1", "c2"].map(|name| Probe::start(&path, name, &["--any-file-system"]));
    let [one, two] = probes.map(Probe::told);
    assert_eq!((one.status, two.status), (0, 0), "{one:?} {two:?}");
    assert_eq!(
        (&one.report["other"], &two.report["other"]),
        (&"c2".into(), &"c1".into())
    );
    assert_eq!(one.report["locks"]["increments"], 200);
    let left = std::fs::read_dir(dir.path().join("lifeboat-canary")).expect("list");
    assert_eq!(left.count(), 0, "nothing is left behind");
}
