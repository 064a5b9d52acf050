#!/bin/sh
# Installs what a make target needs and the machine does not have: install.sh demo|test|bench|check
#
# Looks for programs, not packages, so that what is there by other means counts. Installed services
# are not started: the tests run private instances of their own.
set -eu

die() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

target=${1:-test}
missing=

# need PATH PACKAGE: PATH may be a program's name, to be found in $PATH.
need() {
    case $1 in
        /*) [ -e "$1" ] && return 0 ;;
        *) command -v "$1" >/dev/null 2>&1 && return 0 ;;
    esac
    missing="$missing $2"
}

command -v cargo >/dev/null 2>&1 || die "cargo is missing: install Rust from https://rustup.rs"
need cc build-essential
case $target in
    demo | test | bench)
        need /usr/lib/dovecot/imap dovecot-imapd
        need /usr/lib/dovecot/lmtp dovecot-lmtpd
        need /usr/lib/dovecot/pop3 dovecot-pop3d
        need /usr/lib/postfix/sbin/master postfix
        need mbsync isync
        need python3 python3
        ;;
esac
if [ "$target" = bench ]; then
    # Beside ours: Roundcube behind nginx; php-fpm, lest it brings Apache along.
    need sqlite3 sqlite3
    need /usr/sbin/nginx nginx-light
    ls /usr/sbin/php-fpm* >/dev/null 2>&1 || missing="$missing php-fpm"
    need /usr/share/roundcube/index.php roundcube-core
    need /usr/share/roundcube/SQL/sqlite.initial.sql roundcube-sqlite3
fi
if [ "$target" = test ] || [ "$target" = bench ]; then
    need strace strace
    # A server whose clock is days ahead.
    ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing="$missing faketime"
    # The README's script for resellers.
    need curl curl
    need jq jq
    # Peers of the SMTP listeners: swaks, and Exim with the libraries it needs (unpacked below); a name server
    # and a signer for SPF, DKIM and DMARC.
    need swaks swaks
    perl -MNet::SSLeay -e 1 2>/dev/null || missing="$missing libnet-ssleay-perl"
    ls /usr/lib/*/libidn.so.12 >/dev/null 2>&1 || missing="$missing libidn12"
    ls /usr/lib/*/libgnutls-dane.so.0 >/dev/null 2>&1 || missing="$missing libgnutls-dane0"
    need /usr/sbin/knotd knot
    need /usr/bin/dkimsign python3-dkim
    need getmail getmail6
    need offlineimap offlineimap3
    # A real NFS server and its clients, in a user-mode Linux: tests/nfs/run.sh.
    need linux.uml user-mode-linux
    need /usr/sbin/rpc.nfsd nfs-kernel-server
    need /usr/sbin/mount.nfs nfs-common
    need /usr/sbin/rpcbind rpcbind
    need /usr/sbin/modprobe kmod
    need ip iproute2
    need mke2fs e2fsprogs
    need chromium chromium
    need firefox-esr firefox-esr
    # Where directories of mailboxes come from, and what their import is measured beside.
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
    need psql postgresql-client
    need mariadbd mariadb-server
    need mariadb mariadb-client
    need slapd slapd
    need ldapsearch ldap-utils
    need flock util-linux
    need openssl openssl
    # What looks at our signatures (DKIM).
    need /usr/sbin/opendkim opendkim
    need /usr/lib/python3/dist-packages/nacl python3-nacl
    # Monitoring: what reads the metrics' rules, runs the Munin plugin, and runs the check as Nagios does.
    need promtool prometheus
    need /usr/sbin/munin-run munin-node
    need /usr/lib/nagios/plugins/negate monitoring-plugins-basic
    need node nodejs
    need npm npm
fi
if [ "$target" = test ]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
fi

case $target in
    demo | test | bench)
        [ "$(id -u)" = 0 ] || die "private instances of Dovecot and Postfix need root:" \
            "run in a container, or with sudo"
        ;;
esac

if [ -n "$missing" ]; then
    printf 'install: missing:%s\n' "$missing"
    command -v apt-get >/dev/null 2>&1 ||
        die "no apt-get here; install by hand what Debian calls:$missing"
    [ "$(id -u)" = 0 ] || die "not root; run: apt-get install$missing"
    # Installing postfix removes any other mail server, which may carry somebody's mail.
    case " $missing " in
        *' postfix '*)
            for other in exim4-daemon-light exim4-daemon-heavy sendmail-bin opensmtpd; do
                if dpkg -s "$other" 2>/dev/null | grep -q '^Status: install ok installed'; then
                    die "postfix would replace $other: remove it yourself, or use a container"
                fi
            done
            ;;
    esac
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        trap 'exit 130' INT TERM
    fi
    export DEBIAN_FRONTEND=noninteractive
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ||
        die "debconf-set-selections failed; is this Debian?"
    apt-get -q update || die "apt-get update failed; is the package mirror reachable?"
    # shellcheck disable=SC2086 # a list of names
    apt-get -qy install --no-install-recommends $missing ||
        die "apt-get install$missing failed; see above"
fi

if [ "$target" = check ] && ! command -v cargo-deny >/dev/null 2>&1; then
    printf 'install: building cargo-deny, which takes some minutes\n'
    cargo install --locked cargo-deny || die "cargo install cargo-deny failed; see above"
fi

# Exim's package would remove Postfix: it is unpacked beside, and gets the user that it insists on.
if [ "$target" = test ] && [ ! -x target/exim/usr/sbin/exim4 ]; then
    command -v apt-get >/dev/null 2>&1 ||
        die "no apt-get here; unpack Debian's exim4-daemon-light to target/exim"
    mkdir -p target/exim
    (
        cd target/exim
        apt-get -q update || true
        apt-get -q download exim4-daemon-light
        dpkg -x exim4-daemon-light_*.deb .
        rm -f ./*.deb
        chmod 755 usr/sbin/exim4
    ) || die "exim4-daemon-light cannot be downloaded; see above"
fi
if [ "$target" = test ] && ! getent passwd Debian-exim >/dev/null; then
    useradd --system --no-create-home --shell /usr/sbin/nologin Debian-exim ||
        die "the user Debian-exim cannot be made; Exim needs it"
fi

# What asks the API by its description comes from PyPI, into a place of its own.
if [ "$target" = test ] && ! cmp -s tests/schemathesis.txt target/schemathesis/installed.txt; then
    rm -rf target/schemathesis
    mkdir -p target
    {
        python3 -m venv target/schemathesis &&
            target/schemathesis/bin/pip install -q --disable-pip-version-check \
                -r tests/schemathesis.txt &&
            cp tests/schemathesis.txt target/schemathesis/installed.txt
    } || die "schemathesis could not be installed from PyPI (tests/schemathesis.txt): is it reachable?" \
        "Behind a mirror set PIP_INDEX_URL."
fi

if [ "$target" = test ] || [ "$target" = bench ]; then
    sh "$(dirname "$0")/browser/install.sh" || die "the browser tests cannot run; see above"
fi
