# shellcheck shell=bash
# The parts inside the guest, as functions: `init.sh` starts them, `fault.sh` breaks them.

# rpcbind and statd for the network we are in; the locks of NFSv3 need both on both sides.
start_rpc() {
    mkdir -p /run/lock /run/rpcbind /var/lib/nfs/sm /var/lib/nfs/sm.bak /var/lib/nfs/v4recovery
    rpcbind && rpc.statd --no-notify --port 662
}

start_server() {
    if [ ! -e /proc/fs/nfsd/threads ]; then
        mount -t nfsd nfsd /proc/fs/nfsd || return 1
        # While a server starts it grants no new locks, so that clients can claim their old ones; and
        # it forgets a silent client after a while. Both as short as the kernel allows.
        echo 10 >/proc/fs/nfsd/nfsv4leasetime
        echo 10 >/proc/fs/nfsd/nfsv4gracetime
        echo 1 >/proc/sys/fs/nfs/nlm_grace_period
        echo 3 >/proc/sys/fs/nfs/nlm_timeout
    fi
    : >>/var/lib/nfs/etab
    : >>/var/lib/nfs/rmtab
    exportfs -i -o rw,sync,no_root_squash,no_subtree_check,insecure,fsid=0 10.9.0.0/16:/mnt/export || return 1
    [ -n "$(pidof rpc.mountd)" ] || rpc.mountd --port 20048 || return 1
    rpc.nfsd 4
}

# Client $1, 1 or 2, of the server, by NFS version $RIG_NFS. The mount is seen by everybody; the
# network, and with it the caches and the lock manager behind the mount, and the host name, by which
# a server knows its client, are its own. A process holds them.
start_client() {
    ip -batch - <<END || return 1
link add s$1 type veth peer name c$1
address add 10.9.$1.1/24 dev s$1
link set s$1 up
END
    coproc unshare --net --uts --mount --propagation unchanged bash -c '
        echo $$
        read -r _ # until the link is here
        . "$2/parts.sh"
        mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib/nfs || exit 1
        echo "c$1" >/proc/sys/kernel/hostname
        ip -batch - <<END || exit 1
link set lo up
address add 10.9.$1.2/24 dev c$1
link set c$1 up
END
        path=/
        if [ "$RIG_NFS" = 3 ]; then
            start_rpc || exit 1
            path=/mnt/export
        fi
        mount.nfs "10.9.$1.1:$path" "/mnt/c$1" -o "vers=$RIG_NFS,$RIG_OPTIONS" || exit 1
        echo mounted
        exec sleep infinity >/dev/null' _ "$1" "$here"
    local pid said
    read -r pid <&"${COPROC[0]}" || return 1
    ip link set "c$1" netns "$pid" || return 1
    echo go >&"${COPROC[1]}"
    read -r said <&"${COPROC[0]}" && [ "$said" = mounted ]
}
