use super::*;

#[test]
fn names_all_three_and_no_shell() {
    let parse = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        RaiseCommand::try_from(words)
    };
    let command = parse(&["raise", "100%%", "%u/%f:%n", ""]).unwrap();
    assert_eq!(command.program(), "raise");
    let filled = command.arguments("ann@example.com", "%n $(id)", "7");
    assert_eq!(filled, ["100%", "ann@example.com/%n $(id):7", ""]);
    assert_eq!(parse(&[]), Err(InvalidRaiseCommand::Empty));
    assert_eq!(
        parse(&["raise", "%u", "%f"]),
        Err(InvalidRaiseCommand::Incomplete)
    );
    let unknown = parse(&["raise", "%u", "%f", "%n", "%x"]);
    assert_eq!(unknown, Err(InvalidRaiseCommand::Unknown("%x".into())));
    for shell in ["/bin/sh", "ssh"] {
        let refused = parse(&[shell, "%u", "%f", "%n"]);
        assert_eq!(refused, Err(InvalidRaiseCommand::Shell(shell.into())));
    }
}
