"""Kubernetes' pod security standard `restricted`, checked of a pod's spec.

After kubernetes.io/docs/concepts/security/pod-security-standards; and three rules of our own: a read-only root, no
token, no environment of Services.
"""

from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def containers(pod: Body) -> list[Body]:
    """All of a pod's containers."""
    return [*pod["containers"], *pod.get("initContainers", [])]


def violations(pod: Body) -> list[str]:
    """What is not allowed, a line each."""
    found = [f"{key} is set" for key in ("hostNetwork", "hostPID", "hostIPC") if pod.get(key)]
    about = pod.get("securityContext", {})
    if about.get("runAsNonRoot") is not True:
        found.append("may run as root")
    if about.get("runAsUser") == 0:
        found.append("runs as root")
    if about.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        found.append("no seccomp profile")
    if "sysctls" in about or "seLinuxOptions" in about or "appArmorProfile" in about:
        found.append("kernel settings of its own")
    if pod.get("automountServiceAccountToken") is not False:
        found.append("has an API token")
    if pod.get("enableServiceLinks") is not False:
        found.append("is told all Services")
    for volume in pod["volumes"]:
        kinds = volume.keys() - {"name"}
        if len(kinds) != 1 or not kinds <= _VOLUMES:
            found.append(f"volume {volume['name']} is a {sorted(kinds)}")
    for container in containers(pod):
        found += [f"{container['name']}: {one}" for one in _of_container(container)]
    return found


def _of_container(container: Body) -> Iterator[str]:
    about = container.get("securityContext", {})
    if about.get("allowPrivilegeEscalation") is not False:
        yield "may escalate"
    if about.get("privileged"):
        yield "is privileged"
    if about.get("capabilities") != {"drop": ["ALL"]}:
        yield "has capabilities"
    if about.get("runAsNonRoot") is not True or about.get("runAsUser") in (None, 0):
        yield "may run as root"
    if about.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "no seccomp profile"
    if about.get("readOnlyRootFilesystem") is not True:
        yield "may write to its root"
    if "hostPort" in str(container.get("ports", "")):
        yield "has a port of its node"
