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
