#!/bin/bash
# A host of the tests' own: a user namespace with a network namespace, and behind that another one, the world. Nothing leaves this
# machine. It says "ready" and the pids of a process in the world, and of one in a user namespace of somebody without rights here; and ends
# with its standard input. Arguments: network-servers.py, the ids of that user and of its group
set -e
servers=$1
own="setpriv --pdeathsig KILL"
$own unshare --net sleep infinity &
world=$!
$own unshare --user --map-user=$2 --map-group=$3 sleep infinity &
user=$!
in_world="nsenter --net --target $world"
until [ "$(readlink /proc/$world/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
until [ "$(readlink /proc/$user/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.01; done
ip link set lo up
ip link add up0 type veth peer name wan0
ip link set wan0 netns $world
ip address add 10.77.0.2/24 dev up0
ip -6 address add fd77::2/64 dev up0 nodad
ip link set up0 up
$in_world ip link set lo up
$in_world ip address add 10.77.0.1/24 dev wan0
$in_world ip -6 address add fd77::1/64 dev wan0 nodad
$in_world ip link set wan0 up
$in_world ip address add 10.88.0.1/32 dev lo
$in_world ip -6 address add fd88::1/128 dev lo nodad
ip route add default via 10.77.0.1
ip -6 route add default via fd77::1
echo "nameserver 127.0.0.53" > resolv.conf
mount --bind resolv.conf /etc/resolv.conf
$own python3 "$servers" host &
$own $in_world python3 "$servers" world &
until [ -e world.ready ] && [ -e host.ready ]; do sleep 0.01; done
echo "ready $world $user"
cat
