"""The plan tries the first row where only the engine can read the template: its mistakes are found before a million
rows fail of them one by one.

What may be the row's own (a picture that is not there, a value of another kind) stays the row's.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_api.protocols import PageData
from pdfbatch_api.values import RowData
from pdfbatch_renderer.engines.child.messages import Refused
from pdfbatch_renderer.rendering.compose import Composition


@dataclass(slots=True)
class Trial:
    """A batch's first row, tried once. For templates that are compiled here there is nothing to try."""

    composition: Composition
    _tried: bool = False
    _missed: Refused | None = None

    def first(self, row: RowData, number: int, entry: str | None, columns: Collection[str] | None) -> None:
        """Tries the row, if it is the first.

        Args:
            columns: of all rows, where they are known.

        Raises:
            TemplateError: the template's mistake, whatever the row.
            EngineError.
        """
        if self._tried or self.composition.spec.engine.name != "typst" or self.composition.template is None:
            return
        self._tried = True
        from pdfbatch_renderer.engines.typst.kind import try_row

        page = self.composition.template.render(row, number=number, entry=entry, context={})
        assert isinstance(page, PageData)
        refused = try_row(self.composition.settings, page)
        if refused is None:
            return
        if refused.always:
            raise _error(refused)
        self._missed = refused if refused.column is not None else None
        if columns is not None:
            self.rest(columns)

    def rest(self, columns: Collection[str]) -> None:
        """Raises TemplateError if what the first row missed is a column of no row."""
        if self._missed is not None and self._missed.column not in columns:
            raise _error(self._missed)


def _error(refused: Refused) -> TemplateError:
    where = Where(uri=refused.file, line=refused.line, column=refused.column)
    return TemplateError(refused.what, where=where, hint=refused.hint or None)
