"""PDFs that are there already are looked at, and stay as they are unless something is done to them."""

from io import BytesIO

import pikepdf
import pytest

from pdfbatch_api.errors import DocumentError, ManifestError
from pdfbatch_api.resource import FilesSource
from pdfbatch_renderer.postprocessing.source_pdf import source_password, source_pdf


def pdf_of(pages: int, *, user: str | None = None, owner: str | None = None, signed: bool = False) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if signed:
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[], SigFlags=3)
    out = BytesIO()
    encryption = pikepdf.Encryption(user=user or "", owner=owner or "") if user or owner else False
    document.save(out, encryption=encryption)
    return out.getvalue()


def failure_of(pdf: bytes, password: str | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        source_pdf(pdf, password, changed=False)
    return caught.value


def test_a_pdf_stays_byte_for_byte_as_it_is() -> None:
    pdf = pdf_of(3)

    assert source_pdf(pdf, None, changed=True) == (pdf, ())


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no PDF at all",
        pdf_of(3)[:-300],
        pdf_of(3)[:40],
        pdf_of(3).replace(b"startxref\n", b"startxref\n9"),
        pdf_of(3).replace(b"/Catalog", b"/Catalug").replace(b"/Pages", b"/Pagez"),
        pdf_of(0),
    ],
)
def test_a_damaged_pdf_fails_and_is_not_repaired(damaged: bytes) -> None:
    error = failure_of(damaged)

    assert error.reason == "DocumentDamaged"
    assert "qpdf in.pdf out.pdf" in str(error)


@pytest.mark.parametrize(("user", "owner"), [("open", "own"), (None, "own")])
def test_an_encrypted_pdf_fails_without_its_password(user: str | None, owner: str) -> None:
    error = failure_of(pdf_of(1, user=user, owner=owner))

    assert error.reason == "DocumentEncrypted"
    assert "passwordSecretRef" in str(error)


def test_another_password_is_no_password_and_is_not_told() -> None:
    error = failure_of(pdf_of(1, user="open", owner="own"), "wr0ng-secret")

    assert error.reason == "DocumentEncrypted"
    assert "another password" in str(error)
    assert "wr0ng" not in str(error)


@pytest.mark.parametrize("password", ["open", "own"])
def test_a_password_opens_it_and_it_is_encrypted_no_more(password: str) -> None:
    pdf, warnings = source_pdf(pdf_of(2, user="open", owner="own"), password, changed=False)

    with pikepdf.open(BytesIO(pdf)) as document:
        assert (document.is_encrypted, len(document.pages)) == (False, 2)
    assert warnings == ()


@pytest.mark.parametrize("changed", [True, False])
def test_a_signature_that_does_not_outlive_the_steps_is_told(changed: bool) -> None:
    _, warnings = source_pdf(pdf_of(1, signed=True), None, changed=changed)

    assert ["signature invalid" in warning for warning in warnings] == [True] * changed


def test_the_password_comes_from_the_environment_or_its_absence_is_a_mistake() -> None:
    spec = FilesSource.model_validate({"uri": "in/", "passwordSecretRef": {"name": "s", "key": "k"}})

    assert source_password(FilesSource(uri="in/"), {"PDFBATCH_SOURCE_PASSWORD": "x"}) is None
    assert source_password(spec, {"PDFBATCH_SOURCE_PASSWORD": "x\n"}) == "x"
    with pytest.raises(ManifestError, match="PDFBATCH_SOURCE_PASSWORD is not set"):
        source_password(spec, {})
