"""Whatever happened, the summary fits into a termination message and can be read back."""

from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.summaries import (
    LIMIT,
    FailureLine,
    FinishSummary,
    PlanSummary,
    RenderSummary,
    decode_summary,
    encode_summary,
)

long_text = st.text(max_size=3000) | st.just("ü" * 5000) | st.just('"' * 5000)
lines = st.lists(st.builds(FailureLine, st.integers(1), long_text, st.just("Timeout"), long_text), max_size=30)


@given(
    st.builds(PlanSummary, error=long_text, hint=long_text, warnings=st.lists(long_text, max_size=20).map(tuple))
    | st.builds(RenderSummary, failures=lines.map(tuple), error=long_text, hint=long_text)
    | st.builds(FinishSummary, failures=lines.map(tuple), error=long_text, hint=long_text)
)
def test_a_summary_fits_and_comes_back(summary: PlanSummary | RenderSummary | FinishSummary) -> None:
    data = encode_summary(summary)
    assert len(data) <= LIMIT
    assert type(decode_summary(data)) is type(summary)


def test_counts_survive_however_long_the_texts_are() -> None:
    failure = FailureLine(1, "n" * 5000, "Timeout", "m" * 5000)
    data = encode_summary(RenderSummary(succeeded=7, failed=3, failures=(failure,) * 50))
    summary = decode_summary(data)
    assert isinstance(summary, RenderSummary)
    assert (summary.succeeded, summary.failed) == (7, 3)
    assert 1 <= len(summary.failures) <= 10
