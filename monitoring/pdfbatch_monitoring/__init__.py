"""What people see of the metrics: dashboards, alerts, and the proof that each of their queries finds something.

Made from the definitions in pdfbatch_api.metrics, and written into the chart by scripts/generate.py. For whoever works
on pdfbatch: it is in no image.
"""
