#!/bin/sh
# Runs a command where a real NFS server and two real NFS clients are, without root, KVM or NFS in
# the host's kernel:
#
#   run.sh [-v 3|4.0|4.2] [-o OPTION,...] [-t SECONDS] [-d DIR] -- COMMAND...
#
# A user-mode Linux kernel boots with the host's files as its root, read only. It holds a kernel nfsd
# and two clients of it, each with a network, a lock manager and caches of its own: one is mounted on
# /mnt/c1, the other on /mnt/c2, with the mount options of -o; /mnt/export is what the server itself sees. COMMAND runs as root, in
# the present directory; /run is empty, what it changes in /tmp is gone afterwards. `fault.sh`, beside this file, breaks
# things. Nothing that happens in there reaches the host but what is written below DIR (made, and
# removed at the end, when not given): the console, and /tmp when COMMAND failed.
#
# Exit status: that of COMMAND; 124 when it took too long; 125 when the rig failed.
set -eu

version=4.2
options=hard
seconds=300
dir=
made=
here=$(cd "$(dirname "$0")" && pwd)

die() {
    printf 'nfs: %s\n' "$*" >&2
    exit 125
}

while getopts v:o:t:d: option; do
    case $option in
        v) version=$OPTARG ;;
        o) options=hard,$OPTARG ;;
        t) seconds=$OPTARG ;;
        d) dir=$OPTARG ;;
        *) exit 125 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || die "no command; see $here/run.sh"
case $version in 3 | 4.0 | 4.2) ;; *) die "NFS version $version: 3, 4.0 or 4.2" ;; esac

PATH=$PATH:/usr/sbin:/sbin
for program in linux.uml rpc.nfsd rpc.mountd rpc.statd rpcbind exportfs mount.nfs ip modprobe mke2fs \
    nsenter unshare perl timeout; do
    command -v $program >/dev/null || die "$program is missing: run \`make deps\`"
done

if [ -z "$dir" ]; then
    dir=$(mktemp -d)
    made=$dir
    trap 'rm -rf "$made"' EXIT
    trap 'exit 130' INT TERM
fi
dir=$(cd "$dir" && pwd)

# The guest's memory is a file that is mapped executable.
memory_mb=512
memory_dir=
for candidate in /dev/shm "${TMPDIR:-/tmp}" "$dir"; do
    [ -w "$candidate" ] || continue
    case ",$(findmnt -no OPTIONS -T "$candidate")," in *,noexec,*) continue ;; esac
    [ "$(df -Pm "$candidate" | awk 'NR == 2 { print $4 }')" -gt $((memory_mb + 64)) ] || continue
    memory_dir=$candidate
    break
done
[ -n "$memory_dir" ] || die "no directory for $memory_mb MB of guest memory: each is full or noexec"

truncate -s 512M "$dir/export.img"
mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$dir/export.img" ||
    die "cannot make a file system"

# What COMMAND is, where, and with which variables, as a script for the guest.
{
    export -p
    awk 'BEGIN {
        for (i = 1; i < ARGC; i++) {
            gsub(/\047/, "\047\\\047\047", ARGV[i])
            printf "%s \047%s\047", i == 1 ? "cd" : i == 2 ? "\nexec" : "", ARGV[i]
        }
        print ""
    }' "$PWD" "$@"
} >"$dir/command"

# The first console is the kernel's, the second COMMAND's.
status=0
TMPDIR=$memory_dir timeout -k 5 "$seconds" linux.uml mem=${memory_mb}M umid="lifeboat-$$" uml_dir="$dir" \
    root=/dev/root rootfstype=hostfs rootflags=/ ro ubd0="$dir/export.img" \
    con=null con0=null,fd:3 con1=null,fd:1 ssl=null loglevel=4 panic=1 noreboot \
    init="$here/init.sh" RIG_DIR="$dir" RIG_NFS="$version" RIG_OPTIONS="$options" 3>"$dir/console.log" </dev/null 2>&3 || status=$?
rm -f "$dir/export.img"
if [ -s "$dir/status" ]; then
    exit "$(cat "$dir/status")"
fi
tail -n 20 "$dir/console.log" >&2
case $status in
    124 | 137) printf 'nfs: no end after %s s\n' "$seconds" >&2 && exit 124 ;;
    *) die "the rig ended with status $status" ;;
esac
