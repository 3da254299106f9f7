"""A metric as Kubernetes' external metrics API serves it to an HPA."""

import json
import re

from tests.cluster.a_place import Place

_SUFFIXES = {"m": 0.001, "": 1.0, "k": 1000.0}


def external_metric(place: Place, uri: str) -> float:
    """Its only value, which the API writes as a quantity: 1k, 500m."""
    (item,) = json.loads(place.kubectl("get", "--raw", uri))["items"]
    found = re.fullmatch(r"(\d+)([mk]?)", item["value"])
    assert found, item
    return int(found[1]) * _SUFFIXES[found[2]]
