use super::*;

#[test]
fn roles_are_what_their_names_say() {
    let check = |role: Access, expected: &[Permission]| {
        let expected: Grants = expected.iter().copied().collect();
        assert_eq!(role.grants(), expected, "{}", role.as_str());
        assert!(role.grants().are_within(Access::Owner.grants()));
        assert_eq!(Access::named(role.as_str()), Some(role));
    };
    check(Access::Owner, &Permission::ALL);
    check(Access::ReadOnly, &[Permission::Audit]);
    check(Access::HelpDesk, &[Permission::SignInLinks]);
    let admin: Vec<Permission> = Permission::ALL
        .into_iter()
        .filter(|one| !matches!(one, Permission::People | Permission::Store))
        .collect();
    check(Access::Admin, &admin);
    assert!(!Access::Owner.grants().are_within(Access::Admin.grants()));
}

#[test]
fn names_are_those_of_the_api() {
    for permission in Permission::ALL {
        let text = serde_json::to_value(permission).unwrap();
        assert_eq!(text, permission.as_str());
    }
    for role in Access::ALL {
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
    }
}
