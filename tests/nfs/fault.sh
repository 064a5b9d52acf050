#!/bin/bash
# Breaks the NFS inside the guest, and mends it. CLIENT is 1 or 2.
#
#   fault.sh hang CLIENT      the network swallows whatever CLIENT and the server say to each other
#   fault.sh heal CLIENT      ends that
#   fault.sh forget           the server forgets all locks, and tells nobody
#   fault.sh stop             the server is stopped: nobody answers
#   fault.sh start            it is there again
#   fault.sh freeze           the server's disk hangs: it answers, but what is written does not return
#   fault.sh thaw             ends that
#   fault.sh restart          the server restarts, and lets its clients claim their locks again
#   fault.sh unmount CLIENT   /mnt/cCLIENT is an empty directory
set -eu
here=${0%/*}
. "$here/parts.sh"

case ${1:-} in
    hang) ip link set "s$2" down ;;
    heal) ip link set "s$2" up ;;
    forget)
        # NFSv3: all locks of a file system. NFSv4: a client's lease, with all it opened and locked.
        echo /mnt/export >/proc/fs/nfsd/unlock_filesystem
        for client in /proc/fs/nfsd/clients/*/ctl; do
            if [ -e "$client" ]; then echo expire >"$client"; fi
        done
        ;;
    stop) rpc.nfsd 0 ;;
    start) start_server ;;
    freeze) fsfreeze -f /mnt/export ;;
    thaw) fsfreeze -u /mnt/export ;;
    restart)
        rpc.nfsd 0
        start_server
        ;;
    unmount) umount -f -l "/mnt/c$2" ;;
    *)
        echo "fault.sh hang|heal|forget|stop|start|freeze|thaw|restart|unmount; see the file" >&2
        exit 125
        ;;
esac
