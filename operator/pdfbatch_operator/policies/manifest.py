"""The manifest's ConfigMap, from which pods without API access read what they are to do."""

from pdfbatch_operator import manifests
from pdfbatch_operator.decision import CreateManifest
from pdfbatch_operator.turn import Turn


def manifest(turn: Turn) -> Turn:
    """There is one as long as a pod may start; a person may have deleted it."""
    if turn.seen.manifest_exists or turn.held or turn.stage == "Over" or turn.written.images is None:
        return turn
    return turn.doing(CreateManifest(manifests.manifest_config_map(turn.seen.batch)))
