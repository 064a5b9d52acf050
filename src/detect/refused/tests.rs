use super::*;

#[test]
fn only_silence_after_a_refusal_says_nothing() {
    use Ended::{Broken, Entered, Late, Refused as No};
    let cases: [(&[Ended], Ended, &str); 8] = [
        (&[], Late, "down"),
        (&[No], Late, "unknown"),
        (&[No, Late, Late], Late, "unknown"),
        (&[No, Broken], Late, "unknown"),
        (&[No], Broken, "down"),
        (&[No, Entered], Late, "down"),
        (&[Entered], Late, "down"),
        (&[Entered, Broken], Broken, "down"),
    ];
    for (before, ended, expected) in cases {
        let refused = Refused::default();
        for one in before {
            refused.weigh(*one, Outcome::Up);
        }
        let found = match refused.weigh(ended, Outcome::Down("no answer".into())) {
            Outcome::Up => "up",
            Outcome::Down(_) => "down",
            Outcome::Unknown(_) => "unknown",
        };
        assert_eq!(found, expected, "{before:?}, then {ended:?}");
    }
}
