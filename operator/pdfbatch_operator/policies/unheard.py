"""A plan or finish Job that ended well and whose pod was removed before its summary was read: it is run again.

Both may: plan adopts the plan that is there, finish makes the same from the same records. Jobs are made once and their
names are fixed, so the old one is deleted first; the next turn finds none and makes it.
"""

import datetime as dt
from typing import Final

from pdfbatch_operator.decision import DeleteJob
from pdfbatch_operator.observation import ObservedJob
from pdfbatch_operator.policies.ending import failed
from pdfbatch_operator.turn import Turn, is_live

# Jobs and pods are watched apart: the Job's end may be known before its pod's.
_PATIENCE: Final = dt.timedelta(seconds=5)


def run_again_if_unheard(turn: Turn, job: ObservedJob) -> Turn:
    """For a Job that is Complete, and no summary of it was found."""
    pods = [pod for pod in turn.pods(job.component) if pod.job_uid == job.uid]
    if any(pod.phase == "Succeeded" for pod in pods):
        # Running it again would come to the same, for ever.
        return failed(
            turn,
            f"{job.component.capitalize()}SaidNothing",
            f"The {job.component} pod ended well and left no summary that this operator can read. Is "
            f"{turn.seen.settings.renderer_image} the renderer image of this operator's version?",
        )
    known = job.finished_at or job.created
    left = (known + _PATIENCE - turn.now).total_seconds()
    if any(is_live(pod) for pod in pods) or left > 0:
        return turn.again(max(left, 1.0))
    return turn.doing(DeleteJob(job.name, job.uid)).saying(
        "Warning",
        "RunAgain",
        f"The {job.component} pod was removed before its summary was read: Job {job.name} is run again",
    )
