"""What may be said of scaling, and what not together."""

import pytest
from pydantic import ValidationError

from pdfbatch_api.resource.running import ScalingSpec

QUERY = {"query": "sum(rate(throttled_total[1m]))", "target": 10}


def test_a_target_duration_or_a_query_decides() -> None:
    assert ScalingSpec.model_validate({"targetDuration": "20m"}).target_duration == "20m"
    query = ScalingSpec.model_validate({"prometheus": QUERY}).prometheus
    assert query is not None and query.target == 10


def test_both_at_once_are_refused_for_only_one_can_decide() -> None:
    with pytest.raises(ValidationError, match=r"scaling\.targetDuration and scaling\.prometheus: give one"):
        ScalingSpec.model_validate({"targetDuration": "20m", "prometheus": QUERY})
