"""Which images a batch's pods have: those of its engine, frozen in its status when it begins."""

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.status import BatchImages
from pdfbatch_operator.manifests import ironpdf
from pdfbatch_operator.observation import ObservedBatch, Settings


def new_images(spec: PdfBatchSpec, settings: Settings) -> BatchImages:
    """What a batch that begins now gets.

    IronPDF's client and .NET are a renderer's image of its own: they would make everybody's half as large again.
    """
    if ironpdf.prints(spec):
        told = settings.ironpdf
        return BatchImages(renderer=told.renderer_image or settings.renderer_image, engine=told.engine_image)
    return BatchImages(renderer=settings.renderer_image, engine=settings.engine_image)


def images(batch: ObservedBatch, spec: PdfBatchSpec, settings: Settings) -> BatchImages:
    """Those that the batch began with."""
    return batch.status.images or new_images(spec, settings)
