"""All steps at once on what the real engine prints: judged by other programs, the same again, each row its own."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.render.batches.a_batch import ABatch, items, page, picture, texts
from tests.unit.postprocessing.conftest import a_paper, seen

pytestmark = pytest.mark.render

USER, OWNER = "opens-the-whole-batch", "rules-the-whole-batch"
SECRET = {"name": "passwords", "key": "pdf"}
ROWS = [
    {"id": 1, "name": "Ayşe", "pw": "first-rows-own", "receipt": "receipts/1.txt"},
    {"id": 2, "name": "Björn", "pw": "second-rows-own", "receipt": "receipts/2.txt"},
    {"id": 3, "name": "Chloé", "pw": "third-rows-own", "receipt": "receipts/3.txt"},
]
STEPS: dict[str, Any] = {
    "letterhead": {"uri": "template:paper/first.pdf"},
    "watermark": {"text": "COPY {{ name[:2] }}", "rotation": 0, "position": "bottom", "opacity": 1, "color": "#0000ff"},
    "attachments": [{"uri": "terms.txt"}, {"column": "receipt", "name": "receipt-{{ id }}.txt"}],
    "metadata": {"title": "Letter to {{ name }}"},
}


def locked() -> bytes:
    """A letterhead that opens with a password."""
    out = BytesIO()
    with pikepdf.open(BytesIO(a_paper())) as paper:
        paper.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


FILES: dict[str, bytes | str] = {
    "page/letter.html": page("<h1 style='margin-top: 2cm'>TOKEN{{ id }} {{ name }}</h1>"),
    "page/paper/first.pdf": a_paper("PAPER", size=(595.92, 842.88)),
    "page/paper/locked.pdf": locked(),
    "locked.pdf": locked(),
    "empty.pdf": a_paper(pages=0),
    "cut.png": picture((1, 2, 3))[:-20],
    "terms.txt": "our terms",
    **{f"receipts/{row}.txt": f"receipt of row {row}" for row in (1, 2, 3)},
}


def a_batch(folder: Path, rows: list[dict[str, Any]] | None = None, **steps: Any) -> ABatch:
    """A batch of letters with all steps, and more."""
    return ABatch(
        folder,
        {
            "source": items(*(rows or ROWS)),
            "template": {"uri": "page/", "entry": "letter.html"},
            "postprocessing": {**STEPS, **steps},
        },
        FILES,
    )


def judged(batch: ABatch, name: str, *command: str) -> str:
    """What another program says of a document."""
    line = [part.replace("PDF", str(batch.out / name)) for part in command]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFBATCH_USER_PASSWORD", USER)
    monkeypatch.setenv("PDFBATCH_OWNER_PASSWORD", OWNER)


def test_every_step_is_done_to_every_document_with_its_own_rows_words(tmp_path: Path) -> None:
    batch = a_batch(tmp_path)

    batch.run()

    batch.assert_verified()
    for row in ROWS:
        name = f"{row['id']}.pdf"
        judged(batch, name, "qpdf", "--check", "PDF")
        (text,) = texts(batch.document(name))
        assert "PAPER" in text
        assert f"TOKEN{row['id']} {row['name']}" in text
        assert f"COPY {row['name'][:2]}" in text
        assert f"Title:           Letter to {row['name']}" in judged(batch, name, "pdfinfo", "PDF")
        judged(batch, name, "pdfdetach", "-saveall", "-o", str(tmp_path), "PDF")
        assert (tmp_path / f"receipt-{row['id']}.txt").read_text() == f"receipt of row {row['id']}"
        # the bar at the top of the letterhead
        assert seen(batch.document(name), 300, 5) == (255, 0, 0)
        others = [str(other["name"]) for other in ROWS if other is not row]
        assert not [other for other in others if other in text or other.encode() in batch.document(name)]


def test_encrypted_by_row_each_opens_with_its_own_password_alone_and_no_password_is_told(tmp_path: Path) -> None:
    batch = a_batch(
        tmp_path, encryption={"userPasswordColumn": "pw", "ownerPasswordSecretRef": SECRET, "allow": ["print"]}
    )

    ended = batch.run()

    batch.assert_verified()
    for row in ROWS:
        name, own = f"{row['id']}.pdf", str(row["pw"])
        assert f"TOKEN{row['id']}" in judged(batch, name, "pdftotext", "-upw", own, "PDF", "-")
        assert "R = 6" in judged(batch, name, "qpdf", "--show-encryption", f"--password={OWNER}", "PDF")
        for other in ROWS:
            if other is not row:
                line = ["qpdf", "--show-npages", f"--password={other['pw']}", str(batch.out / name)]
                assert subprocess.run(line, capture_output=True, check=False).returncode == 2
    # neither in what it says nor in anything that it writes, but for the frozen rows, which are the rows
    told = ended.out + ended.err
    written = [path for path in batch.out.rglob("*") if path.is_file() and "/input/" not in str(path)]
    assert len(written) > 8
    for password in (OWNER, *(str(row["pw"]) for row in ROWS)):
        assert password not in told
        assert not [path for path in written if password.encode() in path.read_bytes() and path.name != "plan.json"]
    assert OWNER.encode() not in next(batch.out.glob(".pdfbatch/*/plan.json")).read_bytes()
    # nor by what it could be guessed
    assert {line["input"] for line in batch.lines().values()} == {""}


def test_the_same_plan_gives_the_same_bytes_also_encrypted(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, encryption={"userPasswordColumn": "pw", "ownerPasswordSecretRef": SECRET})
    batch.run()
    before = {name: batch.document(name) for name in batch.names()}

    # an attempt whose records were lost with it, and its documents too: the shard is rendered again
    (work,) = (path.parent for path in batch.out.glob(".pdfbatch/*/plan.json"))
    shutil.rmtree(work / "records")
    (work / "sealed").unlink()
    for name in before:
        (batch.out / name).unlink()
    batch.run()

    assert {name: batch.document(name) for name in batch.names()} == before
    # and another plan is another secret
    batch.run("--new")
    assert not [name for name in batch.names() if batch.document(name) == before[name]]


def test_without_encryption_another_plan_too_gives_the_same_bytes(tmp_path: Path) -> None:
    batch = a_batch(tmp_path)
    batch.run()
    before = {name: batch.document(name) for name in batch.names()}

    batch.run("--new")

    assert {name: batch.document(name) for name in batch.names()} == before


def test_a_password_that_changed_between_two_runs_is_said_and_nothing_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = a_batch(
        tmp_path, [{**ROWS[0], "receipt": "not-there.txt"}, ROWS[1]], encryption={"userPasswordSecretRef": SECRET}
    )
    batch.run(status=1)

    monkeypatch.setenv("PDFBATCH_USER_PASSWORD", "another")
    ended = batch.call("retry")

    assert ended.status not in (0, 1)
    assert "a password is not the one that the batch was planned with" in ended.err


def test_rows_at_fault_fail_alone(tmp_path: Path) -> None:
    rows = [
        {**ROWS[0], "pw": ""},
        {**ROWS[1], "name": "日本"},
        {**ROWS[2], "receipt": "receipts/none.txt"},
        {"id": 4, "name": "Dan", "pw": "x", "receipt": "receipts/1.txt"},
    ]
    batch = a_batch(tmp_path, rows, encryption={"userPasswordColumn": "pw"})

    batch.run(status=1)

    assert {row: line["reason"] for row, line in batch.lines().items()} == {
        1: "PasswordEmpty",
        2: "StampNotInFont",
        3: "AttachmentMissing",
        4: None,
    }
    assert batch.names() == ["4.pdf"]


def test_a_letterhead_that_changes_after_the_plan_changes_nothing_until_it_is_asked(tmp_path: Path) -> None:
    batch = a_batch(tmp_path)
    batch.run()
    (tmp_path / "page/paper/first.pdf").write_bytes(a_paper("OTHER"))

    ended = batch.call("run")

    assert ended.status not in (0, 1)
    assert "the template or one of its files has other content" in ended.err


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"letterhead": {"uri": "template:none.pdf"}}, "there is no file 'none.pdf' in the template's folder"),
        ({"letterhead": {"uri": "none.pdf"}}, "there is no file none.pdf"),
        ({"letterhead": {"uri": "terms.txt"}}, "this cannot be read as a whole PDF"),
        ({"letterhead": {"uri": "template:paper/locked.pdf"}}, "this PDF is encrypted"),
        ({"letterhead": {"uri": "locked.pdf"}}, "spec.postprocessing.letterhead.uri: this PDF is encrypted"),
        ({"letterhead": {"uri": "empty.pdf"}}, "this PDF has no pages"),
        ({"watermark": {"image": "cut.png"}}, "spec.postprocessing.watermark.image: this is no whole PNG"),
        ({"watermark": {"image": "terms.txt"}}, "this is no whole PNG"),
        ({"watermark": {"text": "{{ x | nosuchfilter }}"}}, "nosuchfilter"),
        ({"attachments": [{"column": "reciept"}]}, "no row has the column 'reciept'"),
        ({"attachments": [{"uri": "terms.txt", "maxBytes": "3"}]}, "terms.txt is larger than 3 bytes"),
        ({"encryption": {"userPasswordColumn": "password"}}, "no row has the column 'password'"),
    ],
)
def test_mistakes_are_found_before_any_document(tmp_path: Path, steps: dict[str, Any], said: str) -> None:
    batch = a_batch(tmp_path, **steps)

    ended = batch.call("validate")

    assert ended.status not in (0, 1), ended.out + ended.err
    assert said in " ".join((ended.out + ended.err).split())
    assert "Traceback" not in ended.err


def test_the_plan_finds_what_validate_finds(tmp_path: Path) -> None:
    ended = a_batch(tmp_path, letterhead={"uri": "terms.txt"}, attachments=[]).call("plan")

    assert ended.status == 64
    assert "this cannot be read as a whole PDF" in ended.out


def test_merged_documents_keep_their_letterheads_and_stamps(tmp_path: Path) -> None:
    batch = ABatch(
        tmp_path,
        {
            "source": items(*ROWS),
            "template": {"uri": "page/", "entry": "letter.html"},
            "output": {"container": {"format": "pdf", "name": "all.pdf"}},
            "postprocessing": {key: STEPS[key] for key in ("letterhead", "watermark")},
        },
        FILES,
    )

    batch.run()

    batch.assert_verified()
    pages = texts(batch.document("all.pdf"))
    assert ["PAPER" in text and f"COPY {row['name'][:2]}" in text for text, row in zip(pages, ROWS, strict=True)] == [
        True
    ] * 3


def test_a_preview_can_be_read_without_a_password(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, encryption={"userPasswordColumn": "pw"})

    ended = batch.call("preview", "--output", str(tmp_path / "look.pdf"))

    assert ended.status == 0, ended.err
    assert [
        f"TOKEN{row['id']}" in text for row, text in zip(ROWS, texts((tmp_path / "look.pdf").read_bytes()), strict=True)
    ] == [True] * 3


def test_an_image_of_a_store_is_a_stamp(tmp_path: Path) -> None:
    batch = ABatch(
        tmp_path,
        {
            "source": items({"id": 1}),
            "page": {"margin": "0mm"},
            "postprocessing": {
                "watermark": {
                    "image": "seal.png",
                    "position": "bottomRight",
                    "size": "20mm",
                    "rotation": 0,
                    "opacity": 1,
                }
            },
        },
        {"seal.png": picture("blue")},
    )

    batch.run()

    # 10 mm from both edges of A4, 20 mm wide and high
    assert seen(batch.document("1.pdf"), 595 - 28 - 28, 842 - 28 - 28) == (0, 0, 255)
    assert seen(batch.document("1.pdf"), 595 - 20, 842 - 20) == (255, 255, 255)
