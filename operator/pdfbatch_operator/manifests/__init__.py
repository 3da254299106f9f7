"""The objects of a batch as the API takes them: pure functions of what was observed. The package's only door."""

from pdfbatch_operator.manifests.config_maps import disrupted_config_map, manifest_config_map, manifest_too_large
from pdfbatch_operator.manifests.images import new_images
from pdfbatch_operator.manifests.ironpdf import license_objection
from pdfbatch_operator.manifests.jobs import finish_job, plan_job, render_job
from pdfbatch_operator.manifests.names import disrupted_name, job_name, manifest_name, selector
from pdfbatch_operator.manifests.overlay import objections

__all__ = [
    "disrupted_config_map",
    "disrupted_name",
    "finish_job",
    "job_name",
    "license_objection",
    "manifest_config_map",
    "manifest_name",
    "manifest_too_large",
    "new_images",
    "objections",
    "plan_job",
    "render_job",
    "selector",
]
