"""Names and addresses: two clusters never meet, and what cannot work is refused before anything starts."""

import itertools
from pathlib import Path

import pytest
from devcluster import DevClusterError, Settings
from devcluster.settings import cache_folder

NAMES = ["pdfbatch", *(f"c{number}" for number in range(200))]


def test_the_default_cluster_has_the_addresses_of_the_readme() -> None:
    settings = Settings(name="pdfbatch")

    readme = (Path(__file__).parents[3] / "devcluster" / "README.md").read_text()

    for shown in (
        settings.address,
        settings.node_address(1),
        settings.node_address(2),
        settings.pod_network(1),
        settings.pod_network(2),
        settings.service_network,
        settings.api_service_address,
        settings.bridge,
    ):
        assert str(shown) in readme


def test_clusters_of_other_numbers_share_no_address() -> None:
    by_index = {settings.index: settings for settings in (Settings(name=name) for name in NAMES)}
    assert len(by_index) == 32

    for one, other in itertools.combinations(by_index.values(), 2):
        assert not one.whole_network.overlaps(other.whole_network)
        assert not one.service_network.overlaps(other.service_network)
        assert one.private_address != other.private_address
        assert one.hardware_address(0) != other.hardware_address(0)


@pytest.mark.parametrize("name", NAMES[:20])
def test_bridge_and_pods_lie_in_the_clusters_range_and_do_not_overlap(name: str) -> None:
    settings = Settings(name=name, nodes=3)
    pods = [settings.pod_network(number) for number in (1, 2, 3)]

    assert all(pod.subnet_of(settings.pods_network) for pod in pods)
    for one, other in itertools.combinations([settings.bridge_network, *pods], 2):
        assert not one.overlaps(other)
        assert one.subnet_of(settings.whole_network)
    assert not settings.pods_network.overlaps(settings.bridge_network)


def test_the_longest_name_fits_a_network_device() -> None:
    settings = Settings(name="abcdefghij")

    assert len(settings.bridge) <= 15
    assert len(settings.node_device(3)) <= 15


@pytest.mark.parametrize("name", ["", "1st", "Upper", "with-dash", "abcdefghijk"])
def test_a_name_that_no_device_can_have_is_refused(name: str) -> None:
    with pytest.raises(DevClusterError, match="at most ten"):
        Settings(name=name)


def test_a_grace_period_that_a_slow_node_would_miss_is_refused() -> None:
    with pytest.raises(DevClusterError, match="merely slow"):
        Settings(node_monitor_grace_period=10, node_status_update_frequency=4)


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "pdfbatch" / "devcluster"

    monkeypatch.setenv("PDFBATCH_DEVCLUSTER_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    assert Settings().folder.is_relative_to(tmp_path / "here")
