"""docs/scaling.md explains every reason of ScalingActive, and none in vain; it shows every picture that is drawn."""

import re

from bench.scaling.pictures import PICTURES

from tests.unit.project.pages import ROOT, rows_of_tables, section

PAGE = ROOT / "docs" / "scaling.md"
SCALING = ROOT / "operator" / "pdfbatch_operator" / "scaling"
# CamelCase words in quotes, of at least two parts
_REASON = re.compile(r'"((?:[A-Z][a-z]+){2,})"')
_ONE_PART = {"Held", "Suspended"}
_BY_THE_OPERATOR = {"Queued"}


def given() -> set[str]:
    found = {word for path in SCALING.glob("*.py") for word in _REASON.findall(path.read_text(encoding="utf-8"))}
    return found | _ONE_PART | _BY_THE_OPERATOR


def test_every_reason_is_explained_and_none_in_vain() -> None:
    rows = rows_of_tables(section(PAGE, "What `ScalingActive` says"))

    assert {row[0].strip("`") for row in rows if row[0] != "reason"} == given()


def test_every_picture_is_shown() -> None:
    shown = set(re.findall(r"\(pictures/scaling-([a-z]+)\.svg\)", PAGE.read_text(encoding="utf-8")))

    assert shown == {picture.name for picture in PICTURES}
