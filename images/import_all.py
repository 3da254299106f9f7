"""Imports every module of the packages that are named: what an image leaves out, none of them may need.

Run in the build, so that a module that was left out in error ends the build and not somebody's night.
"""

import importlib
import pkgutil
import sys


def main(*packages: str) -> None:
    for package in packages:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
