"""Encrypted PDFs open with their password and with no other, in every program; the same plan gives the same bytes."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pdfbatch_api.errors import DocumentError, ManifestError, WorkFolderError
from pdfbatch_api.resource.postprocessing import EncryptionSpec
from pdfbatch_renderer.postprocessing.encryption import freeze_secret
from pdfbatch_renderer.postprocessing.encryption.derivation import Derivation
from pdfbatch_renderer.postprocessing.encryption.passwords import prepare

from .conftest import a_paper, foreign, printed, steps_of

ENV = {"PDFBATCH_USER_PASSWORD": "opens", "PDFBATCH_OWNER_PASSWORD": "rules"}
SECRET = {"name": "passwords", "key": "pdf"}
BY_COLUMN = {"userPasswordColumn": "pw"}
BY_SECRET = {"userPasswordSecretRef": SECRET, "ownerPasswordSecretRef": SECRET}


def a_secret(env=ENV, **spec) -> bytes:
    return freeze_secret(EncryptionSpec.model_validate(spec), env)


def encrypted(document=None, row=None, *, number=1, secret=None, env=ENV, also=None, files=None, **spec) -> bytes:
    document = printed("tagged") if document is None else document
    secret = a_secret(env, **spec) if secret is None else secret
    return steps_of(encryption=spec, secret=secret, env=env, files=files, **(also or {}))(document, row or {}, number)


def opens(pdf: bytes, password: str | None) -> bool:
    """Whether both qpdf's and Chromium's reader open it."""
    answers = set()
    try:
        pikepdf.open(BytesIO(pdf), password=password or "").close()
        answers.add(True)
    except pikepdf.PasswordError:
        answers.add(False)
    try:
        pypdfium2.PdfDocument(pdf, password=password).close()
        answers.add(True)
    except pypdfium2.PdfiumError:
        answers.add(False)
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize("print_of", ["plain", "tagged", "many_pages"])
def test_three_programs_read_it_with_the_password_and_nobody_without(print_of, judge):
    pdf = printed(print_of)

    made = encrypted(pdf, {"pw": "pässwörd"}, **BY_COLUMN)

    assert judge(made, "pdftotext", "-upw", "pässwörd", "PDF", "-") == judge(pdf, "pdftotext", "PDF", "-")
    judge(made, "qpdf", "--check", "--password=pässwörd", "PDF")
    assert opens(made, "pässwörd")
    for wrong in (None, "", "Pässwörd", "pässwörd ", "opens"):
        assert not opens(made, wrong)


def test_nothing_of_the_document_can_be_read_in_the_file(judge):
    steps = {"metadata": {"title": "Zeugnis von {name}"}, "attachments": [{"uri": "note.txt", "name": "{name}.txt"}]}
    row = {"pw": "a", "name": "Kowalewska"}

    made = encrypted(row=row, also=steps, files={"note.txt": b"Kowalewska"}, **BY_COLUMN)

    for secret in (b"Kowalewska", "Kowalewska".encode("utf-16-be"), b"Zeugnis", b"xpacket", b"Chromium"):
        assert secret not in made
    assert "Title:           Zeugnis von Kowalewska" in judge(made, "pdfinfo", "-upw", "a", "PDF")


def test_decrypted_by_another_program_it_is_what_it_was(judge, tmp_path):
    pdf = printed("tagged")
    made = encrypted(pdf, {"pw": "a"}, **BY_COLUMN)

    with pikepdf.open(BytesIO(made), password="a") as after, pikepdf.open(BytesIO(pdf)) as before:
        assert [page.Contents.read_bytes() for page in after.pages] == [
            page.Contents.read_bytes() for page in before.pages
        ]
        assert str(after.docinfo.Creator) == str(before.docinfo.Creator)
        assert str(after.Root.Lang) == str(before.Root.Lang)
        ids = [
            sorted(str(item.ID) for item in one.objects if isinstance(item, pikepdf.Dictionary) and "/ID" in item)
            for one in (after, before)
        ]
        assert ids[0] == ids[1] != []


def test_it_is_aes_256_of_revision_6(judge):
    said = judge(encrypted(row={"pw": "a"}, **BY_COLUMN), "qpdf", "--show-encryption", "--password=a", "PDF")

    assert "R = 6" in said
    assert said.count("AESv3") == 3


@pytest.mark.parametrize(
    ("allow", "granted"),
    [
        (["print", "accessibility"], {"extract for accessibility", "print low resolution", "print high resolution"}),
        ([], set()),
        (["copy"], {"extract for any purpose"}),
        (["modify"], {"modify other"}),
        (["annotate"], {"modify annotations"}),
        (["fillForms"], {"modify forms"}),
        (["assemble"], {"modify document assembly"}),
    ],
)
def test_permissions_are_those_that_were_given(allow, granted, judge):
    said = judge(
        encrypted(row={"pw": "a"}, allow=allow, **BY_COLUMN), "qpdf", "--show-encryption", "--password=a", "PDF"
    )

    assert {line.partition(":")[0] for line in said.splitlines() if line.endswith(": allowed")} == granted


def test_the_owner_opens_it_too_and_the_user_is_not_the_owner(judge):
    made = encrypted(**BY_SECRET)

    assert opens(made, "opens")
    assert "Supplied password is owner password" in judge(made, "qpdf", "--show-encryption", "--password=rules", "PDF")
    assert "Supplied password is user password" in judge(made, "qpdf", "--show-encryption", "--password=opens", "PDF")


def test_with_an_owners_password_alone_everybody_may_read_and_nobody_change(judge):
    made = encrypted(ownerPasswordSecretRef=SECRET)

    assert opens(made, None)
    assert "modify anything: not allowed" in judge(made, "qpdf", "--show-encryption", "PDF")


# ---- the same bytes, and yet nothing in common


def test_the_same_row_of_the_same_plan_is_the_same_bytes():
    secret = a_secret(**BY_COLUMN)
    for pdf in (printed("tagged"), foreign(printed("tagged"))):
        assert encrypted(pdf, {"pw": "a"}, secret=secret, **BY_COLUMN) == encrypted(
            pdf, {"pw": "a"}, secret=secret, **BY_COLUMN
        )


def parts_of(pdf: bytes) -> set[bytes]:
    """What is random in an encrypted file: keys, salts and the first block of every string and stream."""
    with pikepdf.open(BytesIO(pdf), password="a") as document:
        entries = document.trailer.Encrypt
        u, o = bytes(entries.U), bytes(entries.O)
        parts = {document.encryption.encryption_key, u[:32], u[32:40], u[40:], o[:32], o[32:40], o[40:]}
        return parts | {bytes(entries[key]) for key in ("/UE", "/OE", "/Perms")}


def vectors_of(pdf: bytes) -> list[bytes]:
    """The initialization vectors of all streams, by reading the file as bytes."""
    vectors, start = [], 0
    while (start := pdf.find(b"stream\n", start)) >= 0:
        if pdf[start - 3 : start] != b"end":
            vectors.append(pdf[start + 7 : start + 23])
        start += 7
    return vectors


def test_two_plans_two_rows_and_two_documents_have_no_key_and_no_salt_in_common():
    secret = a_secret(**BY_COLUMN)
    made = [
        encrypted(row={"pw": "a"}, secret=secret, **BY_COLUMN),
        encrypted(row={"pw": "a"}, number=2, secret=secret, **BY_COLUMN),
        encrypted(printed("plain"), {"pw": "a"}, secret=secret, **BY_COLUMN),
        encrypted(row={"pw": "a"}, **BY_COLUMN),
    ]

    every = [parts_of(pdf) for pdf in made]
    assert len(set().union(*every)) == sum(map(len, every)) == 40


def test_no_initialization_vector_is_used_twice():
    secret = a_secret(**BY_SECRET)
    vectors = [
        vector
        for number in (1, 2)
        for vector in vectors_of(encrypted(printed("many_pages"), number=number, secret=secret, **BY_SECRET))
    ]

    assert len(vectors) > 50
    assert len(set(vectors)) == len(vectors)


def test_a_secrets_password_has_its_salts_once_a_batch_and_every_file_its_own_key():
    secret = a_secret(**BY_SECRET)
    keys = []
    for number in (1, 2):
        with pikepdf.open(BytesIO(encrypted(number=number, secret=secret, **BY_SECRET)), password="opens") as document:
            keys.append((bytes(document.trailer.Encrypt.U), document.encryption.encryption_key))

    assert keys[0][0] == keys[1][0]
    assert keys[0][1] != keys[1][1]


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_what_is_derived_depends_on_where_each_part_ends(one, other):
    key = Derivation(bytes(32))

    assert (key.bytes("x", *one) == key.bytes("x", *other)) == (one == other)
    assert key.bytes("x", *one) != key.bytes("y", *one)


def test_a_renderer_without_the_plans_secret_prints_nothing_rather_than_something_else():
    steps = steps_of(encryption=BY_COLUMN, env=ENV)

    with pytest.raises(WorkFolderError, match="the plan has no secret"):
        steps(printed("plain"), {"pw": "a"}, 1)


def test_a_password_that_was_changed_after_the_plan_stops_the_renderer():
    secret = a_secret(**BY_SECRET)

    with pytest.raises(ManifestError, match="a password is not the one that the batch was planned with"):
        steps_of(encryption=BY_SECRET, secret=secret, env={**ENV, "PDFBATCH_USER_PASSWORD": "another"})


# ---- passwords


@pytest.mark.parametrize("value", [None, "", "   ", "\u00ad"])
def test_an_empty_password_is_the_documents_error(value):
    with pytest.raises(DocumentError) as raised:
        encrypted(row={"pw": value}, **BY_COLUMN)

    assert raised.value.reason in ("PasswordEmpty", "PasswordInvalid")
    assert "column 'pw'" in str(raised.value)


@pytest.mark.parametrize(
    ("value", "password"),
    [
        (19800131, "19800131"), (Decimal("4.20"), "4.20"), (dt.date(1980, 1, 31), "1980-01-31"), ("日本", "日本"),
        ("a" * 127, "a" * 127), (" x ", " x "),
    ],
)  # fmt: skip
def test_values_that_are_passwords(value, password):
    assert opens(encrypted(row={"pw": value}, **BY_COLUMN), password)


@pytest.mark.parametrize("value", [True, 1.5, ["a"], "a" * 128, "tab\there", "\u0627\u0031", dt.datetime(2026, 1, 1)])
def test_values_that_are_none_are_the_documents_error_and_are_not_quoted(value):
    with pytest.raises(DocumentError) as raised:
        encrypted(row={"pw": value}, **BY_COLUMN)

    assert raised.value.reason == "PasswordInvalid"
    assert str(value) not in str(raised.value)


@pytest.mark.parametrize("value", ["", "  ", "\n", None])
def test_a_secret_that_is_not_there_is_said_before_any_document(value):
    env = {} if value is None else {"PDFBATCH_USER_PASSWORD": value}

    with pytest.raises(ManifestError, match="PDFBATCH_USER_PASSWORD is not set, or empty"):
        steps_of(encryption={"userPasswordSecretRef": SECRET}, env=env)


def test_the_line_end_of_a_secrets_file_is_no_part_of_the_password():
    env = {"PDFBATCH_USER_PASSWORD": "opens\n"}

    assert opens(encrypted(env=env, userPasswordSecretRef=SECRET), "opens")


def test_the_same_password_for_both_is_the_documents_error():
    with pytest.raises(DocumentError, match="the user's and the owner's password are the same"):
        encrypted(row={"pw": "a"}, userPasswordColumn="pw", ownerPasswordColumn="pw")


@pytest.mark.parametrize(
    "spec", [{}, {"allow": ["print"]}, {**BY_COLUMN, "userPasswordSecretRef": SECRET}, {"userPassword": "in plain"}]
)
def test_the_manifest_names_where_passwords_are_and_never_has_one(spec):
    with pytest.raises(ValidationError):
        steps_of(encryption=spec)


@pytest.mark.parametrize(
    ("text", "prepared"), [("I\u00adX", b"IX"), ("\u2168", b"IX"), ("\u00aa", b"a"), ("\u0007", None)]
)
def test_passwords_are_prepared_as_the_standard_says(text, prepared):
    # the examples of RFC 4013, section 3
    assert prepare(text) == prepared


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_prepared_stays_as_it_is(text):
    prepared = prepare(text)

    assert prepared is None or prepare(prepared.decode()) == prepared


def test_a_letterhead_is_encrypted_with_the_rest(judge):
    made = encrypted(
        row={"pw": "a"}, also={"letterhead": {"uri": "p.pdf"}}, files={"p.pdf": a_paper("PAPER")}, **BY_COLUMN
    )

    assert "PAPER" in judge(made, "pdftotext", "-upw", "a", "PDF", "-")
