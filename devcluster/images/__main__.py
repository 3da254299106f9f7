"""Builds the images, and prints what each weighs."""

import argparse
import dataclasses
import sys

from devcluster.errors import CommandFailedError, MachineUnsuitableError
from devcluster.images.build import build_images
from devcluster.images.image import Image


def main() -> None:
    """`python -m devcluster.images`."""
    parser = argparse.ArgumentParser(prog="python -m devcluster.images", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="fetch the base and all packages anew")
    fresh = parser.parse_args().fresh
    try:
        images = build_images(fresh=fresh, say=lambda line: print(line, file=sys.stderr, flush=True))
    except (MachineUnsuitableError, CommandFailedError) as error:
        sys.exit(f"error: {error}")
    print(f"{'image':10} {'unpacked':>10} {'packed':>10}  ref and archive")
    for field in dataclasses.fields(images):
        image: Image = getattr(images, field.name)
        sizes = f"{image.unpacked_bytes / 1e6:>7.0f} MB {image.packed_bytes / 1e6:>7.0f} MB"
        print(f"{field.name:10} {sizes}  {image.ref}\n{'':34}{image.archive}")


if __name__ == "__main__":
    main()
