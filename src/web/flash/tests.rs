use super::*;

#[test]
fn undo_tokens_are_read_back() {
    let id = UndoId {
        at: Timestamp::from_millis(1_795_356_000_123),
        number: u64::MAX,
    };
    let token = undo_token(id);
    assert_eq!(token, "c:1795356000123.18446744073709551615");
    assert_eq!(read_undo(&token), Some(id));
    for bad in [
        "", "c", "c:", "c:1", "c:1.x", "c:x.1", "c:1.2.3", "c:1.-2", "m:1.2",
    ] {
        assert_eq!(read_undo(bad), None, "{bad}");
    }
}
