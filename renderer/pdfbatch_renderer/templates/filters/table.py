"""Every name that a template finds: one place to read, and to add one."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from pdfbatch_renderer.templates.assets import data_uri
from pdfbatch_renderer.templates.codes import barcode, epc_qr, qr
from pdfbatch_renderer.templates.filters.arithmetic import as_decimal, rounded, sum_of
from pdfbatch_renderer.templates.filters.texts import BOUNDED, lines, nl2br
from pdfbatch_renderer.templates.formats.locale_formats import LocaleFormats
from pdfbatch_renderer.templates.media_types import media_type_of
from pdfbatch_renderer.templates.refusals import RefusedError, shown
from pdfbatch_renderer.templates.suggestions import did_you_mean

# The same row gives the same bytes: no chance. `lipsum` is chance as well.
REMOVED_FILTERS: Final = ("random",)
REMOVED_FUNCTIONS: Final = ("lipsum",)


def filters_of(formats: LocaleFormats, files: Mapping[str, bytes]) -> dict[str, Callable[..., Any]]:
    """The filters, by name, for one locale and one template's files."""
    return {
        **BOUNDED,
        "as_decimal": as_decimal,
        "barcode": barcode,
        "data_uri": _data_uri_of(files),
        "date": formats.date,
        "datetime": formats.datetime,
        "decimal": formats.decimal,
        "lines": lines,
        "money": formats.money,
        "nl2br": nl2br,
        "number": formats.number,
        "percent": formats.percent,
        "qr": qr,
        "round": rounded,
        "sum": sum_of,
        "sum_of": sum_of,
        "time": formats.time,
    }


def functions_of(files: Mapping[str, bytes], now: dt.datetime | None) -> dict[str, Callable[..., Any]]:
    """The functions, by name.

    Args:
        now: the batch's documentDate in the template's zone; None where there is none, and now() is then no name.
    """
    functions: dict[str, Callable[..., Any]] = {
        "barcode": barcode,
        "data_uri": _data_uri_of(files),
        "epc_qr": epc_qr,
        "qr": qr,
    }
    if now is not None:
        functions.update(_clock(now))
    return functions


def _clock(moment: dt.datetime) -> dict[str, Callable[..., Any]]:
    day = moment.date()

    def now() -> dt.datetime:
        return moment

    def today() -> dt.date:
        return day

    return {"now": now, "today": today}


def _data_uri_of(files: Mapping[str, bytes]) -> Callable[[str], str]:
    made: dict[str, str] = {}

    def data_uri_of_path(path: str) -> str:
        """A file of the template's folder as a data: URI.

        Raises:
            RefusedError: there is no such file.
        """
        if path not in made:
            data = files.get(path) if isinstance(path, str) else None
            if data is None:
                raise RefusedError(
                    f"there is no file {shown(path)} in the template's folder",
                    hint=did_you_mean(str(path), files, listed="There are"),
                )
            made[path] = data_uri(data, media_type_of(path))
        return made[path]

    return data_uri_of_path
