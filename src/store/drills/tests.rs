use super::*;

fn step(step: DrillStep, took_ms: u64, passed: bool) -> StepRecord {
    StepRecord {
        step,
        took_ms,
        target_ms: Some(100),
        text: String::new(),
        passed,
    }
}

fn drill(steps: Vec<StepRecord>, is_over: bool) -> DrillRecord {
    DrillRecord {
        mailbox: "canary@drill.test".parse().unwrap(),
        mailstore: "a1".parse().unwrap(),
        by: "root".into(),
        reason: "a test".into(),
        began_at: Timestamp::from_secs(1),
        ended_at: is_over.then_some(Timestamp::from_secs(2)),
        steps,
    }
}

#[test]
fn a_drill_passes_only_when_every_step_did() {
    let all = |took| -> Vec<StepRecord> {
        DrillStep::ALL
            .into_iter()
            .map(|name| step(name, took, true))
            .collect()
    };
    let mut failed = all(1);
    failed[7].passed = false;
    let mut short = all(1);
    short.pop();
    for (record, is_running, verdict) in [
        (drill(all(1), true), false, DrillVerdict::Passed),
        (drill(all(101), true), false, DrillVerdict::Slow),
        (drill(failed, true), false, DrillVerdict::Failed),
        (drill(short, true), false, DrillVerdict::Failed),
        (drill(Vec::new(), true), false, DrillVerdict::Failed),
        (drill(all(1), false), true, DrillVerdict::Running),
        (drill(all(1), false), false, DrillVerdict::Interrupted),
    ] {
        assert_eq!(record.verdict(is_running), verdict, "{record:?}");
    }
}
