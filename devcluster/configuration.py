"""The configuration files of the cluster's programs, as text: settings in, text out."""

import base64
import json
from pathlib import Path
from typing import Any

import yaml

from devcluster.certificates import KeyPair
from devcluster.settings import Settings

PAUSE_IMAGE = "localhost/pause:1"


def as_yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False)
    return text


def kubeconfig(settings: Settings, authority: Path, user: KeyPair) -> str:
    """Access as the certificate's user. Whole, with the keys in it, so that it can be copied elsewhere."""

    def content(path: Path) -> str:
        return base64.b64encode(path.read_bytes()).decode()

    name = settings.name
    return as_yaml(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "clusters": [
                {
                    "name": name,
                    "cluster": {"server": settings.server, "certificate-authority-data": content(authority)},
                }
            ],
            "users": [
                {
                    "name": name,
                    "user": {
                        "client-certificate-data": content(user.certificate),
                        "client-key-data": content(user.key),
                    },
                }
            ],
        }
    )


def kubelet(settings: Settings, number: int, *, folder: Path, authority: Path, server: KeyPair) -> str:
    """A node's kubelet. Its paths are those within the node's mount namespace."""
    return as_yaml(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": str(settings.node_address(number)),
            "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{settings.cgroup}/node{number}",
            "failCgroupV1": False,
            "failSwapOn": False,
            # The default, -999, needs a capability that many containers and small machines lack.
            "oomScoreAdj": 0,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(authority)},
            },
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": str(server.certificate),
            "tlsPrivateKeyFile": str(server.key),
            "clusterDNS": [str(settings.address)],
            "clusterDomain": "cluster.local",
            "resolvConf": str(folder / "resolv.conf"),
            "volumePluginDir": "/var/lib/kubelet/volumeplugins",
            "nodeStatusUpdateFrequency": f"{settings.node_status_update_frequency}s",
            "nodeStatusReportFrequency": f"{settings.node_status_update_frequency}s",
            # Renewed at a quarter of its length.
            "nodeLeaseDurationSeconds": settings.node_status_update_frequency * 4,
            # By size, not by the percentage of a machine's disk that is somebody's own.
            "evictionHard": {
                "memory.available": "100Mi",
                "nodefs.available": "512Mi",
                "imagefs.available": "512Mi",
                "nodefs.inodesFree": "1%",
            },
            "imageGCHighThresholdPercent": 85 if settings.image_gc else 100,
            "shutdownGracePeriod": "0s",
            "logging": {"verbosity": 2},
        }
    )


def kube_proxy(settings: Settings, number: int, *, kubeconfig: Path) -> str:
    return as_yaml(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "hostnameOverride": f"node{number}",
            "clientConnection": {"kubeconfig": str(kubeconfig)},
            "clusterCIDR": str(settings.pods_network),
            "mode": "iptables",
            # Left alone: they are the machine's, and not to be set from within a namespace.
            "conntrack": {
                "maxPerCore": 0,
                "min": 0,
                "tcpEstablishedTimeout": "0s",
                "tcpCloseWaitTimeout": "0s",
            },
            # Endpoints that come and go in a test shall be seen at once.
            "iptables": {"minSyncPeriod": "200ms"},
        }
    )


def cni(settings: Settings, number: int) -> str:
    """Pods hang on the node by point-to-point links.

    Not on a bridge: answers between two pods of one node would pass the node's address translation by, where the
    kernel has no br_netfilter, and Services would not work.
    """
    network = str(settings.pod_network(number))
    return json.dumps(
        {
            "cniVersion": "0.4.0",
            "name": "pods",
            "plugins": [
                {
                    "type": "ptp",
                    "ipMasq": False,
                    "ipam": {"type": "host-local", "subnet": network, "routes": [{"dst": "0.0.0.0/0"}]},
                },
                {"type": "portmap", "capabilities": {"portMappings": True}},
            ],
        },
        indent=2,
    )


def containerd(folder: Path, snapshotter: str = "overlayfs") -> str:
    return f"""\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  # Without CAP_SYS_RESOURCE every sandbox would die: "can't get final child's PID from pipe: EOF".
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "{snapshotter}"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
"""


def corefile(settings: Settings, kubeconfig: Path) -> str:
    """Names of the cluster; any other does not exist, at once: there is no way out for pods."""
    return f"""\
.:53 {{
    bind {settings.address}
    errors
    ready {settings.private_address}:8181
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {kubeconfig}
        pods insecure
        ttl 5
    }}
    template ANY ANY . {{
        rcode NXDOMAIN
    }}
    cache 5 {{
        denial 5
    }}
}}
"""


def audit_policy() -> str:
    """Who asked for what, without bodies: one line a request, as the answer is sent."""
    return as_yaml(
        {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "rules": [{"level": "Metadata"}],
        }
    )


def etcd_command(settings: Settings, *, authority: Path, server: KeyPair) -> list[str]:
    own, peer = f"https://{settings.private_address}:2379", f"http://{settings.private_address}:2380"
    return [
        "etcd",
        f"--name={settings.name}",
        f"--data-dir={settings.folder}/etcd",
        f"--listen-client-urls={own}",
        f"--advertise-client-urls={own}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={settings.name}={peer}",
        f"--cert-file={server.certificate}",
        f"--key-file={server.key}",
        f"--trusted-ca-file={authority}",
        "--client-cert-auth",
        # A cluster for tests outlives no machine.
        "--unsafe-no-fsync",
        "--auto-compaction-retention=5m",
        "--quota-backend-bytes=8589934592",
    ]


def api_server_command(settings: Settings, certificates: Path, audit_policy: Path) -> list[str]:
    """All certificates lie in one folder; `ControlPlane` writes them."""
    return [
        f"--advertise-address={settings.address}",
        f"--bind-address={settings.address}",
        "--secure-port=6443",
        f"--service-cluster-ip-range={settings.service_network}",
        f"--etcd-servers=https://{settings.private_address}:2379",
        f"--etcd-cafile={certificates}/ca.crt",
        f"--etcd-certfile={certificates}/etcd-client.crt",
        f"--etcd-keyfile={certificates}/etcd-client.key",
        f"--client-ca-file={certificates}/ca.crt",
        f"--tls-cert-file={certificates}/kube-apiserver.crt",
        f"--tls-private-key-file={certificates}/kube-apiserver.key",
        f"--kubelet-certificate-authority={certificates}/ca.crt",
        f"--kubelet-client-certificate={certificates}/kubelet-client.crt",
        f"--kubelet-client-key={certificates}/kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={certificates}/service-account.pub",
        f"--service-account-signing-key-file={certificates}/service-account.key",
        # The aggregation layer: metrics APIs (KEDA, prometheus-adapter) may be added.
        f"--requestheader-client-ca-file={certificates}/front-proxy-ca.crt",
        f"--proxy-client-cert-file={certificates}/front-proxy-client.crt",
        f"--proxy-client-key-file={certificates}/front-proxy-client.key",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        "--enable-aggregator-routing=true",
        f"--audit-policy-file={audit_policy}",
        f"--audit-log-path={settings.logs}/audit.log",
        "--audit-log-maxsize=0",
    ]


def controller_manager_command(settings: Settings, certificates: Path, kubeconfig: Path) -> list[str]:
    return [
        f"--bind-address={settings.address}",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--service-account-private-key-file={certificates}/service-account.key",
        f"--root-ca-file={certificates}/ca.crt",
        f"--requestheader-client-ca-file={certificates}/front-proxy-ca.crt",
        f"--cluster-signing-cert-file={certificates}/ca.crt",
        f"--cluster-signing-key-file={certificates}/ca.key",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        f"--node-monitor-period={settings.node_monitor_period}s",
        f"--node-monitor-grace-period={settings.node_monitor_grace_period}s",
        # The default, one node in ten seconds, would make the second of two lost nodes wait. Never 1: a controller that
        # once saw all nodes lost would not taint any again, because its limiter for "never" calls its rate 1 too
        # (fakeNeverRateLimiter.QPS in client-go, compared in RateLimitedTimedQueue.SwapLimiter).
        "--node-eviction-rate=2",
        # It makes this folder, by default one of the system's.
        f"--flex-volume-plugin-dir={settings.folder}/flexvolume",
    ]


def scheduler_command(settings: Settings, kubeconfig: Path) -> list[str]:
    return [
        f"--bind-address={settings.address}",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--leader-elect=false",
    ]


def dns_rights() -> str:
    """What CoreDNS, as the user system:coredns, may see."""
    role = "system:coredns"
    return as_yaml(
        {
            "apiVersion": "v1",
            "kind": "List",
            "items": [
                {
                    "apiVersion": "rbac.authorization.k8s.io/v1",
                    "kind": "ClusterRole",
                    "metadata": {"name": role},
                    "rules": [
                        {
                            "apiGroups": [""],
                            "resources": ["services", "pods", "namespaces"],
                            "verbs": ["list", "watch"],
                        },
                        {
                            "apiGroups": ["discovery.k8s.io"],
                            "resources": ["endpointslices"],
                            "verbs": ["list", "watch"],
                        },
                    ],
                },
                {
                    "apiVersion": "rbac.authorization.k8s.io/v1",
                    "kind": "ClusterRoleBinding",
                    "metadata": {"name": role},
                    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
                    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": role}],
                },
            ],
        }
    )
