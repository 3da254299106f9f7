"""The document's properties as XMP (ISO 16684-1), which archives read and PDF/A asks for.

A library that builds and merges XMP trees takes 3 ms a document; what is written here is always the same small
XML, so it is a text with its values escaped.
"""

from typing import Final
from xml.sax.saxutils import escape

from pdfbatch_renderer.postprocessing.pdf_strings import in_utc
from pdfbatch_renderer.postprocessing.properties import Properties

# ISO 16684-1, 7.3.2: the byte order mark tells the encoding, the id is the same in every packet.
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END: Final = '<?xpacket end="w"?>'
_OPEN: Final = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">\n'
    "<dc:format>application/pdf</dc:format>\n"
)
_CLOSE: Final = "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"

# Property, and how its value is wrapped: Dublin Core's are arrays (ISO 16684-1, 8.3).
_TITLE: Final = '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>\n'
_AUTHOR: Final = "<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>\n"
_SUBJECT: Final = '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:description>\n'
_LANGUAGE: Final = "<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>\n"
_KEYWORDS: Final = "<pdf:Keywords>%s</pdf:Keywords>\n"
_PRODUCER: Final = "<pdf:Producer>%s</pdf:Producer>\n"
_CREATOR: Final = "<xmp:CreatorTool>%s</xmp:CreatorTool>\n"
_DATES: Final = (
    "<xmp:CreateDate>%s</xmp:CreateDate>\n"
    "<xmp:ModifyDate>%s</xmp:ModifyDate>\n"
    "<xmp:MetadataDate>%s</xmp:MetadataDate>\n"
)


def packet(properties: Properties) -> bytes:
    """The XMP packet of a document, UTF-8."""
    utc = in_utc(properties.created)
    date = f"{utc.year:04d}-{utc:%m-%dT%H:%M:%SZ}"
    parts = [_BEGIN, _OPEN]
    for wrap, value in (
        (_TITLE, properties.title),
        (_AUTHOR, properties.author),
        (_SUBJECT, properties.subject),
        (_LANGUAGE, properties.language),
        (_KEYWORDS, properties.keywords),
        (_PRODUCER, properties.producer),
        (_CREATOR, properties.creator),
    ):
        if value is not None:
            parts.append(wrap % escape(value))
    parts += (_DATES % (date, date, date), _CLOSE, _END)
    return "".join(parts).encode()
