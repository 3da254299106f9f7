"""The cluster's bridge, the nodes' cables, and the machine's routes to pods and Services.

Nodes have network namespaces of their own, so the machine's iptables rules and its ip_forward are never touched: what
a node (kube-proxy, the CNI plugins) sets up is gone with its namespace, and all the rest hangs on the bridge.
"""

import json
from ipaddress import ip_network
from typing import Any

from devcluster.errors import AddressTakenError, CommandFailedError
from devcluster.processes import run
from devcluster.settings import Settings


def _show(*arguments: str) -> list[dict[str, Any]]:
    output = run("ip", "-json", *arguments)
    parsed: list[dict[str, Any]] = json.loads(output or "[]")
    return parsed


def devices_of(settings: Settings) -> list[str]:
    """The network devices that bear the cluster's name."""
    ours = {settings.bridge, *(settings.node_device(number) for number in range(1, 4))}
    return sorted(one["ifname"] for one in _show("link", "show") if one.get("ifname") in ours)


def check_free(settings: Settings) -> None:
    """Refuses when somebody else uses the addresses.

    Raises:
        AddressTakenError: says who.
    """
    for route in _show("route", "show", "table", "all"):
        destination = str(route.get("dst", "default"))
        if destination == "default" or ":" in destination or route.get("dev") in devices_of(settings):
            continue
        for network in (settings.whole_network, settings.service_network):
            if _overlaps(destination, network.with_prefixlen):
                raise AddressTakenError(
                    f"cluster {settings.name} needs {network}, and this machine has a route to {destination} on"
                    f" {route.get('dev')}: stop what uses it, or choose another range with another name"
                    " (PDFBATCH_DEVCLUSTER=name)"
                )


def _overlaps(one: str, other: str) -> bool:
    try:
        return ip_network(one, strict=False).overlaps(ip_network(other))
    except (ValueError, TypeError):
        return False


def create_bridge(settings: Settings) -> None:
    address = f"{settings.address}/{settings.bridge_network.prefixlen}"
    # Without an address of its own a bridge takes its lowest cable's, and another when that is pulled out: the nodes
    # that are left would send to the old one for a quarter of a minute, and be taken for lost too.
    run("ip", "link", "add", settings.bridge, "address", settings.hardware_address(0), "type", "bridge")
    run("ip", "address", "add", address, "dev", settings.bridge)
    run("ip", "link", "set", settings.bridge, "up")
    for number in range(1, settings.nodes + 1):
        network, gateway = str(settings.pod_network(number)), str(settings.node_address(number))
        run("ip", "route", "add", network, "via", gateway, "dev", settings.bridge)
    # The first node's kube-proxy takes the machine's own connections to Services.
    run(
        "ip",
        "route",
        "add",
        str(settings.service_network),
        "via",
        str(settings.node_address(1)),
        "dev",
        settings.bridge,
    )


def plug_in(settings: Settings, number: int, namespace_of: int) -> None:
    """Lays the cable from the bridge into a node's network namespace, where its end is `eth0`."""
    unplug(settings, number)
    device = settings.node_device(number)
    # The same at every boot, as a machine's: what others remember of it stays true.
    inside = ["name", "eth0", "address", settings.hardware_address(number), "netns", str(namespace_of)]
    run("ip", "link", "add", device, "type", "veth", "peer", *inside)
    run("ip", "link", "set", device, "master", settings.bridge, "up")


def unplug(settings: Settings, number: int) -> None:
    # After a power cut the kernel takes the cable away itself, a moment later.
    _remove(settings.node_device(number))


def remove(settings: Settings) -> None:
    for device in devices_of(settings):
        _remove(device)


def _remove(device: str) -> None:
    try:
        run("ip", "link", "delete", device)
    except CommandFailedError as error:
        if "Cannot find device" not in str(error):
            raise
