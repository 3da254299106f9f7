"""The bench's documents: all different, and the same whether they come finished or from the template."""

import json
import re
from decimal import Decimal
from pathlib import Path

import jinja2
import yaml
from babel.numbers import format_currency
from bench.invoice import LINES, TEMPLATE, page, row, token, tokens_in
from bench.own_run import prepare
from bench.workload import make_workload

from pdfbatch_api.resource import PdfBatch


def test_no_two_documents_share_a_token() -> None:
    assert len({token(number) for number in range(1, 5001)}) == 5000


def test_a_token_is_found_in_text_and_nothing_else_is() -> None:
    assert tokens_in(f"x {token(17)}\n{token(18)}y N000K") == {token(17), token(18)}


def test_the_total_is_the_sum_of_the_lines() -> None:
    data = row(3)
    assert len(data["lines"]) == LINES
    assert data["total"] == sum((line["amount"] for line in data["lines"]), Decimal(0))


def test_the_template_makes_the_finished_page() -> None:
    # given the template, with the locale of the full run's manifest
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["money"] = lambda amount, currency: format_currency(amount, currency, locale="en_GB")
    # when a row is rendered; then it is the finished page, white space between tags aside
    for number in (1, 999):
        rendered = environment.get_template("invoice.html").render(row(number))
        assert re.sub(r">\s+", ">", rendered).strip() == re.sub(r">\s+", ">", page(row(number))).strip()


def test_the_workload_holds_pages_and_exact_decimals(tmp_path: Path) -> None:
    work = make_workload(tmp_path, 3)
    pages = [json.loads(line) for line in work.pages.read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line, parse_float=Decimal) for line in work.rows.read_text(encoding="utf-8").splitlines()]
    assert [entry["html"] for entry in pages] == [page(row(number)) for number in (1, 2, 3)]
    assert rows[2] == row(3)


def test_the_manifests_of_our_own_runs_are_valid(tmp_path: Path) -> None:
    work = make_workload(tmp_path, 1)
    for kind in ("prebuilt", "full"):
        PdfBatch.model_validate(yaml.safe_load(prepare(work, kind).read_text(encoding="utf-8")))
