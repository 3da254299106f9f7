"""The images of engine ironpdf: only for who asks for them, for the package they are made from has 165 MB."""

from dataclasses import dataclass
from typing import Final

from devcluster.images import ironpdf_package
from devcluster.images.build import a_store
from devcluster.images.image import Image
from devcluster.images.recipe import Recipe, Say
from devcluster.images.recipes import RENDERER

ENGINE: Final = Recipe(
    "ironpdf",
    (ironpdf_package.PINNED,),
    own_files=("images/ironpdf.Containerfile", "images/root.py", ironpdf_package.PINNED),
    fetched=ironpdf_package.fetched,
)
CLIENT: Final = Recipe("renderer-ironpdf", built_on=RENDERER)


@dataclass(frozen=True)
class IronPdfImages:
    """What pods of a batch with engine ironpdf have in place of the others.

    Attributes:
        engine: IronPDF's engine.
        renderer: the renderer with IronPDF's client.
    """

    engine: Image
    renderer: Image


def build_ironpdf_images(*, say: Say = lambda line: None) -> IronPdfImages:
    """The images that engine ironpdf needs, of this checkout as it is now; fetches IronPDF's package for Node.

    Raises:
        MachineUnsuitableError: a program that fetches or builds is missing.
        CommandFailedError: the package cannot be had, or a build failed.
    """
    with a_store(say) as store:
        return IronPdfImages(engine=store.image(ENGINE), renderer=store.image(CLIENT))
