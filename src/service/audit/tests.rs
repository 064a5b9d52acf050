use super::is_by;

#[test]
fn a_reseller_is_who_its_name_says_to_the_end() {
    let acme = "acme".parse().unwrap();
    for (who, is_theirs) in [
        ("reseller acme (token 01234567)", true),
        ("reseller acme (eve@acme.example)", true),
        ("reseller acme-two (token 01234567)", false),
        ("reseller acme", false),
        ("operator (reseller acme (x))", false),
        ("user reseller@acme.example", false),
    ] {
        assert_eq!(is_by(who, &acme), is_theirs, "{who}");
    }
}
