"""What the process that prints with LibreOffice is told."""

import msgspec


class LibreOfficeSettings(msgspec.Struct, frozen=True):
    """The same for all documents of a batch.

    Attributes:
        program: the folder of LibreOffice's libraries.
        tagged, outline: of the PDFs, as in spec.page.
    """

    program: str
    tagged: bool = False
    outline: bool = False
