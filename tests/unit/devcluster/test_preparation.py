"""What comes before a cluster: images, packages, programs, and whether the machine can run it at all."""

import os
import tarfile
from pathlib import Path

import pytest
from devcluster import MachineUnsuitableError, binaries, cgroups, image_archive, machine, network, packages


def test_an_archive_of_a_program_is_the_image_that_it_says(tmp_path: Path) -> None:
    program = tmp_path / "pause"
    program.write_bytes(b"\x7fELF")
    archive = tmp_path / "pause.tar"

    image_archive.of_program(program, "localhost/pause:1", archive)

    assert image_archive.names_in(archive) == ["localhost/pause:1"]
    with tarfile.open(archive) as tar:
        assert "oci-layout" in tar.getnames()


def test_the_policy_keeps_services_down_and_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "POLICY", policy)

    with packages._no_services():
        assert os.access(policy, os.X_OK)
        assert packages.policy_is_left()

    assert not policy.exists()


def test_somebody_elses_policy_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    monkeypatch.setattr(packages, "POLICY", policy)

    with packages._no_services():
        pass
    packages.remove_policy()

    assert policy.read_text() == "#!/bin/sh\nexit 101\n"
    assert not packages.policy_is_left()


def test_a_module_that_changes_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "MODULES", tmp_path)
    source = tmp_path / "pause" / "main.go"
    source.parent.mkdir()
    source.write_text("package main")
    module = binaries.Module("pause", (("pause", "."),))
    before = module.folder

    source.write_text("package main // changed")

    assert module.folder != before


def test_the_pinned_versions_are_those_of_the_modules() -> None:
    assert f"k8s.io/kubernetes v{binaries.KUBERNETES}\n" in (binaries.MODULES / "kubernetes" / "go.mod").read_text()
    assert f"helm.sh/helm/v3 v{binaries.HELM}\n" in (binaries.MODULES / "helm" / "go.mod").read_text()


def test_whoever_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(MachineUnsuitableError, match=r"run as root|Linux"):
        machine.check()


def test_everything_that_is_missing_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(cgroups, "missing", lambda: ["cpuset"])
    monkeypatch.setattr(binaries, "find_go", lambda: None)
    monkeypatch.setenv("PDFBATCH_DEVCLUSTER_CACHE", "/run/nothing-is-built-here")

    with pytest.raises(MachineUnsuitableError) as raised:
        machine.check()

    assert "cpuset" in str(raised.value)
    assert "Go 1.26" in str(raised.value)
    assert "PDFBATCH_DEVCLUSTER_CACHE" in str(raised.value)


@pytest.mark.parametrize(
    ("offered", "lacking"), [("cpuset cpu memory pids io", []), ("memory pids", ["cpuset", "cpu"])]
)
def test_controllers_of_version_2_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offered: str, lacking: list[str]
) -> None:
    (tmp_path / "cgroup.controllers").write_text(offered + "\n")
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)

    assert cgroups.missing() == lacking


def test_controllers_of_version_1_are_found_where_they_are_mounted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cpu,cpuacct", "cpuset", "memory"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    (tmp_path / "cpu").symlink_to(tmp_path / "cpu,cpuacct")
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)

    assert cgroups.missing() == ["pids"]
    assert len(cgroups.hierarchies()) == 3


@pytest.mark.parametrize(
    ("route", "taken"),
    [("10.99.0.0/24", True), ("10.99.3.7", True), ("10.0.0.0/8", True), ("192.0.2.0/24", False), ("default", False)],
)
def test_a_route_into_the_clusters_range_is_noticed(route: str, taken: bool) -> None:
    assert network._overlaps(route, "10.99.0.0/21") == taken
