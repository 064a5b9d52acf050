#!/bin/bash
# Process 1 of the guest; `run.sh` starts it and says what it makes. It starts few processes on
# purpose: here one costs 40 ms and more.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
here=${0%/*}

# reboot(RB_POWER_OFF)
power_off() {
    perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
    sleep 60
}
fail() {
    echo "nfs: the guest failed: $*"
    power_off
}

mount -t proc proc /proc || fail "mount /proc"
mount -t sysfs sysfs /sys
[ -e /dev/ubda ] || mount -t devtmpfs devtmpfs /dev
for place in /run /mnt /var/lib/nfs; do mount -t tmpfs tmpfs $place || fail "mount $place"; done
mkdir -p /dev/pts /dev/shm /mnt/export /mnt/c1 /mnt/c2 /run/tmp /run/work /run/kmod/lib/modules
mount -t tmpfs tmpfs /dev/shm
mount -t devpts -o ptmxmode=666 devpts /dev/pts
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
ip link set lo up || fail "loopback"

kernel=$(</proc/sys/kernel/osrelease)
ln -s "/usr/lib/uml/modules/$kernel" /run/kmod/lib/modules/
modprobe -d /run/kmod -a overlay veth nfsv3 nfsv4 nfsd || fail "the kernel modules"
mount -t overlay -o lowerdir=/tmp,upperdir=/run/tmp,workdir=/run/work overlay /tmp || fail "mount /tmp"
mount -t hostfs -o "$RIG_DIR" hostfs "$RIG_DIR" || fail "mount $RIG_DIR"

mount -t ext4 /dev/ubda /mnt/export || fail "mount the export"
chmod 1777 /mnt/export
. "$here/parts.sh"
echo server >/proc/sys/kernel/hostname
start_rpc || fail "rpcbind and statd of the server"
start_server || fail "the server"
echo Y >/proc/fs/nfsd/v4_end_grace # nobody has a lock to claim yet
started=$EPOCHSECONDS
mount --make-shared /mnt           # what a client mounts there is seen by all
for client in 1 2; do start_client $client || fail "client $client"; done

while ((EPOCHSECONDS < started + 4)); do sleep 0.3; done # that of NFSv3 cannot be ended

# COMMAND's output must arrive as it is.
stty -opost </dev/tty1
bash "$RIG_DIR/command" </dev/null >/dev/tty1 2>&1
status=$?
if [ $status != 0 ]; then
    mkdir -p "$RIG_DIR/tmp"
    cp -a /run/tmp/. "$RIG_DIR/tmp/"
fi
echo $status >"$RIG_DIR/status"
sync
power_off
