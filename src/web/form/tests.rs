use super::Form;

#[test]
fn forms_are_read() {
    let form = Form::parse(b"id=1&id=2&q=a+b%26c&x&=y&u=%C3%A4%FF");
    assert_eq!(form.all("id").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(form.get("q"), "a b&c");
    assert_eq!(form.get("x"), "");
    assert_eq!(form.get("u"), "ä\u{FFFD}");
    assert_eq!(form.get("none"), "");
}
