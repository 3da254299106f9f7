"""`spec.engine`: what prints."""

from typing import Annotated, Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import Size


class ChromiumOptions(ResourceModel):
    """Headless Chromium, driven over the DevTools protocol."""

    scripts: bool = Field(default=False, description="Whether the page's JavaScript runs.")
    network: list[Annotated[str, Field(min_length=1, max_length=512)]] = Field(
        default_factory=list,
        max_length=64,
        description="Hosts that pages may load from. Default: none; everything comes from the template and the row.",
    )
    recycle_after: int = Field(
        default=5000,
        ge=1,
        le=1_000_000,
        description="Documents after which a browser is replaced by a fresh one.",
    )
    memory: Size = Field(default="1Gi", description="Resident memory over which a browser is replaced.")


class TypstOptions(ResourceModel):
    """Typst, in a process of its own beside each worker."""

    recycle_after: int = Field(
        default=20_000, ge=1, le=1_000_000, description="Documents after which the process is replaced by a fresh one."
    )
    memory: Size = Field(default="1Gi", description="Memory of the process over which it is replaced.")


class WeasyPrintOptions(ResourceModel):
    """WeasyPrint, in a process of its own beside each worker."""

    recycle_after: int = Field(
        default=5000, ge=1, le=1_000_000, description="Documents after which the process is replaced by a fresh one."
    )
    memory: Size = Field(default="1Gi", description="Memory of the process over which it is replaced.")


class EngineSpec(ResourceModel):
    """Which engine, with that engine's own options."""

    name: Literal["chromium", "ironpdf", "weasyprint", "typst"] = Field(
        default="chromium",
        description="chromium and weasyprint print HTML, typst has templates of its own; docs/engines.md says what "
        "each can do.",
    )
    chromium: ChromiumOptions = Field(default_factory=ChromiumOptions, description="Options of chromium.")
    typst: TypstOptions = Field(default_factory=TypstOptions, description="Options of typst.")
    weasyprint: WeasyPrintOptions = Field(default_factory=WeasyPrintOptions, description="Options of weasyprint.")
