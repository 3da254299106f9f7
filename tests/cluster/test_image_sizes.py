"""What the images take on a node: each node that renders fetches them before its first document."""

import pytest
from devcluster import Access, Cluster
from devcluster.images import build_images

# Bytes, unpacked.
AT_MOST = {"operator": 110_000_000, "renderer": 250_000_000, "chromium": 300_000_000}


def test_each_image_is_no_larger_than_it_need_be(cluster: Access) -> None:
    if not isinstance(cluster, Cluster):
        pytest.skip("the images of somebody's cluster are not built here")
    images = build_images()  # those that the cluster has: nothing is built again

    sizes = {name: getattr(images, name).unpacked_bytes for name in AT_MOST}

    assert {name: size for name, size in sizes.items() if size > AT_MOST[name]} == {}
    print("\n" + ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in sizes.items()))
