use super::*;
use crate::metrics::{HeldStanding, MailstoreStanding, ProbeStanding};

fn standing() -> Standing {
    let probe = |result| ProbeStanding {
        probe: "imap".into(),
        vantage: "mx-1.example".into(),
        result,
        took_ms: 7,
        ..ProbeStanding::default()
    };
    let mailstore = |id: &str, state: &str, result| MailstoreStanding {
        id: id.into(),
        state: state.into(),
        probes: vec![probe(result)],
        ..MailstoreStanding::default()
    };
    Standing {
        mailstores: vec![
            mailstore("1a", "active", ProbeResult::Down),
            mailstore("a2", "normal", ProbeResult::Up),
        ],
        held: vec![HeldStanding {
            protocol: "imap".into(),
            told: 3,
        }],
        ..Standing::default()
    }
}

#[test]
fn each_field_has_a_label_and_a_value() {
    let graphs = graphs(&standing());
    let (config, values) = (config(&graphs), values(&graphs));
    for graph in &graphs {
        let line = format!("multigraph {}\n", graph.name);
        assert!(config.contains(&line) && values.contains(&line), "{line}");
        for field in &graph.fields {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(field.name.chars().all(is_name), "{}", field.name);
            assert!(config.contains(&format!("\n{}.label ", field.name)));
            assert!(values.contains(&format!("\n{}.value ", field.name)));
        }
    }
    for line in [
        "_1a_imap_mx_1_example.value U",
        "a2_imap_mx_1_example.value 7",
        "active.value 1",
        "imap.value 3",
    ] {
        assert!(values.contains(line), "{line} is not in\n{values}");
    }
    for line in [
        "active.critical 0",
        "imap.type DERIVE",
        "oldest.warning 900",
    ] {
        assert!(config.contains(line), "{line} is not in\n{config}");
    }
}
