#!/bin/sh
# usage: slurm.sh DIRECTORY COMMAND [ARG]...
# Runs COMMAND as the user with id 65534, with a Slurm of two nodes that keeps all its files in DIRECTORY. All processes run in namespaces that end
# with this script, however it ends, and cannot be seen from outside.
set -eu

if [ "$1" != --inside ]; then
    exec unshare --mount --pid --net --ipc --fork --kill-child --mount-proc sh "$0" --inside "$@"
fi
shift
directory=$1
shift
host=$(hostname)
mkdir "$directory/log" "$directory/state"
mount -t tmpfs none /run
mount -t tmpfs -o mode=1777 none /dev/shm
# libc resolves names for a server only if there is an address besides 127.0.0.1.
ip link set lo up
ip address add 10.0.0.1/32 dev lo

head -c 128 /dev/urandom >"$directory/key"
chmod 400 "$directory/key"
munged --foreground --socket="$directory/munge" --key-file="$directory/key" --pid-file="$directory/munge.pid" \
    --seed-file="$directory/seed" --log-file="$directory/log/munge" >/dev/null 2>&1 &
cat >"$directory/slurm.conf" <<END
ClusterName=virttime
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$directory/munge
SlurmUser=root
StateSaveLocation=$directory/state
SlurmdSpoolDir=$directory/spool.%n
SlurmctldPidFile=$directory/slurmctld.pid
SlurmdPidFile=$directory/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=node[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=17001-17002 CPUs=8 RealMemory=100
PartitionName=all Nodes=ALL Default=YES State=UP
END
export SLURM_CONF="$directory/slurm.conf"
slurmctld -D >"$directory/log/slurmctld" 2>&1 &
for node in node1 node2; do
    mkdir "$directory/spool.$node"
    slurmd -D -N "$node" >"$directory/log/$node" 2>&1 &
done
for i in $(seq 200); do
    [ "$(sinfo --noheader --states=idle --format=%D 2>/dev/null)" != 2 ] || break
    sleep 0.1
done
[ "$i" -lt 200 ] || { tail -n 3 "$directory"/log/* >&2; exit 1; }
setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
