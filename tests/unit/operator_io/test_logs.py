"""One event a line."""

import json
import logging

from pdfbatch_operator.logs import JsonLines, TextLines


def a_record(message: str, **fields: object) -> logging.LogRecord:
    record = logging.LogRecord("pdfbatch_operator.apply", logging.INFO, "", 0, message, (), None)
    record.fields = fields
    return record


def test_json_has_the_batch_and_what_happened() -> None:
    line = JsonLines().format(a_record("CreateJob", batch="invoices", namespace="shop", name="a\nb"))
    assert "\n" not in line
    body = json.loads(line)
    assert (body["message"], body["batch"], body["namespace"], body["name"]) == (
        "CreateJob",
        "invoices",
        "shop",
        "a\nb",
    )
    assert body["level"] == "info" and body["time"].endswith("+00:00")


def test_an_exception_stays_on_its_line() -> None:
    record = a_record("broke")
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]


def test_what_json_has_not_is_text() -> None:
    line = JsonLines().format(a_record("x", kinds={1, 2}, error=ValueError("no")))
    assert json.loads(line)["error"] == "no"


def test_text_is_for_people() -> None:
    line = TextLines().format(a_record("CreateJob", batch="invoices", uid="0d7c"))
    assert "CreateJob  batch=invoices" in line and "0d7c" not in line
