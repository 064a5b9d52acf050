use super::*;

/// Everything that there can be.
fn full() -> Standing {
    let probe = |result| ProbeStanding {
        probe: "imap".into(),
        vantage: "here".into(),
        result,
        text: None,
        took_ms: 12,
        age_secs: 3,
    };
    let mailstore = |id: &str, state: &str, sentinel| MailstoreStanding {
        id: id.into(),
        state: state.into(),
        mode: "auto".into(),
        sentinel,
        queued_secs: (id == "a1").then_some(60),
        telling: (id == "a1").then_some(TellingStanding {
            told: 300,
            unreachable: 4,
            told_back: 0,
            under_way: 20,
        }),
        queue_lifetime_secs: 100,
        probes: vec![probe(ProbeResult::Up)],
        ..MailstoreStanding::default()
    };
    Standing {
        version: "1".into(),
        mailstores: vec![
            mailstore("a1", "active", SentinelStanding::Changed),
            mailstore("a2", "normal", SentinelStanding::Intact),
        ],
        held: vec![HeldStanding {
            protocol: "imap".into(),
            told: 7,
        }],
        drills: Some(DrillsStanding {
            last: Some("failed".into()),
            passed_secs_ago: Some(5),
        }),
        certificates: vec![CertificateStanding {
            section: "http".into(),
            good_for_secs: Some(-5),
            ..CertificateStanding::default()
        }],
        uncovered_hosts: vec!["mail.acme.example".into()],
        sources: vec![SourceStanding {
            name: "panel".into(),
            mailboxes: 12,
            age_secs: Some(90),
            stale_secs: 60,
            withheld: 3,
            ..SourceStanding::default()
        }],
        ..Standing::default()
    }
}

#[test]
fn states_and_counts_are_told() {
    let text = render(&full());
    for line in [
        "lifeboat_mailstore_state{mailstore=\"a1\",state=\"active\"} 1",
        "lifeboat_mailstore_state{mailstore=\"a1\",state=\"normal\"} 0",
        "lifeboat_mailstore_state{mailstore=\"a2\",state=\"normal\"} 1",
        "lifeboat_mailstore_sentinel_intact{mailstore=\"a1\"} 0",
        "lifeboat_mailstore_sentinel_intact{mailstore=\"a2\"} 1",
        "lifeboat_probe_up{mailstore=\"a1\",probe=\"imap\",vantage=\"here\"} 1",
        "lifeboat_held_clients_total{protocol=\"imap\"} 7",
        "lifeboat_store_failed 0",
        "lifeboat_drill_failed 1",
        "lifeboat_source_mailboxes{source=\"panel\"} 12",
        "lifeboat_source_age_seconds{source=\"panel\"} 90",
        "lifeboat_certificate_good_seconds{section=\"http\"} -5",
        "lifeboat_certificate_uncovered_hosts 1",
        "lifeboat_mailstore_queued_seconds{mailstore=\"a1\"} 60",
        "lifeboat_users_told{mailstore=\"a1\"} 300",
        "lifeboat_users_unreachable{mailstore=\"a1\"} 4",
        "lifeboat_users_told_back{mailstore=\"a1\"} 0",
        "lifeboat_users_letters_under_way{mailstore=\"a1\"} 20",
        "lifeboat_source_stale{source=\"panel\"} 1",
        "lifeboat_source_withheld{source=\"panel\"} 3",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

/// The names that start with `lifeboat_` in a file below `monitoring/`.
fn names_in(file: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("monitoring")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices("lifeboat_")
        .map(|(at, _)| {
            let rest = &text[at..];
            rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())].to_owned()
        })
        .collect()
}

#[test]
fn rules_and_dashboard_name_metrics_that_there_are() {
    let text = render(&full());
    let known: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    for file in [
        "prometheus/lifeboat.rules.yml",
        "prometheus/lifeboat.test.yml",
        "grafana/lifeboat.json",
    ] {
        let names = names_in(file);
        assert!(names.len() > 5, "{file} is read");
        for name in names {
            assert!(known.contains(&name.as_str()), "{file}: {name}");
        }
    }
}

#[test]
fn what_is_free_is_a_share() {
    for (all, free, percent) in [(0, 0, 100.0), (200, 50, 25.0), (100, 100, 100.0)] {
        let store = StoreStanding {
            disk_bytes: all,
            disk_free_bytes: free,
            ..StoreStanding::default()
        };
        assert!((store.disk_free_percent() - percent).abs() < 0.001);
    }
}
