"""A batch on somebody's own workers: Dask, Ray or Celery carry its steps where Kubernetes' Jobs do it in a cluster.

A shard is an idempotent function of plan and index. So a scheduler may lose a step, or carry it twice, as each of these
does when a worker dies; the documents and their manifest are the same.
"""

from pdfbatch_schedulers.driver import BatchFailedError, run_on
from pdfbatch_schedulers.order import Order
from pdfbatch_schedulers.scheduler import Done, Scheduler, SchedulerError
from pdfbatch_schedulers.watcher import LogWatcher, Watcher

__all__ = ["BatchFailedError", "Done", "LogWatcher", "Order", "Scheduler", "SchedulerError", "Watcher", "run_on"]
