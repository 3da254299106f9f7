"""Deleted in the middle: Jobs and pods go, what was written stays, and nothing hangs. Without an operator, too:
test_accounting.py."""

from tests.cluster.a_place import Place

OF_IT = "jobs,pods,configmaps"


def left_of(place: Place, name: str) -> list[str]:
    """What of a batch is in the cluster."""
    return place.kubectl("get", OF_IT, f"--selector=pdfbatch.io/batch={name}", "--output=name").split()


def delete_in_the_middle(place: Place, name: str) -> None:
    """Deletes a batch of which at least one shard is done."""
    assert len(left_of(place, name)) >= 4  # two Jobs, their pods, a ConfigMap
    with place.quickly("kubectl delete pdfbatch", within=10):
        place.kubectl("delete", "pdfbatch", name, "--timeout=60s")
    place.until("nothing of it is left", lambda: not left_of(place, name), within=30)
    assert len(place.pdfs(name)) >= 10


def test_deleted_in_the_middle_and_applied_again(place: Place) -> None:
    manifest = place.sharded("gone", shards=3)
    place.apply(manifest)
    place.shards_done("gone")

    delete_in_the_middle(place, "gone")

    # its name is free at once, and the same names get the same bytes
    before = {path.name: path.read_bytes() for path in place.pdfs("gone")}
    place.apply(manifest)
    place.succeeded("gone", documents=30)
    assert {path.name: path.read_bytes() for path in place.pdfs("gone") if path.name in before} == before
