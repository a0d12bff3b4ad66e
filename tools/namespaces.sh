# shellcheck shell=bash
# Sourced by what runs in network namespaces of its own: the browser suite and two benchmarks. They
# need root, CAP_SYS_ADMIN and CAP_NET_ADMIN, and a / that is a mount point.

# enter_own_mounts SCRIPT [ARGUMENT...]: where / is no mount point (a chroot), begins SCRIPT again
# with a / that is one, for itself alone: `ip netns exec` must be able to change what is mounted.
# Returns where that is not needed, or not allowed.
enter_own_mounts() {
  if [ -n "${CONFAB_OWN_MOUNTS:-}" ] || mountpoint -q /; then return 0; fi
  unshare --mount --propagation unchanged mount --make-private /proc 2>/dev/null || return 0
  # Over /proc, which can be made private: over the chroot's / it would show outside of it.
  # shellcheck disable=SC2016  # expanded inside
  exec env CONFAB_OWN_MOUNTS=1 unshare --mount --propagation unchanged bash -c '
    mount --make-private /proc && mount --rbind / /proc && exec chroot /proc bash -c "
      mount --make-rprivate / && cd \"\$1\" && shift && exec \"\$@\"" _ "$@"' _ "$PWD" "$@"
}

# Says in one line why namespaces cannot be made, and fails; says nothing where they can.
why_no_namespaces() {
  local name="confab-probe-$$" said
  if [ "$(id -u)" -ne 0 ]; then
    echo "network namespaces need root: sudo ./test"
    return 1
  fi
  if said="$({ ip netns add "$name" && ip netns exec "$name" ip link add probe0 type veth; } 2>&1)"; then
    ip netns del "$name"
    return 0
  fi
  ip netns del "$name" 2>/dev/null || true
  said="$(tail -n 1 <<<"$said")"
  echo "network namespaces cannot be made here (${said:-no reason given}): run it on a machine, in a virtual one, or in a container with the capabilities SYS_ADMIN and NET_ADMIN (docker run --privileged)"
  return 1
}

# make_hub NAME: a namespace with the addresses 10.77.0.1 and fd77::1 besides the loopback's, for
# servers and browsers (Firefox never offers 127.0.0.1). Nothing leaves it.
make_hub() {
  local hub="$1"
  ip netns add "$hub"
  ip -n "$hub" link set lo up
  ip -n "$hub" link add net0 type veth peer name net1
  ip -n "$hub" addr add 10.77.0.1/24 dev net0
  ip -n "$hub" addr add fd77::1/64 dev net0 nodad
  ip -n "$hub" link set net0 up
  ip -n "$hub" link set net1 up
  # Firefox finds its address by asking for the route to the world.
  ip -n "$hub" route add default via 10.77.0.254 dev net0
}

# end_namespace NAME: with all that runs in it.
end_namespace() {
  ip netns pids "$1" 2>/dev/null | xargs -r kill -9 || true
  ip netns del "$1" 2>/dev/null || true
}
