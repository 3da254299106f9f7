"""Jobs held, let go and stopped: one mechanism, Job.spec.suspend. The pods get SIGTERM and write their records.

A Job in a Kueue queue is another matter: Kueue owns `suspend` there, and starts again what we would suspend. Such a Job
is deleted instead, and made anew when it is to go on; what was rendered is skipped then, and what was counted stays.
"""

from pdfbatch_operator.decision import DeleteJob, PatchJob
from pdfbatch_operator.observation import Component, ObservedJob
from pdfbatch_operator.turn import Turn, is_live


def held_as_wanted(turn: Turn, job: ObservedJob, *, hold: bool, parallelism: int | None = None) -> Turn:
    """The Job with the suspension and parallelism that it should have.

    Args:
        parallelism: None leaves it.
    """
    if turn.queued:
        return turn.doing(DeleteJob(job.name, job.uid)) if hold else turn
    patch = PatchJob(
        job.name,
        job.uid,
        parallelism=None if parallelism == job.parallelism else parallelism,
        suspend=None if hold == job.suspend else hold,
    )
    return turn if patch == PatchJob(job.name, job.uid) else turn.doing(patch)


def stopped(turn: Turn, component: Component) -> Turn:
    """The component's Job held for good."""
    job = turn.job(component)
    if job is None or job.finished or job.deleting:
        return turn
    return held_as_wanted(turn, job, hold=True)


def is_stopped(turn: Turn, component: Component) -> bool:
    """Whether no pod of the component does anything any more, nor will.

    Pods on a lost node are not waited for: they are declared failed where the admin wants it, and what they might still
    write is refused by the seal that finish sets first.
    """
    job = turn.job(component)
    live = [pod for pod in turn.seen.pods if pod.component == component and is_live(pod)]
    if any(not pod.node_lost for pod in live):
        return False
    if job is None or job.finished:
        return True
    if job.deleting:
        return False
    return job.suspend and job.active == 0 and job.terminating <= len(live)
