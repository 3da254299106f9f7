"""Programs of devcluster's own build as images on the nodes, under the names that the manifests give them.

So the manifests are those for any cluster: where the name can be pulled, it is, and here it is there already.
"""

from pathlib import Path

from devcluster import image_archive
from devcluster.cluster import Cluster


def load(cluster: Cluster, program: Path, name: str) -> None:
    """An image of nothing but this static program, on all nodes.

    Args:
        name: as the manifest has it: registry/repository:tag.
    """
    if all(name in node.images() for node in cluster.nodes()):
        return
    archive = cluster.settings.folder / f"{program.name}.tar"
    image_archive.of_program(program, name, archive)
    try:
        cluster.load_image(archive)
    finally:
        archive.unlink()
