use super::how;

#[tokio::test]
async fn the_text_of_a_panic_is_not_told() {
    let ended = tokio::spawn(async { panic!("Subject: of the board") });
    let error = ended.await.unwrap_err();
    assert!(error.to_string().contains("board"), "{error}");
    assert!(!how(&error).contains("board"));
}
