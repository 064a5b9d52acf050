//! Mail on its way in: what is refused because something is used up here.

use super::{Answer, Status, Thresholds};
use crate::metrics::IntakeStanding;

/// Looks at the last ten minutes. What is refused for what it is (relaying, unknown recipients, line ends) is
/// counted and no fault.
pub(super) fn look(answer: &mut Answer, intake: &IntakeStanding, of: Thresholds) {
    let (short, short_of) = lately(intake, true);
    let (other, other_for) = lately(intake, false);
    let messages: u64 = intake.ways.iter().map(|way| way.messages).sum();
    let connections: u64 = intake.ways.iter().map(|way| way.connections).sum();
    match short_of.is_empty() {
        true => answer.say(
            Status::Ok,
            format!("{messages} messages taken since the start, {connections} connections"),
        ),
        false => answer.say(
            of.judge(short as f64),
            format!(
                "{short} refused in ten minutes for want of something here ({short_of}); it waits with its senders"
            ),
        ),
    }
    if other > 0 {
        let text = format!("{other} refused in ten minutes for what they were ({other_for})");
        answer.say(Status::Ok, text);
    }
    answer.measure("refused_for_want", short as f64, "", of);
    for (label, value) in [
        ("refused_otherwise", other),
        ("messages", messages),
        ("connections", connections),
        ("memory", intake.memory_bytes),
    ] {
        answer.measure(label, value as f64, "", Thresholds::default());
    }
}

/// How many were refused in the last ten minutes, and for which reasons how many.
fn lately(intake: &IntakeStanding, shortage: bool) -> (u64, String) {
    let of_kind = intake
        .refused
        .iter()
        .filter(|one| one.shortage == shortage && one.lately > 0);
    let reasons: Vec<String> = of_kind
        .clone()
        .map(|one| format!("{} {}", one.lately, one.reason))
        .collect();
    (of_kind.map(|one| one.lately).sum(), reasons.join(", "))
}
