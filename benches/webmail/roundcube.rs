//! Debian's Roundcube with SQLite, as hosters run it: nginx with gzip, php-fpm with the opcode cache.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::rig::{Group, Port, Server, http, need_packages, wait_until};

/// PHP processes that serve side by side.
const WORKERS: usize = 4;
/// Where Debian puts what a web server may see of it.
const ROOT: &str = "/var/lib/roundcube/public_html";
/// Where Debian's configuration is, which would send it to another database.
const CONFIG: &str = "/etc/roundcube";

/// A Roundcube below one directory.
pub struct Roundcube {
    base: String,
    php: Server,
    nginx: Server,
}

impl Roundcube {
    /// Sets up its database and configuration below `dir` and serves it, over the IMAP server `imap`.
    pub fn start(dir: &Path, imap: SocketAddr) -> Self {
        need_packages(&[
            ("/usr/sbin/nginx", "nginx-light"),
            ("/usr/share/roundcube/index.php", "roundcube-core"),
            (
                "/usr/share/roundcube/SQL/sqlite.initial.sql",
                "roundcube-sqlite3",
            ),
            ("/usr/bin/sqlite3", "sqlite3"),
        ]);
        let database = dir.join("roundcube.db");
        let filled = Command::new("sqlite3")
            .arg(&database)
            .arg(".read /usr/share/roundcube/SQL/sqlite.initial.sql")
            .status();
        assert!(filled.expect("sqlite3 runs").success());
        let port = Port::reserve();
        let write = |name: &str, text: String| {
            std::fs::write(dir.join(name), text).expect("write a configuration");
            dir.join(name)
        };
        write("config.inc.php", roundcube_config(dir, &database, imap));
        for name in ["defaults.inc.php", "mimetypes.php"] {
            std::fs::copy(Path::new(CONFIG).join(name), dir.join(name)).expect("Debian's defaults");
        }
        let fpm = write("php-fpm.conf", fpm_config(dir));
        let nginx = write("nginx.conf", nginx_config(dir, port.addr()));
        let mut command = Command::new(php_fpm());
        command
            .args(["--nodaemonize", "--allow-to-run-as-root", "--fpm-config"])
            .arg(fpm)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let php = Server::spawn("php-fpm", &mut command, Group::Ours);
        let mut command = Command::new("/usr/sbin/nginx");
        command
            .arg("-c")
            .arg(nginx)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let nginx = Server::spawn("nginx", &mut command, Group::Ours);
        let what = format!("Roundcube answers (logs: {})", dir.display());
        wait_until(&what, Duration::from_secs(30), || {
            http::get(port.addr(), "/").is_ok_and(|page| page.status == 200)
        });
        Self {
            base: format!("http://{}", port.addr()),
            php,
            nginx,
        }
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The leaders of its processes.
    pub fn pids(&self) -> [u32; 2] {
        [self.php.pid(), self.nginx.pid()]
    }
}

/// The program, which has the version of PHP in its name.
fn php_fpm() -> PathBuf {
    let programs = std::fs::read_dir("/usr/sbin").expect("read /usr/sbin");
    let mut found = programs.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("php-fpm")
    });
    found.next().expect("php-fpm is installed: run `make deps`")
}

fn roundcube_config(dir: &Path, database: &Path, imap: SocketAddr) -> String {
    format!(
        "<?php\n$config = [\n'db_dsnw' => 'sqlite:///{}?mode=0600',\n'imap_host' => '{imap}',\n\
         'des_key' => 'abcdefghijklmnopqrstuvwx',\n'plugins' => [],\n'log_dir' => '{1}',\n\
         'temp_dir' => '{1}',\n'enable_installer' => false,\n'mail_pagesize' => 50,\n];\n",
        database.display(),
        dir.display()
    )
}

fn fpm_config(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "[global]\nerror_log = {dir}/php-fpm.log\n[www]\nuser = root\ngroup = root\n\
         listen = {dir}/php.sock\npm = static\npm.max_children = {WORKERS}\n\
         env[ROUNDCUBE_CONFIG_DIR] = {dir}/\nphp_admin_value[session.save_path] = {dir}\n\
         php_admin_value[opcache.enable] = 1\n"
    )
}

fn nginx_config(dir: &Path, listen: SocketAddr) -> String {
    let dir = dir.display();
    format!(
        "user root;\ndaemon off;\nworker_processes 1;\npid {dir}/nginx.pid;\nerror_log {dir}/nginx.log;\n\
         events {{ worker_connections 256; }}\nhttp {{\ninclude /etc/nginx/mime.types;\naccess_log off;\n\
         client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;\n\
         uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;\n\
         sendfile on;\nkeepalive_requests 100000;\n\
         gzip on;\ngzip_types text/css text/javascript application/javascript application/json image/svg+xml;\n\
         server {{\nlisten {listen};\nroot {ROOT};\nindex index.php;\n\
         location ~ \\.php$ {{ include /etc/nginx/fastcgi_params; fastcgi_pass unix:{dir}/php.sock;\n\
         fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; }}\n}}\n}}\n"
    )
}
