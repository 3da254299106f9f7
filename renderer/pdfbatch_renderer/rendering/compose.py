"""Puts the parts of the data plane together for one batch: the only place where they all meet."""

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.file_kinds import file_class
from pdfbatch_api.protocols import Asset, Engine, Page, PageFile, Reader, RowTemplate
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_api.values import RowData
from pdfbatch_renderer.engines.kinds import EngineSettings, kind_for, require_programs
from pdfbatch_renderer.postprocessing import RowFile, compile_steps
from pdfbatch_renderer.postprocessing.dates import fix_dates
from pdfbatch_renderer.postprocessing.files import split
from pdfbatch_renderer.postprocessing.office_print import without_moment
from pdfbatch_renderer.postprocessing.page_count import page_count
from pdfbatch_renderer.postprocessing.page_numbers import compile_page_numbers
from pdfbatch_renderer.postprocessing.row_files import row_columns, row_files
from pdfbatch_renderer.postprocessing.source_pdf import source_password, source_pdf
from pdfbatch_renderer.postprocessing.structure_ids import renumber_structure_ids
from pdfbatch_renderer.rendering.document import DocumentMaker, FinishPdf
from pdfbatch_renderer.rendering.slots import Slots
from pdfbatch_renderer.templates import (
    Bundle,
    bundle_assets,
    check_columns,
    compile_data_template,
    compile_template,
    compile_text,
    page_of_document,
    place_images,
    refuse_cmyk,
)

PRODUCER = "pdfbatch"


def document_date(spec: PdfBatchSpec) -> dt.datetime:
    """spec.documentDate as a moment."""
    text = spec.document_date
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def is_reproducible(spec: PdfBatchSpec) -> bool:
    """Whether two attempts at a document come to the same bytes. Signatures hold the moment, and chance.

    Raises:
        EngineMissingError: the engine is not installed.
    """
    return spec.postprocessing.signature is None and kind_for(spec).reproducible(spec)


@dataclass(frozen=True, slots=True)
class Composition:
    """A batch, ready to be rendered.

    Attributes:
        bundle: the template's files; None where the source gives whole documents.
        assets: what pages may load, by path.
        step_files: what the steps' files hold, by the manifest's URI.
        secret: the batch's, where it encrypts; not known before there is a plan.
    """

    spec: PdfBatchSpec
    bundle: Bundle | None
    assets: Mapping[str, Asset]
    template: RowTemplate | None
    step_files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    secret: bytes | None = field(default=None, repr=False)

    @property
    def date(self) -> dt.datetime:
        """The moment that stands in for the clock."""
        return document_date(self.spec)

    @property
    def settings(self) -> EngineSettings:
        """What this batch's engine is made from."""
        digest = self.bundle.digest if self.bundle else "0" * 64
        return EngineSettings(self.spec, self.assets, digest, self.date)

    def engine(self, *, shared: bool = False) -> Engine:
        """An engine for this batch, not started.

        Args:
            shared: other processes of ours print there too.

        Raises:
            EngineMissingError: there is none on this machine.
        """
        return kind_for(self.spec, shared=shared).engine(self.settings)

    def refuse_unknown_columns(self, columns: Sequence[str]) -> None:
        """Raises TemplateError on a name in the template that no row has, where templates are compiled here, and
        ManifestError on a step's column that no row has.
        """
        spec = self.spec
        for key, column in row_columns(spec.postprocessing):
            if column not in columns:
                raise ManifestError(
                    f"no row has the column {column!r}",
                    where=Where(key=key),
                    hint="The rows have " + ", ".join(map(str, columns[:20])) + ".",
                )
        if spec.template is None or self.bundle is None or spec.engine.name == "typst":
            return
        problems = check_columns(
            self.bundle, columns, spec=spec.template, page=spec.page, optional=spec.optional_assets
        )
        if problems:
            raise problems[0]

    def finisher(self) -> FinishPdf:
        """What is done to each print: the bytes made reproducible, then the steps of spec.postprocessing.

        Raises:
            ManifestError, TemplateError: a step's file, text, password or column is at fault.
        """
        spec, date = self.spec, self.date
        if spec.source.rows is None and spec.source.items is None:
            for key, column in row_columns(spec.postprocessing):
                raise ManifestError(
                    f"there is no column {column!r}: files have none",
                    where=Where(key=key),
                    hint="Give the documents as rows, or a password from a Secret.",
                )
        steps = compile_steps(
            spec.postprocessing,
            text=self._text,
            document_date=date,
            producer=PRODUCER,
            files=self.step_files,
            secret=self.secret,
            environment=os.environ,
        )
        if spec.output.container is not None and spec.output.container.page_numbers is not None:
            compile_page_numbers(spec.output.container.page_numbers)  # its characters can be set, or this says so
        if spec.source.files is not None:
            source_password(spec.source.files, os.environ)  # it is there, or this says so
        tagged = spec.page.tagged or spec.page.outline
        by_chromium = spec.engine.name == "chromium"

        def finish(
            pdf: bytes, row: RowData, number: int, files: Mapping[str, RowFile], media_type: str | None
        ) -> tuple[bytes, int]:
            pages = page_count(pdf)
            by = "page" if media_type is None else file_class(media_type)
            if by == "office":
                pdf = without_moment(pdf, date)
            elif by == "page" and by_chromium:
                # The other engines are told the date, and number what they tag from the document's own beginning.
                pdf = fix_dates(pdf, date)
                if tagged:
                    pdf = renumber_structure_ids(pdf)
            return steps(pdf, row, number, files), pages

        return finish

    def _text(self, pattern: str, what: str) -> Callable[[RowData, int], str]:
        return compile_text(pattern, spec=self.spec.template, what=what, document_date=self.date)

    def maker(self, slots: Slots, reader: Reader) -> DocumentMaker:
        """What a worker does with every document."""
        page, whole = self.spec.page, self.spec.source.files
        password = source_password(whole, os.environ) if whole is not None else None
        changed = self.spec.postprocessing != PostprocessingSpec()

        def document_page(document: bytes, media_type: str, path: str) -> tuple[Page, tuple[str, ...]]:
            match file_class(media_type):
                case "page":
                    return page_of_document(document, media_type, page=page, path=path), ()
                case "office":
                    return PageFile(document, media_type), ()
                case "pdf":
                    pdf, warnings = source_pdf(document, password, changed=changed)
                    return PageFile(pdf, media_type), warnings

        return DocumentMaker(
            slots=slots,
            template=self.template,
            document_page=document_page,
            images=self.spec.source.images,
            place_images=place_images,
            read_image=lambda uri, limit: reader.read(uri, limit=limit),
            row_files=row_files(self.spec.postprocessing, lambda uri, limit: reader.read(uri, limit=limit)),
            finish=self.finisher(),
        )


def compose(spec: PdfBatchSpec, *, files: Mapping[str, bytes], entry: str | None, digest: str) -> Composition:
    """A batch's parts from its frozen template.

    Args:
        files: the template's files by path, none where the source gives whole documents; and the steps'.
        entry: the file that is rendered, unless a column names it.

    Raises:
        TemplateError: it does not compile.
        EngineMissingError: the engine is not installed.
    """
    require_programs(spec)
    files, step_files, secret = split(files)
    bundle = Bundle(files=files, entry=entry, digest=digest)
    template: RowTemplate | None = None
    if spec.template is not None and spec.engine.name == "typst":
        from pdfbatch_renderer.engines.typst.kind import refuse_taken_names

        refuse_taken_names(files)
        template = compile_data_template(bundle, spec=spec.template, limit=size_bytes(spec.limits.html))
    elif spec.template is not None:
        if spec.engine.name == "chromium":
            refuse_cmyk(files, entry)
        template = compile_template(
            bundle,
            spec=spec.template,
            page=spec.page,
            document_date=document_date(spec),
            html_limit=size_bytes(spec.limits.html),
            optional=spec.optional_assets,
        )
    return Composition(
        spec=spec,
        bundle=bundle,
        assets=bundle_assets(bundle),
        template=template,
        step_files=step_files,
        secret=secret,
    )
