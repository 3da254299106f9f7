"""Builds images, one build at a time on a machine, and keeps what came out."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devcluster.images.image import Images
from devcluster.images.recipe import Say
from devcluster.images.recipes import CHROMIUM, OPERATOR, RENDERER
from devcluster.images.store import Store


def cache_folder() -> Path:
    """Where archives and buildah's storage lie: below PDFBATCH_DEVCLUSTER_CACHE, or the user's cache."""
    named = os.environ.get("PDFBATCH_DEVCLUSTER_CACHE")
    if named:
        return Path(named).absolute() / "images"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home).absolute() / "pdfbatch" / "images"


def build_images(*, fresh: bool = False, say: Say = lambda line: None) -> Images:
    """The images of this checkout as it is now, uncommitted changes included; builds what is not built yet.

    Args:
        fresh: whether to fetch the base and all packages anew: Debian's fixes come only this way.

    Raises:
        MachineUnsuitableError: a program that builds is missing.
        CommandFailedError: a build failed; the text ends with its last lines.
    """
    with a_store(say, fresh=fresh) as store:
        return Images(operator=store.image(OPERATOR), renderer=store.image(RENDERER), chromium=store.image(CHROMIUM))


@contextmanager
def a_store(say: Say, *, fresh: bool = False) -> Iterator[Store]:
    """What has been built, for one who builds; pruned when all that was asked for is built."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    # Two builds would do the same work twice.
    with (cache / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        store = Store(cache, say)
        if fresh:
            store.forget()
        yield store
        store.prune()
