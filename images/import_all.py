"""Imports every module of the packages that are named: what an image leaves out, none of them may need.

Run in the build, so that a module that was left out in error ends the build and not somebody's night. What is left out
on purpose, the packages of engines that are not in the image, is named with --without.
"""

import argparse
import importlib
import pkgutil


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--without", nargs="*", default=[], help="packages that may be missing")
    options = parser.parse_args()
    for package in options.packages:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.endswith("__main__"):
                _import(module.name, options.without)


def _import(name: str, left_out: list[str]) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in left_out:
            raise


if __name__ == "__main__":
    main()
