use super::*;
use crate::config::agent_example;

fn file(dir: &tempfile::TempDir, name: &str) -> String {
    let path = dir.path().join(name);
    std::fs::write(&path, "secret\n").unwrap();
    path.display().to_string()
}

fn parse(text: &str) -> Result<AgentConfig, ConfigError> {
    AgentConfig::parse(text, Path::new("agent.toml"))
}

#[test]
fn the_example_and_every_commented_option_parse() {
    let dir = tempfile::tempdir().unwrap();
    let real = |text: String| {
        text.replace("/etc/lifeboat/agent.token", &file(&dir, "token"))
            .replace("/etc/lifeboat/a1.sentinel", &file(&dir, "sentinel"))
    };
    let plain = parse(&real(agent_example(false))).unwrap();
    let full = parse(&real(agent_example(true))).unwrap();
    assert_eq!(plain.agent.interval, full.agent.interval);
    assert_eq!(plain.mailstore[0].sentinel, None);
    assert!(full.mailstore[0].sentinel.is_some());
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let token = file(&dir, "token");
    let good = format!(
        "[agent]\nserver = \"https://lifeboat.test\"\ntoken_file = {token:?}\n\
         [[mailstore]]\nid = \"a1\"\nimap = \"127.0.0.1:143\"\n"
    );
    assert!(parse(&good).is_ok());
    let check = |from: &str, to: &str, expected: &[&str]| {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from} does not occur");
        let message = parse(&text).unwrap_err().to_string();
        for part in expected {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    };
    check(
        "https://lifeboat.test",
        "http://lifeboat.test",
        &["in the clear"],
    );
    check("https://lifeboat.test", "lifeboat.test", &["https://"]);
    check(
        "https://lifeboat.test",
        "https://h/mail",
        &["without a path"],
    );
    check(
        "/token\"",
        "/missing\"",
        &["agent.token_file", "cannot read"],
    );
    check("[[mailstore]]", "[[mailstoer]]", &["mailstoer"]);
    check(
        "id = \"a1\"",
        "id = \"a1\"\nsentinel = \"s@a1.test\"",
        &["sentinel_password_file"],
    );
    let alone = good.split("[[mailstore]]").next().unwrap();
    assert!(
        parse(alone)
            .unwrap_err()
            .to_string()
            .contains("nothing to look at")
    );
}

#[test]
fn a_server_on_this_machine_needs_no_tls() {
    let dir = tempfile::tempdir().unwrap();
    let token = file(&dir, "token");
    for server in [
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:8080",
    ] {
        let text = format!(
            "[agent]\nserver = {server:?}\ntoken_file = {token:?}\n\
             [[mailstore]]\nid = \"a1\"\nimap = \"127.0.0.1:143\"\n"
        );
        assert!(parse(&text).is_ok(), "{server}");
    }
}
