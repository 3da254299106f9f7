"""The manifest that the tests of the manifest begin with, and ways to spoil it."""

GOOD = """\
apiVersion: pdfbatch.io/v1alpha1
kind: PdfBatch
metadata:
  name: invoices
spec:
  source:
    rows:
      uri: rows.csv
  template:
    uri: invoice.html
  output:
    uri: out/
    name: "{{ number }}.pdf"
"""


def instead(old: str, new: str) -> str:
    """The good manifest with one place changed."""
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the good manifest"
    return GOOD.replace(old, new)


def added(*lines: str) -> str:
    """The good manifest with lines added at its end, from line 14 on."""
    return GOOD + "".join(f"{line}\n" for line in lines)
