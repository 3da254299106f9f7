#!/usr/bin/env bash
# A node from its first process on. Run by devcluster/node.py in pid, mount, network, uts and ipc namespaces of its own,
# as their pid 1: it stays a shell, because a kubelet as pid 1 does not reap the shims of containers.
#
#   node.sh NAME FOLDER BINARIES LOGS ADDRESS/PREFIX GATEWAY [NETWORK VIA]...
set -euo pipefail
name=$1 folder=$2 binaries=$3 logs=$4 address=$5 gateway=$6
shift 6

hostname "$name"

# A file system that is this node's own where it writes: /run is empty after every boot, as a machine's is, the disk
# stays. Shared among its containers (mountPropagation), but private from the machine's by unshare.
mount --make-rshared /
mount -t tmpfs -o mode=755,size=256m tmpfs /run
mkdir -p "$folder/disk/lib" "$folder/disk/log"
mount --bind "$folder/disk/lib" /var/lib
mount --bind "$folder/disk/log" /var/log

# The kubelet insists on these, and they are the whole machine's: it shall read what it wants, and leave them alone.
mkdir /run/sysctl
while read -r setting value; do
  [ -e "/proc/sys/$setting" ] || continue
  printf '%s\n' "$value" >"/run/sysctl/${setting//\//.}"
  mount --bind "/run/sysctl/${setting//\//.}" "/proc/sys/$setting"
done <<SETTINGS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS

# The cable is laid from outside, once this namespace is there.
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
ip route add default via "$gateway"
while [ $# -ge 2 ]; do
  ip route add "$1" via "$2"
  shift 2
done
echo 1 >/proc/sys/net/ipv4/ip_forward

# As an init system would: what ends is started again.
keep() {
  local log=$logs/$name-$1.log
  shift
  while :; do
    "$@" >>"$log" 2>&1 || printf '%s ended with %s\n' "$1" $? >>"$log"
    sleep 1
  done
}

keep containerd containerd --config "$folder/containerd.toml" &
until [ -S /run/containerd/containerd.sock ]; do sleep 0.05; done
keep kubelet "$binaries/kubelet" --config="$folder/kubelet.yaml" --kubeconfig="$folder/kubelet.kubeconfig" \
  --hostname-override="$name" --node-ip="${address%/*}" --cert-dir=/var/lib/kubelet/pki &
keep kube-proxy "$binaries/kube-proxy" --config="$folder/kube-proxy.yaml" &
wait
