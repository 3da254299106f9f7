"""A Celery app of pdfbatch's own, for whoever has none: `celery -A pdfbatch_schedulers.celery_app worker`.

CELERY_BROKER_URL and CELERY_RESULT_BACKEND say where it finds its broker and keeps results.
"""

import os
from typing import Final

from celery import Celery  # type: ignore[import-untyped]

from pdfbatch_schedulers.on_celery import register

_KEEP_RESULTS: Final = ("redis://", "rediss://", "sentinel://")


def celery_app(broker: str | None = None, backend: str | None = None) -> Celery:
    """An app with pdfbatch's task.

    Args:
        broker: its URL; else CELERY_BROKER_URL.
        backend: of results; else CELERY_RESULT_BACKEND, else the broker where that is Redis.
    """
    broker = broker or os.environ.get("CELERY_BROKER_URL")
    backend = backend or os.environ.get("CELERY_RESULT_BACKEND")
    if backend is None and broker is not None and broker.startswith(_KEEP_RESULTS):
        backend = broker
    app = Celery("pdfbatch", broker=broker, backend=backend)
    app.conf.update(
        # A shard takes minutes: a worker that has one in hand must not hold back others.
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
    )
    register(app)
    return app


app: Final = celery_app()
