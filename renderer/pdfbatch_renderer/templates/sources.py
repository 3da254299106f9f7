"""The bundle's text files as sources for Jinja2: prepared once, found by their path and nowhere else."""

from collections.abc import Callable, Mapping, Sequence

from jinja2 import BaseLoader, Environment
from jinja2.exceptions import TemplateNotFound

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_renderer.templates.bundle import TEMPLATE_SUFFIXES, Bundle
from pdfbatch_renderer.templates.preparation import prepare_source
from pdfbatch_renderer.templates.preparation.references import References


def decoded(path: str, data: bytes) -> str:
    """A text file's text.

    Raises:
        TemplateError: it is not UTF-8, with the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"the file is not UTF-8 (byte {data[error.start]:#04x})",
            where=Where(uri=path, line=data.count(b"\n", 0, error.start) + 1),
            hint="Save it as UTF-8.",
        ) from error


def is_template(path: str) -> bool:
    """Whether a file of a bundle is a template, by its name's ending; others may be included, as they are."""
    return path.lower().endswith(TEMPLATE_SUFFIXES)


class BundleSources(BaseLoader):
    """Jinja2's loader over a bundle.

    Args:
        optional: glob patterns of assets that may be missing.
        own: sources by name that are no files: the header of the manifest, for example.

    Raises:
        TemplateError: a template refers to a file that is not there, or is not UTF-8.
    """

    def __init__(self, bundle: Bundle, *, optional: Sequence[str] = (), own: Mapping[str, str] | None = None) -> None:
        self._bundle = bundle
        self._references = References(bundle.files, optional)
        self._prepared: dict[str, str] = {}
        self.own = dict(own or {})
        self.templates = sorted({path for path in bundle.files if is_template(path)} | {*filter(None, [bundle.entry])})
        for path in self.templates:
            self._prepared[path] = prepare_source(self.original(path), references=self._references, file=path)
        for name, text in self.own.items():
            self._prepared[name] = prepare_source(
                text, references=References(bundle.files, optional, whole=True), file=name
            )

    def original(self, name: str) -> str:
        """A source as its author knows it.

        Raises:
            TemplateError: it is not UTF-8.
        """
        if name in self.own:
            return self.own[name]
        return decoded(name, self._bundle.files[name])

    def holds(self, name: str) -> bool:
        """Whether there is a source of that name."""
        return name in self._prepared or name in self._bundle.files

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Called by Jinja2; a template's name is its path from the bundle's top."""
        if template not in self._prepared:
            if template not in self._bundle.files:
                raise TemplateNotFound(template)
            try:
                self._prepared[template] = self.original(template)
            except TemplateError as error:
                raise TemplateNotFound(template, message=str(error)) from error
        return self._prepared[template], template, None

    def list_templates(self) -> list[str]:
        """The names of all sources that are compiled beforehand."""
        return [*self.templates, *self.own]
