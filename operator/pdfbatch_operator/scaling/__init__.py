"""How many renderers a batch gets: `scale` is the door, `share` deals out the limit for all batches together."""

from pdfbatch_operator.scaling.deciding import scale
from pdfbatch_operator.scaling.fleet import Demand, share
from pdfbatch_operator.scaling.situation import (
    Answers,
    Bounds,
    History,
    Pods,
    Problem,
    Reading,
    Situation,
    Verdict,
    Work,
)

__all__ = [
    "Answers",
    "Bounds",
    "Demand",
    "History",
    "Pods",
    "Problem",
    "Reading",
    "Situation",
    "Verdict",
    "Work",
    "scale",
    "share",
]
