"""The story that the pictures tell is one that could be: its counts add up, and nothing is told that is not defined."""

from prometheus_client import generate_latest

from pdfbatch_api.metrics import operator as of
from pdfbatch_monitoring.story import Story, Told

BATCH = Told(
    "billing", "letters", 2_400, 200, 30, 5.0, 4, target=300, deadline=900, troubled_at=(60, 120), loses_at=100
)
LABELS = {"namespace": "billing", "batch": "letters"}


def told(seconds: int) -> Story:
    story = Story((BATCH,), 1e9, rooms=3, limit=3, restarted_at=150)
    for moment in range(5, seconds + 1, 5):
        story.advance(1e9 + moment)
    return story


def value(story: Story, name: str, **labels: str) -> float:
    """The largest that an endpoint says: of two operators the leader's."""
    found = [scraped.registry.get_sample_value(name, labels) for scraped in story.scraped()]
    return max(one for one in found if one is not None)


def test_each_document_is_counted_once_though_a_node_is_lost_and_an_operator_replaced() -> None:
    story = told(900)

    done = {
        result: value(story, of.BATCH_DOCUMENTS_PROCESSED.name, **LABELS, result=result)
        for result in ("succeeded", "failed")
    }
    assert sum(done.values()) == 2_400
    assert value(story, of.BATCH_DISRUPTIONS.name, **LABELS) == 2
    assert value(story, of.BATCHES.name, phase="Succeeded") == 1


def test_renderers_are_scraped_while_they_render_and_not_after() -> None:
    during, after = list(told(120).scraped()), list(told(900).scraped())

    assert {scraped.job for scraped in during} == {"operator", "renderers"}
    assert {scraped.job for scraped in after} == {"operator"}
    text = generate_latest(during[-1].registry).decode()
    assert 'pdfbatch_renderer_documents_total{batch="letters",result="succeeded"}' in text


def test_one_replica_leads_at_any_time() -> None:
    for seconds in (100, 200):
        leaders = [
            scraped.registry.get_sample_value(of.LEADER.name)
            for scraped in told(seconds).scraped()
            if scraped.job == "operator"
        ]
        assert sorted(one or 0 for one in leaders) == [0, 1]
