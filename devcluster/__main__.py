"""`python -m devcluster up|install|monitoring|down|status|build|check|load`."""

import argparse
import sys
from pathlib import Path

from devcluster import binaries, machine, packages, traces
from devcluster.cluster import Cluster, take_down
from devcluster.errors import DevClusterError
from devcluster.settings import Settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m devcluster", description="A real Kubernetes cluster, here.")
    parser.add_argument("--name", help="of the cluster; default: $PDFBATCH_DEVCLUSTER, or pdfbatch")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="bring it up; installs and builds what is missing")
    commands.add_parser("install", help="build the images, load them, install the chart, make a claim to play with")
    monitoring = commands.add_parser(
        "monitoring", help="Prometheus and KEDA, and pdfbatch installed so that it asks it"
    )
    monitoring.add_argument("--without-keda", action="store_true", help="Prometheus alone: KEDA takes long to build")
    commands.add_parser("down", help="take it down and remove every trace; fails when one is left")
    commands.add_parser("status", help="what is up; fails when the cluster is not")
    build = commands.add_parser("build", help="only build its programs")
    build.add_argument(
        "--monitoring", action="store_true", help="Prometheus, promtool, KEDA and prometheus-adapter too"
    )
    build.add_argument("--images", action="store_true", help="pdfbatch's images too; installs what builds them")
    commands.add_parser("check", help="only say whether this machine can run it")
    load = commands.add_parser("load", help="load an OCI archive into all nodes")
    load.add_argument("archive", type=Path)
    arguments = parser.parse_args()
    try:
        settings = Settings(name=arguments.name) if arguments.name else Settings()
        return _run(arguments.command, settings, arguments)
    except DevClusterError as error:
        print(f"devcluster: {error}", file=sys.stderr)
        return 1


def _run(command: str, settings: Settings, arguments: argparse.Namespace) -> int:
    if command == "up":
        cluster = Cluster.up(settings)
        print(f"export KUBECONFIG={cluster.kubeconfig} PATH={cluster.binaries.kubernetes}:$PATH")
    elif command == "install":
        # Here, because the images' builder imports the renderer, and `down` must work without it.
        from devcluster.installation import NAMESPACE, PLAYGROUND, install, make_playground

        cluster = Cluster.attach(settings.name)
        install(cluster)
        folder = make_playground(cluster)
        print(f"pdfbatch is installed, in namespace {NAMESPACE}", file=sys.stderr)
        print(f"the claim {PLAYGROUND} in namespace {PLAYGROUND} is {folder}", file=sys.stderr)
    elif command == "monitoring":
        _monitoring(Cluster.attach(settings.name), with_keda=not arguments.without_keda)
    elif command == "down":
        take_down(settings)
        print(f"cluster {settings.name} is gone without a trace", file=sys.stderr)
    elif command == "status":
        return _status(settings)
    elif command == "build":
        print(binaries.build().kubernetes)
        if arguments.monitoring:
            for program, path in binaries.build(binaries.MONITORING).paths:
                print(f"{program}: {path}")
        if arguments.images:
            from devcluster.images import build_images

            packages.install()
            build_images(say=lambda line: print(line, file=sys.stderr))
    elif command == "check":
        machine.check()
        print("this machine can run a cluster", file=sys.stderr)
    elif command == "load":
        print("\n".join(Cluster.attach(settings.name).load_image(arguments.archive)))
    return 0


def _monitoring(cluster: Cluster, *, with_keda: bool) -> None:
    from devcluster.installation import NAMESPACE, install
    from devcluster.monitoring import Keda, Prometheus
    from devcluster.monitoring.prometheus import VALUES

    prometheus = Prometheus.install(cluster)
    print(f"Prometheus: {prometheus.here}, its API alone (its module has no web pages)", file=sys.stderr)
    if with_keda:
        Keda.install(cluster)
        print("KEDA: in namespace keda", file=sys.stderr)
    install(cluster, **VALUES)
    print(f"pdfbatch, in namespace {NAMESPACE}, asks Prometheus", file=sys.stderr)


def _status(settings: Settings) -> int:
    try:
        cluster = Cluster.attach(settings.name)
    except DevClusterError as error:
        print(error, file=sys.stderr)
        for one in traces.left(settings):
            print(f"left: {one}", file=sys.stderr)
        return 1
    for node in cluster.nodes():
        state = "Ready" if cluster.node_is_ready(node.name) else "not Ready"
        power = "on" if node.first_process() else "off"
        print(f"{node.name}: power {power}, {state}")
    print(f"logs: {cluster.logs}\nexport KUBECONFIG={cluster.kubeconfig}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
