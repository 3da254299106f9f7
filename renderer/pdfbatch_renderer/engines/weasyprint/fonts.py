"""The fonts that a document may use: the system's, and those that it brings itself."""

from typing import Any

from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]


class Fonts(FontConfiguration):  # type: ignore[misc]
    """WeasyPrint's font configuration, which knows whether it is as new.

    One that got fonts of a document is no other document's. Those that did not can share one: Pango (1.50) never frees
    what it holds of Fontconfig, 220 KB each time.

    Attributes:
        used: whether a document brought a font, or tried to.
    """

    used = False

    def add_font_face(self, *descriptors: Any, **more: Any) -> Any:
        self.used = True
        return super().add_font_face(*descriptors, **more)
