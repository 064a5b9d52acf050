use super::*;

#[test]
fn words_have_no_case_and_no_accents() {
    let cases: &[(&str, &[&str])] = &[
        ("Hello, World!", &["hello", "world"]),
        ("Ärger über Öl – ﬁn", &["arger", "uber", "ol", "fin"]),
        ("ann@example.com", &["ann", "example", "com"]),
        ("日本語 mail", &["日", "本", "語", "mail"]),
        ("مرحبا", &["مرحبا"]),
        ("  \0 -- ", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(words(text).collect::<Vec<_>>(), *expected, "{text}");
    }
    let long = "x".repeat(1000);
    assert_eq!(words(&long).next().unwrap().len(), WORD_BYTES_MAX);
}

#[test]
fn a_message_has_a_bounded_number_of_words() {
    let mut found = Words::default();
    let text: String = (0..WORDS_MAX * 2).map(|n| format!("w{n} ")).collect();
    found.add(&text, Places::TEXT);
    assert_eq!(found.0.len(), WORDS_MAX);
    found.add("w1", Places::SUBJECT);
    assert_eq!(found.0["w1"], Places::TEXT.0 | Places::SUBJECT.0);
}
