use super::*;

#[test]
fn undo_tokens_are_read_back() {
    let changed = [(StandbyId(5), FolderId(1)), (StandbyId(9), FolderId(100))];
    let token = undo_token('m', &changed);
    assert_eq!(token, "m:1.5,100.9");
    assert_eq!(read_undo(&token), Some(('m', changed.to_vec())));
    for bad in ["", "m", "m:", "m:1", "mm:1.2", "m:1.x", "m:1.2,", "m:1.2;x"] {
        assert_eq!(read_undo(bad), None, "{bad}");
    }
}
