"""Office files, small and made by hand: what they hold is known to the last word."""

import zipfile
from io import BytesIO

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" office:version="1.2"'
)
_ODF_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_KIND = "application/vnd.oasis.opendocument."
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def packed(members: dict[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _odf(kind: str, body: str, *, events: str = "", more: dict[str, str] | None = None) -> bytes:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media_type}"/>'
        for path, media_type in (
            ("/", _KIND + kind),
            ("content.xml", "text/xml"),
            *((name, "text/xml") for name in more or ()),
        )
    )
    return packed(
        {
            "mimetype": _KIND + kind,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_ODF_MANIFEST}" manifest:version="1.2">'
            f"{entries}</manifest:manifest>",
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODF}>'
            f"<office:scripts>{events}</office:scripts><office:body>{body}</office:body></office:document-content>",
            **(more or {}),
        }
    )


def odt(text: str, *, more: str = "", events: str = "", members: dict[str, str] | None = None) -> bytes:
    """A paragraph, and whatever else."""
    return _odf("text", f"<office:text><text:p>{text}</text:p>{more}</office:text>", events=events, more=members)


def odp(text: str) -> bytes:
    """A slide."""
    frame = (
        '<draw:frame svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="3cm"><draw:text-box>'
        f"<text:p>{text}</text:p></draw:text-box></draw:frame>"
    )
    return _odf(
        "presentation", f'<office:presentation><draw:page draw:name="p1">{frame}</draw:page></office:presentation>'
    )


def _ooxml(main: str, main_type: str, members: dict[str, str], types: dict[str, str] | None = None) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_OPEN_XML}{media_type}+xml"/>'
        for name, media_type in {main: main_type, **(types or {})}.items()
    )
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>',
            "_rels/.rels": relations({"r1": ("officeDocument", main)}),
            **members,
        }
    )


def relations(targets: dict[str, tuple[str, str]]) -> str:
    """Part of an Office Open XML package: what it refers to."""
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="{name}" Type="{_RELATIONSHIP}/{kind}" Target="{target}"/>'
            for name, (kind, target) in targets.items()
        )
        + "</Relationships>"
    )


def docx(*paragraphs: str) -> bytes:
    """Paragraphs; one that is `---` ends a page."""
    runs = "".join(
        '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' if text == "---" else f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
        for text in paragraphs
    )
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{runs}</w:body></w:document>"
    )
    return _ooxml("word/document.xml", "wordprocessingml.document.main", {"word/document.xml": body})


def pptx(text: str) -> bytes:
    """A slide, on a master and a layout of nothing."""
    spaces = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{_RELATIONSHIP}"'
    )
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    box = (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
        '<a:off x="500000" y="500000"/><a:ext cx="8000000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        f"</a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    own = ("accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink")
    mapped = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2", **{name: name for name in own}}
    colours = " ".join(f'{name}="{value}"' for name, value in mapped.items())
    members = {
        "ppt/presentation.xml": f'<p:presentation {spaces}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="m"/>'
        '</p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="s"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/>'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            {"m": ("slideMaster", "slideMasters/m.xml"), "s": ("slide", "slides/s.xml")}
        ),
        "ppt/slideMasters/m.xml": f"<p:sldMaster {spaces}><p:cSld><p:spTree>{group}</p:spTree></p:cSld>"
        f'<p:clrMap {colours}/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="l"/></p:sldLayoutIdLst>'
        "</p:sldMaster>",
        "ppt/slideMasters/_rels/m.xml.rels": relations({"l": ("slideLayout", "../slideLayouts/l.xml")}),
        "ppt/slideLayouts/l.xml": f"<p:sldLayout {spaces}><p:cSld><p:spTree>{group}</p:spTree></p:cSld></p:sldLayout>",
        "ppt/slideLayouts/_rels/l.xml.rels": relations({"m": ("slideMaster", "../slideMasters/m.xml")}),
        "ppt/slides/s.xml": f"<p:sld {spaces}><p:cSld><p:spTree>{group}{box}</p:spTree></p:cSld></p:sld>",
        "ppt/slides/_rels/s.xml.rels": relations({"l": ("slideLayout", "../slideLayouts/l.xml")}),
    }
    types = {
        "ppt/slideMasters/m.xml": "presentationml.slideMaster",
        "ppt/slideLayouts/l.xml": "presentationml.slideLayout",
        "ppt/slides/s.xml": "presentationml.slide",
    }
    return _ooxml("ppt/presentation.xml", "presentationml.presentation.main", members, types)


def rtf(text: str) -> bytes:
    """A paragraph."""
    return b"{\\rtf1\\ansi " + text.encode("ascii") + b"\\par}\n"
