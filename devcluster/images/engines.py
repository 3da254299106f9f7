"""The renderer's image with engines that are Python packages. Of another name: the renderer's own has none of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from devcluster.images.build import a_store
from devcluster.images.image import Image
from devcluster.images.recipe import Recipe, Say
from devcluster.images.recipes import RENDERER

ENGINES: Final = ("typst", "weasyprint")


def renderer_with(engines: Iterable[str]) -> Recipe:
    """How it is made with these; their order means nothing."""
    wanted = sorted(set(engines))
    return replace(
        RENDERER, name="-".join(("renderer", *wanted)), file=RENDERER.name, arguments=(("ENGINES", " ".join(wanted)),)
    )


def build_renderer_with(engines: Iterable[str], *, say: Say = lambda line: None) -> Image:
    """The renderer's image with these of ENGINES, of this checkout as it is now.

    Raises:
        MachineUnsuitableError: a program that builds is missing.
        CommandFailedError: the build failed.
    """
    with a_store(say) as store:
        return store.image(renderer_with(engines))
