//! Sources of the directory on real servers: PostgreSQL, MariaDB and OpenLDAP, with the tables and the
//! schema that hosters have, over TLS where the server makes it easy.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use lifeboat::clock::Timestamp;
use lifeboat::config::Source;
use lifeboat::provision::sweep::Deletions;
use lifeboat::provision::{Defaults, Ended, Provisioning, Read, Said, Whole, source};
use lifeboat::store::{Store, StoreOptions, directory};
use tokio::sync::mpsc;

use crate::rig::{Group, Port, Server as Process};

/// Two of postfixadmin's tables as far as they matter here, and what is in them.
const POSTFIXADMIN: &str = "
    CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255) NOT NULL,
        name varchar(255) NOT NULL, active smallint NOT NULL DEFAULT 1);
    CREATE TABLE alias (address varchar(255) PRIMARY KEY, goto text NOT NULL,
        active smallint NOT NULL DEFAULT 1);
    INSERT INTO mailbox (username, password, name) VALUES
        ('ann@example.com', '{PLAIN}secret', 'Ann Ärger'),
        ('bob@example.com', '$1$salt$qJH7.N4xYta3aEG/dfqo/0', ''),
        ('not an address', '{PLAIN}x', '');
    INSERT INTO mailbox (username, password, name, active) VALUES
        ('gone@example.com', '{PLAIN}x', '', 0);
    INSERT INTO alias (address, goto) VALUES
        ('ann@example.com', 'ann@example.com'), ('sales@example.com', 'ann@example.com'),
        ('info@example.com', 'ann@example.com'), ('@example.com', 'ann@example.com');
";

/// A server of the test's own; it ends with the test.
pub struct Server {
    _directory: tempfile::TempDir,
    path: PathBuf,
    _process: Process,
}

pub fn directory_for(user: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    run(Command::new("chown").arg(user).arg(directory.path()));
    let path = directory.path().to_owned();
    (directory, path)
}

pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}");
    String::from_utf8(output.stdout).expect("text")
}

/// Repeats until it succeeds: the server is up.
pub fn until_up(mut command: impl FnMut() -> Command) {
    let begun = Instant::now();
    loop {
        let output = command().output().expect("the client runs");
        if output.status.success() {
            return;
        }
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "never up: {text}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub fn spawn(command: &mut Command, directory: tempfile::TempDir, path: PathBuf) -> Server {
    let log = std::fs::File::create(path.join("log")).expect("a log");
    command.stdout(log.try_clone().expect("a log")).stderr(log);
    Server {
        _directory: directory,
        path,
        _process: Process::spawn("a source", command, Group::Ours),
    }
}

/// A source from its section.
fn section(text: &str) -> Source {
    toml::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// All rows, or why it broke off.
async fn rows(source: &Source) -> Result<Vec<Read>, String> {
    let mut stream = source::open(source);
    let mut rows = Vec::new();
    while let Some(some) = stream.next().await {
        rows.extend(some?);
    }
    Ok(rows)
}

/// What every one of the servers holds, as rows.
fn check_rows(rows: &[Read]) {
    let found: Vec<_> = rows
        .iter()
        .filter_map(|read| read.row.as_ref().ok())
        .collect();
    assert_eq!(found.len(), 2, "{rows:?}");
    let ann = found[0];
    assert_eq!(ann.mailbox.as_str(), "ann@example.com");
    assert_eq!(ann.name, Said::Some("Ann Ärger".to_owned()));
    assert_eq!(ann.password_hash, Said::Some("{PLAIN}secret".to_owned()));
    let Said::Some(aliases) = &ann.aliases else {
        panic!("no aliases: {ann:?}");
    };
    let aliases: Vec<&str> = aliases.iter().map(AsRef::as_ref).collect();
    assert_eq!(aliases, ["info@example.com", "sales@example.com"]);
    let bob = found[1];
    assert_eq!(
        bob.password_hash,
        Said::Some("{CRYPT}$1$salt$qJH7.N4xYta3aEG/dfqo/0".to_owned())
    );
    assert_eq!(
        (&bob.name, &bob.aliases),
        (&Said::None, &Said::Some(Vec::new()))
    );
}

/// A round of the source into a store.
async fn round(store: &Store, source: &Source) -> Ended {
    let (sender, mut reports) = mpsc::channel(8);
    tokio::spawn(async move { while reports.recv().await.is_some() {} });
    let whole = Whole {
        source: source.name.clone(),
        deletions: Deletions {
            share_percent: source.delete_share_percent,
            confirmed: None,
        },
    };
    let defaults = Defaults {
        mailstore: Some("a1".parse().expect("an id")),
        reseller: None,
    };
    let mailstores = ["a1".parse().expect("an id")].into();
    Provisioning::new(
        store.clone(),
        defaults,
        mailstores,
        Timestamp::EPOCH,
        sender,
    )
    .of_whole(whole, 0)
    .run(source::open(source))
    .await
    .expect("the round ends")
}

fn postgres() -> (Server, Port) {
    let (directory, path) = directory_for("postgres");
    let bin = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed")
        .map(|version| version.expect("a version").path().join("bin"))
        .max()
        .expect("a version of PostgreSQL");
    let data = path.join("data");
    let as_postgres = |program: &Path| {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command.current_dir("/");
        command
    };
    run(as_postgres(&bin.join("initdb")).arg("-D").arg(&data).args([
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]));
    let reserved = Port::reserve();
    let port = reserved.number();
    let mut command = as_postgres(&bin.join("postgres"));
    command.arg("-D").arg(&data).arg("-k").arg(&path);
    command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-F"]);
    certificate(&path, "postgres");
    for option in ["cert", "key"] {
        let file = path.join(format!("{option}.pem"));
        command.arg("-c");
        command.arg(format!("ssl_{option}_file={}", file.display()));
    }
    command.args(["-c", "ssl=on"]);
    let server = spawn(&mut command, directory, path);
    until_up(|| psql(port, "SELECT 1"));
    run(&mut psql(port, POSTFIXADMIN));
    run(&mut psql(
        port,
        "CREATE ROLE lifeboat LOGIN PASSWORD 'secret'",
    ));
    run(&mut psql(
        port,
        "GRANT SELECT, INSERT ON mailbox, alias TO lifeboat",
    ));
    (server, reserved)
}

fn psql(port: u16, sql: &str) -> Command {
    let mut command = Command::new("psql");
    command.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port.to_string()]);
    command.args(["-v", "ON_ERROR_STOP=1", "-qc", sql, "postgres"]);
    command
}

/// A certificate for localhost, which a server that runs as `owner` may read.
pub fn certificate(path: &Path, owner: &str) {
    run(Command::new("openssl").current_dir(path).args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]));
    let mut chown = Command::new("chown");
    run(chown.current_dir(path).args([owner, "key.pem", "cert.pem"]));
    let mut chmod = Command::new("chmod");
    run(chmod.current_dir(path).args(["0600", "key.pem"]));
}

const PG_QUERY: &str = "SELECT m.username AS mailbox, m.password AS password_hash, m.name, \
    string_agg(a.address, ' ' ORDER BY a.address) AS aliases FROM mailbox m LEFT JOIN alias a \
    ON a.goto = m.username AND a.address NOT LIKE '@%' AND a.active = 1 WHERE m.active = 1 \
    GROUP BY m.username, m.password, m.name ORDER BY m.username";

fn postgres_section(port: u16, more: &str, query: &str) -> Source {
    section(&format!(
        "name = \"panel\"\nkind = \"postgresql\"\nserver = \"localhost:{port}\"\n\
         database = \"postgres\"\nusername = \"lifeboat\"\nmailstore = \"a1\"\n\
         query = \"{query}\"\n{more}"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_database_is_followed() {
    let (server, reserved) = postgres();
    let port = reserved.number();
    let ca = format!(
        "tls = \"starttls\"\ntls_ca_file = \"{}/cert.pem\"",
        server.path.display()
    );
    let source = postgres_section(port, &ca, PG_QUERY);
    check_rows(&rows(&source).await.expect("the rows"));

    // Not trusted, not spoken to.
    let wrong = postgres_section(port, "tls = \"starttls\"", PG_QUERY);
    let why = rows(&wrong)
        .await
        .expect_err("a certificate that nobody knows");
    assert!(why.contains("certificate"), "{why}");
    // A query that writes changes nothing.
    let writing = "INSERT INTO mailbox (username, password, name) VALUES ('x', 'y', 'z')";
    let why = rows(&postgres_section(port, &ca, writing))
        .await
        .expect_err("it is refused");
    assert!(why.contains("read-only"), "{why}");
    let why = rows(&postgres_section(port, &ca, "SELECT username FROM mailbox")).await;
    assert!(
        why.expect_err("it is refused")
            .contains("no column \"username\"")
    );

    let home = tempfile::tempdir().expect("a directory");
    let store = Store::open(home.path(), &StoreOptions::default()).expect("a store");
    let first = round(&store, &source).await;
    assert_eq!((first.summary.created, first.summary.errors), (2, 1));
    let again = round(&store, &source).await;
    assert_eq!((again.summary.created, again.summary.unchanged), (0, 2));
    // The server goes away in the middle: nothing is deleted.
    let many = "INSERT INTO mailbox (username, password, name) SELECT 'u' || n || '@example.com', \
                '{PLAIN}x', '' FROM generate_series(1, 200000) n";
    run(&mut psql(port, many));
    let mut stream = source::open(&source);
    let first = stream.next().await.expect("some rows").expect("some rows");
    assert!(!first.is_empty());
    run(&mut psql(
        port,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lifeboat'",
    ));
    let mut last = Ok(first);
    while let Some(piece) = stream.next().await {
        last = piece;
    }
    assert!(last.is_err(), "a query that was cut off looks whole");
    let found = store.read(|tx| directory::mailboxes(tx, None, None, 10));
    assert_eq!(found.expect("the directory").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_database_is_followed() {
    let (directory, path) = directory_for("mysql");
    let data = path.join("data");
    run(Command::new("mariadb-install-db")
        .args([
            "--no-defaults",
            "--user=mysql",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ])
        .arg(format!("--datadir={}", data.display())));
    certificate(&path, "mysql");
    let reserved = Port::reserve();
    let port = reserved.number();
    let socket = path.join("socket");
    let mut command = Command::new("mariadbd");
    command.args(["--no-defaults", "--user=mysql", "--bind-address=127.0.0.1"]);
    command.arg(format!("--datadir={}", data.display()));
    command.arg(format!("--socket={}", socket.display()));
    command.arg(format!("--port={port}"));
    command.arg(format!("--ssl-cert={}", path.join("cert.pem").display()));
    command.arg(format!("--ssl-key={}", path.join("key.pem").display()));
    let server = spawn(&mut command, directory, path.clone());
    let client = |sql: &str| {
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "--default-character-set=utf8mb4", "-uroot"]);
        command
            .arg(format!("--socket={}", socket.display()))
            .args(["-e", sql]);
        command
    };
    until_up(|| client("SELECT 1"));
    run(&mut client("CREATE DATABASE postfix CHARACTER SET utf8mb4"));
    run(&mut client(&format!("USE postfix; {POSTFIXADMIN}")));
    run(&mut client(
        "CREATE USER lifeboat@'%' IDENTIFIED BY 'secret'; GRANT SELECT, INSERT ON postfix.* TO lifeboat@'%'",
    ));
    std::fs::write(path.join("password"), "secret\n").expect("a password");
    let query = "SELECT m.username AS mailbox, m.password AS password_hash, m.name, \
        GROUP_CONCAT(a.address SEPARATOR ' ') AS aliases FROM mailbox m LEFT JOIN alias a \
        ON a.goto = m.username AND a.address NOT LIKE '@%' AND a.active = 1 WHERE m.active = 1 \
        GROUP BY m.username ORDER BY m.username";
    let source = |query: &str, tls: &str| {
        section(&format!(
            "name = \"panel\"\nkind = \"mysql\"\nserver = \"localhost:{port}\"\ndatabase = \"postfix\"\n\
             username = \"lifeboat\"\npassword_file = \"{}/password\"\nquery = \"{query}\"\n{tls}",
            path.display()
        ))
    };
    let tls = format!(
        "tls = \"starttls\"\ntls_ca_file = \"{}/cert.pem\"",
        server.path.display()
    );
    for tls in ["", &tls] {
        let mut found = rows(&source(query, tls)).await.expect("the rows");
        for read in &mut found {
            if let Ok(row) = &mut read.row
                && let Said::Some(aliases) = &mut row.aliases
            {
                aliases.sort();
            }
        }
        check_rows(&found);
    }
    let why = rows(&source(query, "tls = \"starttls\""))
        .await
        .expect_err("nobody knows it");
    assert!(why.to_lowercase().contains("certificate"), "{why}");
    let writing = "INSERT INTO mailbox (username, password, name) VALUES ('x', 'y', 'z')";
    let why = rows(&source(writing, "")).await.expect_err("it is refused");
    assert!(why.contains("READ ONLY"), "{why}");
}

const LDIF: &str = "
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=ann,dc=example,dc=com
objectClass: inetOrgPerson
cn: ann
sn: A
displayName:: QW5uIMOEcmdlcg==
mail: ann@example.com
employeeType: info@example.com
employeeType: sales@example.com
userPassword: {PLAIN}secret

dn: cn=bob,dc=example,dc=com
objectClass: inetOrgPerson
cn: bob
sn: B
mail: bob@example.com
userPassword: $1$salt$qJH7.N4xYta3aEG/dfqo/0

dn: cn=bad,dc=example,dc=com
objectClass: inetOrgPerson
cn: bad
sn: C
mail: not an address
";

#[tokio::test(flavor = "multi_thread")]
async fn an_ldap_directory_is_followed() {
    let (directory, path) = directory_for("root");
    let shown = path.display();
    std::fs::create_dir(path.join("db")).expect("a directory");
    certificate(&path, "root");
    let configuration = format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\n\
         moduleload back_mdb\npidfile {shown}/pid\nTLSCertificateFile {shown}/cert.pem\n\
         TLSCertificateKeyFile {shown}/key.pem\nsizelimit size.soft=1000 size.hard=1000 size.pr=2\n\
         database mdb\nsuffix dc=example,dc=com\nrootdn cn=root,dc=example,dc=com\nrootpw secret\n\
         directory {shown}/db\n"
    );
    std::fs::write(path.join("slapd.conf"), configuration).expect("a configuration");
    std::fs::write(path.join("ldif"), LDIF.trim_start()).expect("entries");
    run(Command::new("slapadd")
        .arg("-f")
        .arg(path.join("slapd.conf"))
        .arg("-l")
        .arg(path.join("ldif")));
    std::fs::write(path.join("password"), "secret\n").expect("a password");
    let reserved = Port::reserve();
    let port = reserved.number();
    let mut command = Command::new("slapd");
    command
        .arg("-f")
        .arg(path.join("slapd.conf"))
        .args(["-d", "0"]);
    command.args(["-h", &format!("ldap://127.0.0.1:{port}")]);
    let _server = spawn(&mut command, directory, path.clone());
    let url = format!("ldap://127.0.0.1:{port}");
    until_up(|| {
        let mut command = Command::new("ldapsearch");
        command.args(["-x", "-H", &url, "-s", "base", "-b", ""]);
        command
    });
    let source = |more: &str| {
        section(&format!(
            "name = \"panel\"\nkind = \"ldap\"\nserver = \"localhost:{port}\"\n\
             base = \"dc=example,dc=com\"\nusername = \"cn=root,dc=example,dc=com\"\n\
             password_file = \"{shown}/password\"\n\
             attributes = {{ mailbox = \"mail\", password_hash = \"userPassword\", \
             name = \"displayName\", aliases = \"employeeType\", id = \"entryUUID\" }}\n{more}"
        ))
    };
    let tls = format!("tls = \"starttls\"\ntls_ca_file = \"{shown}/cert.pem\"");
    for more in ["", &tls] {
        let mut found = rows(&source(more)).await.expect("the rows");
        found.sort_by_key(|read| read.row.as_ref().map(|row| row.mailbox.clone()).ok());
        check_rows(&found);
        let ids = found.iter().filter_map(|read| read.row.as_ref().ok());
        assert!(
            ids.into_iter()
                .all(|row| row.source_id.as_ref().is_some_and(|id| id.len() == 36))
        );
    }
    std::fs::write(path.join("password"), "wrong\n").expect("a password");
    let why = rows(&source("")).await.expect_err("it is refused");
    assert!(
        why.contains("49") || why.contains("invalidCredentials"),
        "{why}"
    );
}
