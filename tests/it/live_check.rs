//! Passwords that a service knows which is still up: a real Dovecot and a real LDAP server.

use std::process::Command;

use crate::binary;
use crate::rig::{
    Browser, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Port, RigDir,
    User,
};
use crate::sources::{Server, certificate, directory_for, run, spawn, until_up};

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";
const CARA: &str = "cara@example.org";

/// Whether the door opens.
fn is_in(lifeboat: &Lifeboat, address: &str, password: &str) -> bool {
    let mut browser = Browser::new(lifeboat.http().addr());
    let form = browser.open("/login").form("/login");
    let form = form.set("address", address).set("password", password);
    let page = browser.submit(&form);
    match page.status {
        200 => true,
        422 => false,
        other => panic!("{other}: {}", page.text()),
    }
}

/// An LDAP server that knows Cara, and its port.
fn slapd() -> (Server, Port) {
    let (directory, path) = directory_for("root");
    let shown = path.display();
    std::fs::create_dir(path.join("db")).expect("a directory");
    let configuration = format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\n\
         moduleload back_mdb\npidfile {shown}/pid\ndatabase mdb\nsuffix dc=example,dc=org\n\
         rootdn cn=root,dc=example,dc=org\nrootpw secret\ndirectory {shown}/db\n"
    );
    std::fs::write(path.join("slapd.conf"), configuration).expect("a configuration");
    let entries = "dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\n\
                   o: x\ndc: example\n\ndn: cn=cara,dc=example,dc=org\n\
                   objectClass: inetOrgPerson\ncn: cara\nsn: C\nuserPassword: new\n";
    std::fs::write(path.join("ldif"), entries).expect("entries");
    run(Command::new("slapadd")
        .arg("-f")
        .arg(path.join("slapd.conf"))
        .arg("-l")
        .arg(path.join("ldif")));
    let port = Port::reserve();
    let url = format!("ldap://127.0.0.1:{}", port.number());
    let mut command = Command::new("slapd");
    command.arg("-f").arg(path.join("slapd.conf"));
    command.args(["-d", "0", "-h", &url]);
    let server = spawn(&mut command, directory, path);
    until_up(|| {
        let mut command = Command::new("ldapsearch");
        command.args(["-x", "-H", &url, "-s", "base", "-b", ""]);
        command
    });
    (server, port)
}

#[test]
fn who_is_known_elsewhere_signs_in_and_stays_known_when_that_is_gone() {
    let dir = RigDir::new("live-check");
    certificate(dir.path(), "root");
    let shown = dir.path().display();
    let options = DovecotOptions {
        users: vec![User::plain(ANN, "right"), User::plain(BEN, "right")],
        extra: format!("ssl = yes\nssl_cert = <{shown}/cert.pem\nssl_key = <{shown}/key.pem\n"),
        ..DovecotOptions::default()
    };
    let mut dovecot = Dovecot::start("auth", &dir.sub("dovecot"), options);
    let (ldap, ldap_port) = slapd();
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").expect("write a password");
    let mailstore = |id: &str| MailstoreOptions {
        id: id.into(),
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        master_password_file: password.clone(),
        sentinel: None,
        extra: String::new(),
    };
    let extra = format!(
        "[failover]\npolicy = \"manual\"\n\n\
         [[live_check]]\nkind = \"imap\"\nserver = \"localhost:{imap}\"\ntls = \"starttls\"\n\
         tls_ca_file = \"{shown}/cert.pem\"\nmailstores = [\"a1\"]\nremember_for = \"30d\"\n\
         timeout = \"15s\"\nrest = \"1s\"\n\n\
         [[live_check]]\nkind = \"ldap\"\nserver = \"127.0.0.1:{ldap}\"\ntls = \"off\"\n\
         user = \"cn=%n,dc=example,dc=org\"\nask = \"always\"\nmailstores = [\"b1\"]\n\
         timeout = \"15s\"\nrest = \"1s\"\n",
        imap = dovecot.imap().number(),
        ldap = ldap_port.number(),
    );
    let options = LifeboatOptions {
        mailstores: vec![mailstore("a1"), mailstore("b1")],
        extra,
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
    let rows = [
        format!(r#"{{"mailbox":"{ANN}","mailstore":"a1"}}"#),
        format!(r#"{{"mailbox":"{BEN}","mailstore":"a1"}}"#),
        format!(r#"{{"mailbox":"{CARA}","mailstore":"b1","password_hash":"{{PLAIN}}old"}}"#),
    ];
    std::fs::write(dir.path().join("rows"), rows.join("\n")).expect("write rows");
    let file = dir.path().join("rows");
    let file = file.to_str().expect("a path of text");
    lifeboat.cli(&["provision", file, "--format", "ndjson"]);

    // Nobody has a hash here; Dovecot knows.
    assert!(!is_in(&lifeboat, ANN, "wrong"));
    assert!(!is_in(&lifeboat, "nobody@example.com", "right"));
    assert!(is_in(&lifeboat, ANN, "right"));
    // What the LDAP directory says counts; the hash here is an old one.
    assert!(!is_in(&lifeboat, CARA, "old"));
    assert!(is_in(&lifeboat, CARA, "new"));

    dovecot.kill();
    drop(ldap);
    // Ann is remembered, Ben never came. Of Cara nothing is remembered, and her hash decides.
    assert!(is_in(&lifeboat, ANN, "right"));
    assert!(!is_in(&lifeboat, ANN, "wrong"));
    assert!(!is_in(&lifeboat, BEN, "right"));
    assert!(is_in(&lifeboat, CARA, "old"));
    assert!(!is_in(&lifeboat, CARA, "new"));

    // Another password in the directory is the only one that opens.
    let changed =
        format!(r#"{{"mailbox":"{ANN}","mailstore":"a1","password_hash":"{{PLAIN}}newer"}}"#);
    std::fs::write(dir.path().join("rows"), changed).expect("write rows");
    lifeboat.cli(&["provision", file, "--format", "ndjson"]);
    assert!(!is_in(&lifeboat, ANN, "right"));
    assert!(is_in(&lifeboat, ANN, "newer"));

    dovecot.restart();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert!(
        is_in(&lifeboat, BEN, "right"),
        "it is asked again after its rest"
    );
}
