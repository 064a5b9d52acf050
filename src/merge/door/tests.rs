use super::*;

#[test]
fn missing_rights_are_named() {
    for (rights, verdict, says) in [
        (Some("lrwstipekxacd"), Verdict::Good, "lrwstipekxacd"),
        (Some("lrs"), Verdict::Bad, "lacks wik"),
        (None, Verdict::Unseen, "not offered"),
    ] {
        let found = judge_rights(rights);
        assert_eq!(found.verdict, verdict, "{rights:?}");
        assert!(found.text.contains(says), "{}", found.text);
        assert_eq!(found.advice.is_none(), verdict == Verdict::Good);
    }
}

#[test]
fn slow_sign_ins_get_advice() {
    let quick = judge_speed(Duration::from_micros(1_250));
    assert_eq!(quick.verdict, Verdict::Good);
    assert!(quick.text.contains("1.2 ms"), "{}", quick.text);
    let slow = judge_speed(Duration::from_millis(6));
    assert_eq!(slow.verdict, Verdict::Advice);
    assert!(
        slow.advice
            .is_some_and(|text| text.contains("service_count"))
    );
}
