"""Where a batch is run, as the command line says it: dask=tcp://…, ray=ray://…, celery=redis://… ."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import ManifestError
from pdfbatch_schedulers.scheduler import Scheduler, SchedulerError

EXAMPLES: Final = "dask=tcp://HOST:8786, ray=ray://HOST:10001, celery=redis://HOST/0 or celery=MODULE:APP"


def open_scheduler(address: str) -> Scheduler:
    """Connects to a scheduler.

    Raises:
        ManifestError: that is no address.
        SchedulerError: nobody answers there, or what it takes is not installed.
    """
    kind, _, where = address.partition("=")
    if kind not in _KINDS or not where:
        raise ManifestError(f"{address!r} is no scheduler", hint=f"Give one of: {EXAMPLES}.")
    if importlib.util.find_spec(_PACKAGES[kind]) is None:
        raise SchedulerError(f"{kind} is not installed", hint=f"Install it: pip install 'pdfbatch[{kind}]'.")
    return _KINDS[kind](where)


def _dask(where: str) -> Scheduler:
    from pdfbatch_schedulers.on_dask import OnDask

    return OnDask.at(where)


def _ray(where: str) -> Scheduler:
    from pdfbatch_schedulers.on_ray import OnRay

    return OnRay.at(where)


def _celery(where: str) -> Scheduler:
    from pdfbatch_schedulers.on_celery import OnCelery

    if "://" in where:
        from pdfbatch_schedulers.celery_app import celery_app

        return OnCelery(celery_app(where))
    module, _, name = where.partition(":")
    # As Celery's own `-A` does.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        app = getattr(importlib.import_module(module), name or "app")
    except (ImportError, AttributeError) as error:
        raise SchedulerError(
            f"there is no Celery app {where}: {error}", hint="Give MODULE:APP, as `celery -A` takes it, in this folder."
        ) from error
    return OnCelery(app)


_PACKAGES: Final = {"dask": "distributed", "ray": "ray", "celery": "celery"}
_KINDS: Final[dict[str, Callable[[str], Scheduler]]] = {"dask": _dask, "ray": _ray, "celery": _celery}
