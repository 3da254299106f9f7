"""The fonts that a document may use: the system's, and those that its style sheets bring.

WeasyPrint makes a font configuration for each document. Pango (1.50) never frees what one holds of Fontconfig, 220 KB,
and to unpack a WOFF2 takes longer than to lay a page out. So documents that bring the same fonts share one.
"""

import hashlib
from collections import OrderedDict
from typing import Any, Final

from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

from pdfbatch_renderer.engines.weasyprint.assets import Assets

_MOST_KEPT: Final = 16
"""A batch whose documents bring more different sets of fonts than this makes some of them again."""

_Faces = dict[bytes, dict[str, Any]]
"""@font-face rules in their order, each under the digest of all that it says, its addresses included."""


class Fonts:
    """Font configurations by what they hold, the last used ones kept."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._kept: OrderedDict[tuple[bytes, ...], Any] = OrderedDict()

    def of_document(self) -> "DocumentFonts":
        """The fonts of a document that begins, to be given to WeasyPrint as its `font_config`."""
        return DocumentFonts(self)

    def with_faces(self, faces: _Faces) -> Any:
        """A configuration that holds these faces and no others."""
        key = tuple(faces)
        if any(self._assets.is_own(url) for descriptors in faces.values() for _, url in descriptors["src"]):
            return self._new(faces)  # the next document's file of this address is another
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        troubles = self._assets.troubles
        made = self._new(faces)
        if self._assets.troubles == troubles:  # else the next document has to hear of it too
            self._kept[key] = made
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _new(self, faces: _Faces) -> Any:
        made = FontConfiguration()
        for descriptors in faces.values():
            made.add_font_face(descriptors, self._assets)
        return made


class DocumentFonts:
    """What WeasyPrint knows as a FontConfiguration, made or found when a document has told its fonts and is laid out.

    Attributes:
        font_map: PangoFontMap *.
        strut_layouts: WeasyPrint's cache of line heights, by style.
        font_features: its cache of OpenType features' attributes.
    """

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._faces: _Faces = {}
        self._made: Any = None
        self._outgrown: list[Any] = []

    def add_font_face(self, rule_descriptors: dict[str, Any], url_fetcher: object) -> None:
        """Called by WeasyPrint for every @font-face: of a page before it is laid out, of an SVG whenever it is met."""
        face = hashlib.sha256(repr(rule_descriptors).encode(errors="surrogatepass")).digest()
        if face in self._faces:
            return
        self._faces[face] = rule_descriptors
        if self._made is not None:
            # An SVG's font comes when the page has begun to use the others: it goes on with those and this one. What
            # is printed already is still read from the files of the configuration that it had.
            self._outgrown.append(self._made)
            self._made = None

    @property
    def font_map(self) -> Any:
        return self._configuration.font_map

    @property
    def strut_layouts(self) -> Any:
        return self._configuration.strut_layouts

    @property
    def font_features(self) -> Any:
        return self._configuration.font_features

    @property
    def _configuration(self) -> Any:
        if self._made is None:
            self._made = self._fonts.with_faces(self._faces)
        return self._made
