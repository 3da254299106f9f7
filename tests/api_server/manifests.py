"""A manifest that a cluster takes, and ways to spoil it: as text, for it is people's YAML that goes wrong."""

GOOD = """\
apiVersion: pdfbatch.io/v1alpha1
kind: PdfBatch
metadata:
  name: rules
spec:
  suspend: true
  source:
    rows:
      uri: s3://billing/rows.csv
  template:
    uri: s3://billing/invoice.html
  output:
    uri: s3://archive/2026-11/
    name: "{{ number }}.pdf"
"""


def instead(old: str, new: str) -> str:
    """The good manifest with one place changed."""
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the good manifest"
    return GOOD.replace(old, new)


def added(*lines: str) -> str:
    """The good manifest with lines added at its end."""
    return GOOD + "".join(f"{line}\n" for line in lines)
