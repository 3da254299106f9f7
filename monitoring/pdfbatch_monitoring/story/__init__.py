"""Batches that never were, told in metrics, for pictures of the dashboards.

Only the numbers are made up. The series are prometheus_client's, made from the definitions.
"""

from pdfbatch_monitoring.story.batch import Told
from pdfbatch_monitoring.story.exporter import Exporter
from pdfbatch_monitoring.story.fleet import AFTERNOON, Scraped, Story

__all__ = ["AFTERNOON", "Exporter", "Scraped", "Story", "Told"]
