#!/bin/bash
# boot.sh: gives one host its namespaces and mounts and becomes its PID 1, Debian's systemd.
# Called by superviseHost.ts with the environment
#   HOST_NAME, BASE (root shared by all hosts), HOST_DIR (upper, work, merged, data, boot_id),
#   NETNS (made anew for this boot), CGROUPS (one folder a hierarchy, split by spaces).
# All mounts are made in the host's own mount namespace: they vanish with it, whatever happens.
set -e

if [ "$1" != inside ]; then
  for group in $CGROUPS; do echo $$ >"$group/cgroup.procs"; done
  exec nsenter --net="/run/netns/$NETNS" \
    unshare --mount --uts --ipc --pid --cgroup --fork --propagation=private bash "$0" inside
fi

root=$HOST_DIR/merged
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$HOST_DIR/upper,workdir=$HOST_DIR/work" "$root"

mount -t proc proc "$root/proc"
mount --bind "$HOST_DIR/boot_id" "$root/proc/sys/kernel/random/boot_id"
mount -t sysfs sysfs "$root/sys"

if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 cgroup "$root/sys/fs/cgroup"
  for hierarchy in /sys/fs/cgroup/*/; do
    name=$(basename "$hierarchy")
    [ -L "${hierarchy%/}" ] && continue # cpu,cpuacct and the like also go by short names
    mkdir "$root/sys/fs/cgroup/$name"
    case $name in
      systemd) mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/$name" ;;
      unified) mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/$name" ;;
      *) mount -t cgroup -o "$name" cgroup "$root/sys/fs/cgroup/$name" ;;
    esac
  done
fi

dev=$root/dev
mount -t tmpfs -o mode=755,size=64k dev "$dev"
mknod -m 666 "$dev/null" c 1 3
mknod -m 666 "$dev/zero" c 1 5
mknod -m 666 "$dev/full" c 1 7
mknod -m 666 "$dev/random" c 1 8
mknod -m 666 "$dev/urandom" c 1 9
mknod -m 666 "$dev/tty" c 5 0
mknod -m 600 "$dev/console" c 1 3 # the machine's console is not the host's: whatever goes there is dropped
mknod -m 644 "$dev/kmsg" c 1 11
mknod -m 666 "$dev/fuse" c 10 229
mkdir "$dev/net" "$dev/pts" "$dev/shm" "$dev/mqueue"
mknod -m 666 "$dev/net/tun" c 10 200
ln -s /proc/self/fd "$dev/fd"
ln -s /proc/self/fd/0 "$dev/stdin"
ln -s /proc/self/fd/1 "$dev/stdout"
ln -s /proc/self/fd/2 "$dev/stderr"
ln -s pts/ptmx "$dev/ptmx"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$dev/pts"
mount -t tmpfs -o mode=1777 shm "$dev/shm"
mount -t mqueue mqueue "$dev/mqueue"
mount -t tmpfs -o mode=755 run "$root/run"

# An overlay cannot lie on an overlay: what containerd and the kubelet mount needs the machine's own disk.
for folder in var/lib/containerd var/lib/kubelet; do
  mkdir -p "$HOST_DIR/data/$folder"
  mount --bind "$HOST_DIR/data/$folder" "$root/$folder"
done
# A kernel with loadable modules lends them; else the base root's index of built-in ones answers modprobe.
if [ -d "/lib/modules/$(uname -r)" ]; then mount --bind "/lib/modules/$(uname -r)" "$root/usr/lib/modules/$(uname -r)"; fi

hostname "$HOST_NAME"
mkdir -p "$root/.old"
cd "$root"
pivot_root . .old
umount --lazy /.old
rmdir /.old
mount --make-rshared /
exec env -i container=lab TERM=linux PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /sbin/init
