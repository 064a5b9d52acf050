use super::*;
use crate::auth::password::PasswordHash;

#[test]
fn what_is_made_is_verified_and_too_short_or_too_long_is_not_made() {
    let text = hash("correct horse battery").unwrap();
    let parsed = PasswordHash::parse(&text).unwrap();
    assert!(parsed.verify("correct horse battery"));
    assert!(!parsed.verify("correct horse batterz"));
    assert_ne!(text, hash("correct horse battery").unwrap());
    assert_eq!(hash("fourteen chars"), Err(Unfit::Short));
    assert_eq!(hash(&"x".repeat(513)), Err(Unfit::Long));
    assert_eq!(hash("with a NUL\0 in the midst"), Err(Unfit::Long));
}

#[test]
fn who_is_not_known_costs_as_much() {
    let params = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
    let text = hash_of_others("short").unwrap();
    assert_eq!(params(&text), params(STAND_IN));
    assert_eq!(text.len(), STAND_IN.len());
    assert!(!PasswordHash::parse(STAND_IN).unwrap().verify(""));
    assert!(PasswordHash::parse(&text).unwrap().verify("short"));
}
