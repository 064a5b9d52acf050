use super::*;

#[test]
fn each_part_counts_and_none_runs_into_the_next() {
    let content = [7; 32];
    let base = Handover::new("a@x", "b@y", "4ABC", &content);
    assert_eq!(base, Handover::new("a@x", "b@y", "4ABC", &content));
    for other in [
        Handover::new("", "b@y", "4ABC", &content),
        Handover::new("a@xb", "@y", "4ABC", &content),
        Handover::new("a@x", "b@y4", "ABC", &content),
        Handover::new("a@x", "b@y", "4ABD", &content),
        Handover::new("a@x", "b@y", "4ABC", &[8; 32]),
    ] {
        assert_ne!(base, other);
    }
}
