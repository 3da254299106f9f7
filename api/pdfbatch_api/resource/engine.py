"""`spec.engine`: what prints."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pdfbatch_api.resource.ironpdf import IronPdfOptions
from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import Duration, Size


class ChromiumWait(ResourceModel):
    """What is waited for after a page's load: all that is given, in this order, within limits.timeout."""

    signal: bool = Field(default=False, description="Until a script of the page calls window.pdfbatch.ready().")
    selector: str | None = Field(
        default=None, min_length=1, max_length=1024, description="Until an element matches this CSS selector."
    )
    expression: str | None = Field(
        default=None,
        min_length=1,
        max_length=4096,
        description="Until this JavaScript expression is true: window.status === 'done', say. It may give a promise.",
    )
    fonts: bool = Field(default=True, description="Until the page's fonts are loaded: document.fonts.ready.")
    delay: Duration = Field(default="0s", description="And then so long, whatever happens.")


class ChromiumOptions(ResourceModel):
    """Headless Chromium, driven over the DevTools protocol."""

    scripts: bool = Field(
        default=False, description="Whether the page's JavaScript runs. Each page then takes about ten times as long."
    )
    wait: ChromiumWait | None = Field(
        default=None, description="What a page with scripts is waited for. Unset: its load and its fonts."
    )
    script_errors: Literal["Warn", "Fail", "Ignore"] = Field(
        default="Warn",
        description="What becomes of a document whose scripts throw what nobody catches, or call console.error().",
    )
    missing_fonts: Literal["Warn", "Fail", "Ignore"] = Field(
        default="Ignore",
        description="What becomes of a document with text in a font that it did not ask for, because the one it asked "
        "for is not there or lacks the characters. Other than Ignore: the browser is asked after each print.",
    )
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

    @model_validator(mode="after")
    def _waits_for_scripts_alone(self) -> "ChromiumOptions":
        if not self.scripts and self.wait is not None:
            raise ValueError("wait has no effect without scripts: leave it out, or set scripts: true")
        if not self.scripts and self.script_errors != "Warn":
            raise ValueError("scriptErrors has no effect without scripts: leave it out, or set scripts: true")
        return self

    @property
    def waits(self) -> ChromiumWait:
        """What is waited for, also where nothing is said."""
        return self.wait or ChromiumWait()


class TypstOptions(ResourceModel):
    """Typst, in a process of its own beside each worker."""

    recycle_after: int = Field(
        default=20_000, ge=1, le=1_000_000, description="Documents after which the process is replaced by a fresh one."
    )
    memory: Size = Field(
        default="1Gi", description="Memory of the process over which it is replaced, between documents over 60 % of it."
    )


class WeasyPrintOptions(ResourceModel):
    """WeasyPrint, in a process of its own beside each worker."""

    recycle_after: int = Field(
        default=5000, ge=1, le=1_000_000, description="Documents after which the process is replaced by a fresh one."
    )
    memory: Size = Field(
        default="1Gi", description="Memory of the process over which it is replaced, between documents over 60 % of it."
    )


class LibreOfficeOptions(ResourceModel):
    """LibreOffice, in a process of its own beside each worker, for the office files among `source.files`."""

    recycle_after: int = Field(
        default=200, ge=1, le=1_000_000, description="Documents after which the process is replaced by a fresh one."
    )
    memory: Size = Field(
        default="2Gi", description="Memory of the process over which it is replaced, between documents over 60 % of it."
    )


class EngineSpec(ResourceModel):
    """Which engine, with that engine's own options."""

    name: Literal["chromium", "ironpdf", "weasyprint", "typst"] = Field(
        default="chromium",
        description="chromium, weasyprint and ironpdf print HTML, typst has templates of its own; docs/engines.md says "
        "what each can do.",
    )
    chromium: ChromiumOptions = Field(default_factory=ChromiumOptions, description="Options of chromium.")
    typst: TypstOptions = Field(default_factory=TypstOptions, description="Options of typst.")
    weasyprint: WeasyPrintOptions = Field(default_factory=WeasyPrintOptions, description="Options of weasyprint.")
    ironpdf: IronPdfOptions = Field(default_factory=IronPdfOptions, description="Options of ironpdf.")
    libreoffice: LibreOfficeOptions = Field(
        default_factory=LibreOfficeOptions, description="Options of what prints office files, whatever the engine."
    )
