use super::*;

const CONFIG: &str = "[store]\npath = \"/var/lib/lifeboat\"\n\
    [http]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://lifeboat.example\"\n\
    [lmtp]\nlisten = \"127.0.0.1:0\"\nadvertise = \"127.0.0.1:2424\"\n\
    [socketmap]\nlisten = \"127.0.0.1:0\"\n";

/// What the check of a configuration with this behind it says.
fn check(more: &str) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("lifeboat.toml");
    std::fs::write(dir.path().join("no-key"), "nothing\n").unwrap();
    let more = more.replace("DIR", &dir.path().display().to_string());
    std::fs::write(&config, format!("{CONFIG}{more}")).unwrap();
    let global = Global {
        config,
        server: None,
    };
    run(Command::Check, &global).map_err(|failure| {
        assert_eq!(failure.status, 2);
        failure.text
    })
}

#[test]
fn files_that_only_sending_would_miss_are_read() {
    check("").unwrap();
    let access = "username = \"lifeboat\"\npassword_file = \"DIR/absent\"\n";
    let dkim = "[[dkim]]\ndomains = [\"example.com\"]\nselector = \"s\"\n";
    for (more, named) in [
        (format!("[relay]\n{access}"), ["[relay]", "/absent"]),
        (
            format!("[[relay_fallback]]\nsmarthost = \"127.0.0.1:26\"\n{access}"),
            ["[[relay_fallback]] 1", "/absent"],
        ),
        (
            format!("{dkim}key_file = \"DIR/absent\"\n"),
            ["[[dkim]] 1", "/absent"],
        ),
        (
            format!("{dkim}key_file = \"DIR/no-key\"\n"),
            ["[[dkim]] 1", "/no-key"],
        ),
    ] {
        let said = check(&more).unwrap_err();
        for named in named {
            assert!(said.contains(named), "{named}: {said}");
        }
    }
}
