"""What the programs are told, where it matters that they are told it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from devcluster import Settings, configuration
from devcluster.certificates import KeyPair

PAIR = KeyPair(Path("/c/x.crt"), Path("/c/x.key"))


def kubelet(settings: Settings, number: int = 1) -> dict[str, Any]:
    text = configuration.kubelet(settings, number, folder=Path("/n"), authority=Path("/c/ca.crt"), server=PAIR)
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def test_a_kubelet_shows_itself_several_times_within_the_grace_period() -> None:
    settings = Settings(node_monitor_grace_period=30, node_status_update_frequency=10)

    renewed_every = kubelet(settings)["nodeLeaseDurationSeconds"] / 4

    assert renewed_every * 3 <= settings.node_monitor_grace_period
    manager = configuration.controller_manager_command(settings, Path("/c"), Path("/k"))
    assert "--node-monitor-grace-period=30s" in manager


def test_images_that_cannot_be_pulled_again_are_not_collected() -> None:
    assert kubelet(Settings())["imageGCHighThresholdPercent"] == 100
    assert kubelet(Settings(image_gc=True))["imageGCHighThresholdPercent"] < 100


def test_nodes_do_not_share_a_control_group_or_an_address() -> None:
    one, two = kubelet(Settings(), 1), kubelet(Settings(), 2)

    assert one["cgroupRoot"] != two["cgroupRoot"]
    assert one["address"] != two["address"]


def test_what_comes_from_this_machine_is_a_stranger_to_the_proxy() -> None:
    # Otherwise the answers of a pod on another node would not come back through the node that translated.
    settings = Settings()

    proxy = yaml.safe_load(configuration.kube_proxy(settings, 1, kubeconfig=Path("/k")))

    assert proxy["clusterCIDR"] == str(settings.pods_network)
    assert settings.address not in settings.pods_network


def test_pods_know_the_clusters_dns_and_it_is_reached_before_names_are_refused() -> None:
    settings = Settings()

    assert kubelet(settings)["clusterDNS"] == [str(settings.address)]
    main = (Path(configuration.__file__).parent / "modules" / "coredns" / "main.go").read_text()
    order = main[main.index("Directives = ") :]
    assert order.index('"kubernetes"') < order.index('"template"')


@pytest.mark.parametrize("number", [1, 2])
def test_a_nodes_pods_get_its_own_addresses(number: int) -> None:
    settings = Settings()

    network = yaml.safe_load(configuration.cni(settings, number))["plugins"][0]

    assert network["ipam"]["subnet"] == str(settings.pod_network(number))


def test_a_kubeconfig_is_whole(tmp_path: Path) -> None:
    for name in ("ca.crt", "user.crt", "user.key"):
        (tmp_path / name).write_text(name)

    text = configuration.kubeconfig(
        Settings(), tmp_path / "ca.crt", KeyPair(tmp_path / "user.crt", tmp_path / "user.key")
    )

    assert str(tmp_path) not in text
    assert yaml.safe_load(text)["users"][0]["user"]["client-key-data"] == "dXNlci5rZXk="


def test_the_eviction_rate_is_not_the_one_that_a_limiter_for_never_calls_its_own() -> None:
    manager = configuration.controller_manager_command(Settings(), Path("/c"), Path("/k"))

    rate = next(one for one in manager if one.startswith("--node-eviction-rate=")).partition("=")[2]

    assert float(rate) > 0.1
    assert float(rate) != 1
