"""Reads a manifest: YAML as a tired person writes it, into a PdfBatch, or into every mistake with its line.

A manifest means the same here and to `kubectl apply`: types are strict as JSON's are, keys are camelCase, dates are
text. What YAML reads as something else than was meant (`yes`, 007, an unquoted {{ column }}) is named as such.
"""

from typing import Any

from pydantic import ValidationError

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.manifest.mistakes import Mistake, raise_mistakes
from pdfbatch_api.manifest.schema import known_keys
from pdfbatch_api.manifest.syntax import read_document
from pdfbatch_api.manifest.tree import Tree
from pdfbatch_api.manifest.wording import kind_of, mistakes_of
from pdfbatch_api.nearest import nearest
from pdfbatch_api.resource import API_VERSION, KIND, PdfBatch

__all__ = ["parse_manifest"]


def parse_manifest(text: str, *, uri: str = "manifest") -> PdfBatch:
    """The batch that a manifest describes.

    Args:
        text: one YAML (or JSON) document of at most 4 million characters.
        uri: what errors call the manifest.

    Raises:
        ManifestError: everything that is wrong with it (up to 20 mistakes), each with its key and line.
    """
    tree = Tree(read_document(text, uri), uri)
    value = tree.value
    if not isinstance(value, dict):
        raise ManifestError(
            f"a manifest is a mapping, this is {'empty' if value is None else kind_of(value)}",
            where=tree.where(()),
            hint=f"Begin with apiVersion: {API_VERSION} and kind: {KIND}.",
        )
    raise_mistakes(_header(tree, value), uri)
    mistakes = list(tree.mistakes)
    try:
        batch = PdfBatch.model_validate(value, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        mistakes += mistakes_of(error, tree)
    raise_mistakes(mistakes, uri)
    return batch


def _header(tree: Tree, value: dict[str, Any]) -> list[Mistake]:
    """What is wrong with apiVersion and kind; other mistakes mean nothing if this is another kind of thing."""
    found = []
    for key, known in (("apiVersion", API_VERSION), ("kind", KIND)):
        if key in value:
            if value[key] != known:
                found.append(Mistake((key,), tree.line((key,)), f"{value[key]!r} is not known", f"Write {known}."))
        else:
            # A key that is only misspelt is named with its line.
            typo = next((other for other in value if nearest(other, known_keys(())) == key), None)
            if typo is None:
                found.append(Mistake((key,), tree.line(()), "missing", f"Write {key}: {known}."))
            else:
                found.append(Mistake((typo,), tree.line((typo,)), "unknown key", f"Did you mean {key}?"))
    return found
