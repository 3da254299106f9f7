"""The resources that the commands look at or create, and their paths in the API."""

from dataclasses import dataclass
from typing import Final

from pdfbatch_api.labels import GROUP


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object; all of them live in namespaces. The core group is ""."""

    group: str
    version: str
    plural: str

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """The path of the collection, or of one object or its subresource. No namespace: all of them."""
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if namespace is not None:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part is not None]
        return "/".join(parts)

    def named(self, subresource: str | None = None) -> str:
        """As `kubectl auth can-i` and RBAC name it: pdfbatches.pdfbatch.io, pods/log."""
        whole = f"{self.plural}/{subresource}" if subresource else self.plural
        return f"{whole}.{self.group}" if self.group else whole


PDFBATCHES: Final = Resource(GROUP, "v1alpha1", "pdfbatches")
PODS: Final = Resource("", "v1", "pods")
EVENTS: Final = Resource("", "v1", "events")
CONFIG_MAPS: Final = Resource("", "v1", "configmaps")
POD_METRICS: Final = Resource("metrics.k8s.io", "v1beta1", "pods")
