"""What a pod's containers ask for, where the batch does not say: one worker needs about one CPU, browser included.

The browser does three quarters of the work (bench/RESULTS.md), so the shares are cut like that. Memory follows the
limits that the renderer itself keeps to: the kernel should never be the first to find a document too large.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.pod import ResourcesSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests.quantity import quantity
from pdfbatch_operator.observation import Settings

_RENDERER_CPU: Final = "250m"
_ENGINE_CPU: Final = "750m"
_MIB: Final = 2**20
# Besides its workers: the supervisor, the rows on their way to the store; the in-memory folders of the engine.
_RENDERER_REST: Final = 256 * _MIB
_ENGINE_REST: Final = 512 * _MIB
_REQUESTED_A_WORKER: Final = 256 * _MIB
# More than any pod's needs (256 is the renderer's own limit); a CPU request that no node has is the scheduler's to say.
_MOST_WORKERS: Final = 256


class PodResources(NamedTuple):
    """What the pod's containers get.

    Attributes:
        workers: worker processes, each with a browser.
    """

    workers: int
    renderer: Body
    engine: Body


def pod_resources(spec: PdfBatchSpec, settings: Settings) -> PodResources:
    """The batch's own requests and limits, and defaults for the rest."""
    own, engines = spec.pod_template.resources, _engine_resources(spec, settings)
    cpus = _cpus(own, _RENDERER_CPU) + _cpus(engines, _ENGINE_CPU)
    workers = min(max(int(cpus), 1), _MOST_WORKERS)
    worker = size_bytes(spec.limits.memory)
    browser = size_bytes(spec.engine.chromium.memory)
    return PodResources(
        workers,
        renderer=_laid_over(
            own,
            requests={"cpu": _RENDERER_CPU, "memory": _mebibytes(_RENDERER_REST + workers * _REQUESTED_A_WORKER)},
            memory=_mebibytes(_RENDERER_REST + workers * max(worker, _REQUESTED_A_WORKER)),
        ),
        engine=_laid_over(
            engines,
            requests={"cpu": _ENGINE_CPU, "memory": _mebibytes(_REQUESTED_A_WORKER + workers * _REQUESTED_A_WORKER)},
            memory=_mebibytes(_ENGINE_REST + workers * max(browser, _REQUESTED_A_WORKER)),
        ),
    )


def _engine_resources(spec: PdfBatchSpec, settings: Settings) -> ResourcesSpec | None:
    """The batch's own; of IronPDF's engine, which is not ours to know, what the chart says where the batch does not."""
    told = spec.pod_template.engine_resources
    if spec.engine.name != "ironpdf":
        return told
    admins, own = settings.ironpdf.resources, told or ResourcesSpec()
    # An amount of the admin's that is at odds with one of the batch's gives way.
    requests = {name: amount for name, amount in admins.requests.items() if not _more(amount, own.limits.get(name))}
    limits = {name: amount for name, amount in admins.limits.items() if not _more(own.requests.get(name), amount)}
    return ResourcesSpec(requests=requests | own.requests, limits=limits | own.limits)


def _more(amount: str | int | None, than: str | int | None) -> bool:
    """Whether both are known and the first is more."""
    if amount is None or than is None or not _is_quantity(amount) or not _is_quantity(than):
        return False
    return quantity(amount) > quantity(than)


def wrong_quantities(spec: PdfBatchSpec) -> list[str]:
    """What of the batch's resources Kubernetes would refuse, a sentence each."""
    found = []
    for key, told in (
        ("spec.podTemplate.resources", spec.pod_template.resources),
        ("spec.podTemplate.engineResources", spec.pod_template.engine_resources),
    ):
        if told is None:
            continue
        for kind, amounts in (("requests", told.requests), ("limits", told.limits)):
            for name, amount in amounts.items():
                if not _is_quantity(amount):
                    found.append(f"{key}.{kind}.{name}: {amount!r} is not a quantity such as 500m or 2Gi")
        for name, least in told.requests.items():
            most = told.limits.get(name)
            if most is not None and _is_quantity(least) and _is_quantity(most) and quantity(least) > quantity(most):
                found.append(f"{key}: requests.{name} ({least}) is more than limits.{name} ({most})")
    return found


def _is_quantity(text: str | int) -> bool:
    try:
        return quantity(text) >= 0
    except ValueError:
        return False


def _cpus(told: ResourcesSpec | None, default: str) -> Decimal:
    amount = (told.requests.get("cpu") or told.limits.get("cpu")) if told else None
    return quantity(amount) if amount is not None and _is_quantity(amount) else quantity(default)


def _mebibytes(amount: int) -> str:
    return f"{-(-amount // _MIB)}Mi"


def _laid_over(told: ResourcesSpec | None, *, requests: Mapping[str, str], memory: str) -> Body:
    """The batch's amounts over the defaults, so that no request is more than its limit."""
    own = told or ResourcesSpec()
    # A limit of one's own without a request: Kubernetes takes the limit for the request, and so do we.
    asked: Body = {name: amount for name, amount in requests.items() if name not in own.limits} | dict(own.requests)
    bounds: Body = {"memory": memory} | dict(own.limits)
    least = asked.get("memory")
    if least is not None and "memory" not in own.limits and quantity(least) > quantity(memory):
        bounds["memory"] = least
    return {"requests": asked, "limits": bounds}
