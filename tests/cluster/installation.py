"""pdfbatch in a cluster: the way `make cluster` installs it is the way the tests do."""

from devcluster.installation import CHART, NAMESPACE, RELEASE, Installation, image_values

__all__ = ["CHART", "NAMESPACE", "RELEASE", "Installation", "image_values"]
