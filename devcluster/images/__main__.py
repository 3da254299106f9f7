"""Builds the images, and prints what each weighs."""

import argparse
import sys
from collections.abc import Mapping

from devcluster.errors import CommandFailedError, MachineUnsuitableError
from devcluster.images.build import build_images
from devcluster.images.engines import ENGINES, build_renderer_with, renderer_with
from devcluster.images.image import Image


def main() -> None:
    """`python -m devcluster.images`."""
    parser = argparse.ArgumentParser(prog="python -m devcluster.images", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="fetch the base and all packages anew")
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=ENGINES,
        default=(),
        help="build, in the images' place, a renderer with these engines beside chromium",
    )
    options = parser.parse_args()
    if options.fresh and options.engines:
        parser.error("--fresh and --engines: first the one, then the other")
    try:
        images = _built(options.engines, options.fresh)
    except (MachineUnsuitableError, CommandFailedError) as error:
        sys.exit(f"error: {error}")
    width = max(10, *map(len, images))
    print(f"{'image':{width}} {'unpacked':>10} {'packed':>10}  ref and archive")
    for name, image in images.items():
        sizes = f"{image.unpacked_bytes / 1e6:>7.0f} MB {image.packed_bytes / 1e6:>7.0f} MB"
        print(f"{name:{width}} {sizes}  {image.ref}\n{'':{width + 24}}{image.archive}")


def _built(engines: list[str], fresh: bool) -> Mapping[str, Image]:
    if engines:
        return {renderer_with(engines).name: build_renderer_with(engines, say=_say)}
    images = build_images(fresh=fresh, say=_say)
    return {"operator": images.operator, "renderer": images.renderer, "chromium": images.chromium}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
