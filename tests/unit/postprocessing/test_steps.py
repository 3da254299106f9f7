"""Steps are done in one order, those that are not built are refused by name, and none costs nothing."""

from typing import Any

import pytest

from pdfbatch_api.errors import NotInThisVersionError
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_renderer.postprocessing import compile_steps

from .conftest import DATE, compile_text, printed


def compiled(**spec: Any):
    return compile_steps(
        PostprocessingSpec.model_validate(spec), text=compile_text, document_date=DATE, producer="pdfbatch"
    )


def test_without_a_step_the_very_same_bytes_come_back():
    pdf = printed("plain")

    assert compiled()(pdf, {}, 1) is pdf


def test_a_step_that_is_not_built_is_refused_by_name_and_never_left_out():
    with pytest.raises(NotInThisVersionError, match=r"postprocessing\.signature: not in this version"):
        compiled(signature={"secretRef": {"name": "keys", "key": "seal.p12"}})


def test_a_text_that_does_not_compile_is_found_before_any_document():
    def refuse(pattern: str, what: str):
        raise ValueError(f"{what}: {pattern}")

    with pytest.raises(ValueError, match=r"postprocessing\.metadata\.title: \{\{"):
        compile_steps(
            PostprocessingSpec.model_validate({"metadata": {"title": "{{"}}),
            text=refuse,
            document_date=DATE,
            producer="pdfbatch",
        )
