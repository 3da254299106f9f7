"""Manifests as a tired person writes them, each with the exact message that it gets."""

import pytest

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.manifest import parse_manifest

from .manifests import GOOD, added, instead

SPEC_KEYS = (
    "source, template, engine, page, postprocessing, output, workFolder, documentDate, optionalAssets, sharding, "
    "renderers, scaling, retries, limits, failurePolicy, suspend, activeDeadlineSeconds, ttlSecondsAfterFinished, "
    "podTemplate"
)

ONE_MISTAKE = {
    "a misspelt key": (
        instead("  output:", "  ouput:"),
        "line 11, spec.ouput: unknown key. Did you mean output?",
    ),
    "a key in snake case": (
        added("  sharding: {documents_per_shard: 5}"),
        "line 14, spec.sharding.documents_per_shard: unknown key. Did you mean documentsPerShard?",
    ),
    "a key one level too high": (
        added("  size: A4"),
        "line 14, spec.size: unknown key. It is a key of spec.page and spec.postprocessing.watermark and "
        "spec.output.container.pageNumbers.",
    ),
    "a key that nothing resembles": (
        added("  zzz: 1"),
        f"line 14, spec.zzz: unknown key. Known here: {SPEC_KEYS}.",
    ),
    "a key that pods have and the allow-list has not": (
        added("  podTemplate: {resources: {limits: {cpus: 3}}}"),
        "line 14, spec.podTemplate.resources.limits.cpus: unknown key. Did you mean cpu?",
    ),
    "two of the same key": (
        added("    uri: other/"),
        "line 14, spec.output.uri: the key stands in line 12 already. Keep one of them.",
    ),
    "a name pattern without quotes": (
        instead('"{{ number }}.pdf"', "{{ number }}.pdf"),
        "line 13: character 23: the value begins with a brace, which is YAML's own. "
        'A value that begins with {{ needs quotes around it: "{{ number }}.pdf".',
    ),
    "a name pattern without quotes that YAML takes for a mapping": (
        instead('"{{ number }}.pdf"', "{{ number }}"),
        "line 13, spec.output.name: a key that is itself a mapping or a list. "
        'If this is a column, put quotes around the value: "{{ number }}.pdf".',
    ),
    "a glob without quotes": (
        added("  optionalAssets:", "    - *.woff2"),
        'line 15: character 8: the value begins with *, which is YAML\'s own. Put the value in quotes: "…".',
    ),
    "a name that YAML reads as yes": (
        instead("invoices", "on"),
        'line 4, metadata.name: a text is wanted here, this is on (to YAML true, a yes or no). Put it in quotes: "on".',
    ),
    "a name that is a number": (
        instead("invoices", "2026"),
        'line 4, metadata.name: a text is wanted here, this is 2026, a number to YAML. Put it in quotes: "2026".',
    ),
    "a number with a leading zero": (
        instead("invoices", "007"),
        "line 4, metadata.name: 007: with a leading zero YAML reads a number to base eight. "
        'Put it in quotes, "007", or leave the zeros out.',
    ),
    "a name with capitals": (
        instead("invoices", "Invoices 2026"),
        "line 4, metadata.name: 'Invoices 2026' is not a name of small letters, digits, - and ., "
        "with a letter or digit at each end",
    ),
    "a choice in the wrong case": (
        added("    existing: overwrite"),
        "line 14, spec.output.existing: 'overwrite' is not one of Overwrite, Keep, Refuse. Did you mean Overwrite?",
    ),
    "a page size that is none": (
        added("  page:", "    size: B4"),
        "line 15, spec.page.size: 'B4' is not one of A3, A4, A5, A6, Letter, Legal, Tabloid",
    ),
    "a page of one's own size without its height": (
        added("  page: {size: {width: 90mm}}"),
        "line 14, spec.page.size.height: missing. A length: 15mm, 1.5cm, 0.5in, 36pt or 48px.",
    ),
    "a margin with a space": (
        added("  page:", "    margin: 15 mm"),
        "line 15, spec.page.margin: '15 mm' is not a length such as 15mm, 1.5cm, 0.5in, 36pt or 48px",
    ),
    "a misspelt side of the margin": (
        added("  page:", "    margin: {topp: 3mm}"),
        "line 15, spec.page.margin.topp: unknown key. Did you mean top?",
    ),
    "margins as a list": (
        added("  page:", "    margin: [1mm, 2mm]"),
        "line 15, spec.page.margin: a text is wanted here, this is a list",
    ),
    "margins wider than the page": (
        added("  page:", "    margin: 12cm"),
        "line 14, spec.page: the margins leave no room on the page",
    ),
    "a page that is only its size": (
        added("  page: A4"),
        "line 14, spec.page: a mapping is wanted here, this is a text. Its keys are size, orientation, margin, scale, "
        "background, header, footer, preferCssSize, media, tagged, outline.",
    ),
    "a key with everything under it commented out": (
        added("  page:", "    # size: A4"),
        "line 14, spec.page: has no value. Give it one, or remove the key.",
    ),
    "a yes in quotes": (
        added("  page:", '    background: "yes"'),
        "line 15, spec.page.background: true or false is wanted here, this is a text ('yes'). "
        "Write true, without quotes.",
    ),
    "a number in quotes": (
        added('  renderers: "8"'),
        "line 14, spec.renderers: a whole number is wanted here, this is a text in quotes. Write 8 without the quotes.",
    ),
    "a fraction of a renderer": (
        added("  renderers: 8.5"),
        "line 14, spec.renderers: a whole number is wanted here, this is a number (8.5)",
    ),
    "a number that is too small": (
        added("  renderers: -1"),
        "line 14, spec.renderers: must be at least 0, this is -1",
    ),
    "a share as a fraction": (
        added("  failurePolicy: {maxFailedDocuments: 0.5}"),
        "line 14, spec.failurePolicy.maxFailedDocuments: 0.5 is not a number of documents, or a share of them "
        "such as 0.1%",
    ),
    "a duration without a unit": (
        added("  limits: {timeout: 30}"),
        "line 14, spec.limits.timeout: 30 is not a duration such as 500ms, 30s, 20m or 1h30m",
    ),
    "a date the German way": (
        added("  documentDate: 1.11.2026"),
        "line 14, spec.documentDate: '1.11.2026' is not a date such as 2026-11-30 or 2026-11-30T09:00:00Z",
    ),
    "a date that no calendar has": (
        added("  documentDate: 2026-02-30"),
        "line 14, spec.documentDate: 2026-02-30 is not a date of the calendar",
    ),
    "what kubectl get shows": (
        instead("  name: invoices", "  name: invoices\n  uid: 7f2"),
        "line 5, metadata.uid: unknown key. The cluster sets it: leave it out.",
    ),
    "another version of the resource": (
        instead("v1alpha1", "v1"),
        "line 1, apiVersion: 'pdfbatch.io/v1' is not known. Write pdfbatch.io/v1alpha1.",
    ),
    "no kind": (
        instead("kind: PdfBatch\n", ""),
        "line 1, kind: missing. Write kind: PdfBatch.",
    ),
    "a kind with a capital": (
        instead("kind: PdfBatch", "Kind: PdfBatch"),
        "line 2, Kind: unknown key. Did you mean kind?",
    ),
    "nothing": (
        "# later\n",
        "line 1: a manifest is a mapping, this is empty. "
        "Begin with apiVersion: pdfbatch.io/v1alpha1 and kind: PdfBatch.",
    ),
    "a list of batches": (
        "- apiVersion: pdfbatch.io/v1alpha1\n",
        "line 1: a manifest is a mapping, this is a list. "
        "Begin with apiVersion: pdfbatch.io/v1alpha1 and kind: PdfBatch.",
    ),
    "two documents": (
        f"{GOOD}---\n{GOOD}",
        "line 15: a second document begins here, and a manifest is one. Give each batch a file of its own.",
    ),
    "a tab": (
        instead("  source:", "\tsource:"),
        "line 6: character 1: a tab, where YAML takes spaces only. Indent with spaces.",
    ),
    "a path with backslashes in double quotes": (
        instead("uri: out/", r'uri: "C:\data"'),
        "line 12: character 13: a backslash in double quotes begins an escape, and this is none. "
        "Use single quotes, or write the backslash twice.",
    ),
    "a quote that is never closed": (
        instead('"{{ number }}.pdf"', "'{{ number }}.pdf"),
        "line 13: a quote is opened here and never closed. Close it.",
    ),
    "a line indented too far": (
        instead("    uri: invoice.html", "    uri: invoice.html\n      entry: a.html"),
        "line 11: character 12: a colon that no key stands before. Put a text with a colon in it in quotes; "
        "or the line above lacks its colon; or this line is indented too far.",
    ),
    "a line indented too little": (
        instead("    uri: out/", "    uri: out/\n   existing: Keep"),
        "line 13: character 4: this line does not fit what began in line 6. Lines of one block begin at the same "
        "column; or a quote or bracket above is not closed.",
    ),
    "a key without its colon": (
        instead("uri: out/", "uri out/"),
        "line 13: character 9: a colon that no key stands before. Put a text with a colon in it in quotes; "
        "or the line above lacks its colon; or this line is indented too far.",
    ),
    "a bracket that is never closed": (
        instead("uri: out/", "uri: [out/"),
        "line 13: character 9: a bracket was opened in line 12, and this stands where a comma or its end should. "
        "Close the bracket, or put the comma.",
    ),
    "a table's path where the table's block should be": (
        instead("rows:\n      uri: rows.csv", "rows: rows.csv"),
        "line 7, spec.source.rows: a mapping is wanted here, this is a text. "
        "Its keys are uri, format, compression, csv, sheet, columns, filter, images.",
    ),
    "two sources": (
        instead("  template:", "    items: {values: [{number: 1}]}\n  template:"),
        "line 6, spec.source: give exactly one of rows, files, urls, items; this gives rows and items",
    ),
    "no template": (
        instead("  template:\n    uri: invoice.html\n", ""),
        "line 5, spec: template is missing: rows and items need one",
    ),
    "a type that no column has": (
        instead("uri: rows.csv", "uri: rows.csv\n      columns: {total: money}"),
        "line 9, spec.source.rows.columns.total: 'money' is not one of text, integer, decimal, number, boolean, "
        "date, datetime",
    ),
    "a column whose name is a number": (
        instead("uri: rows.csv", "uri: rows.csv\n      columns: {2026: decimal}"),
        'line 9, spec.source.rows.columns: the key 2026 is no text to YAML (int). Write "2026".',
    ),
    "a delimiter of two characters": (
        instead("uri: rows.csv", 'uri: rows.csv\n      csv: {delimiter: ";;"}'),
        "line 9, spec.source.rows.csv.delimiter: it has 2 characters, and 1 are the limit",
    ),
    "no manifest at the end at all": (
        added("    manifest: []"),
        "line 14, spec.output.manifest: may not be empty",
    ),
    "an alias of nothing": (
        instead("uri: out/", "uri: *out"),
        "line 12: character 10: the value begins with *, which is YAML's own. "
        'Put the value in quotes: "…"; or define the anchor that it names above this line.',
    ),
    "a Python object": (
        instead("uri: out/", "uri: !!python/name:os.system out/"),
        "line 12, spec.output.uri: the tag python/name:os.system is not for manifests. Write plain text in quotes.",
    ),
    "an invisible character": (
        instead("out/", "o\x07ut/"),
        "line 12: character 11: U+0007 may not stand in YAML. "
        "Remove it; an editor that shows invisible characters finds it.",
    ),
}


@pytest.mark.parametrize("case", ONE_MISTAKE)
def test_a_mistake_is_named_with_its_line_and_what_to_do(case: str) -> None:
    text, expected = ONE_MISTAKE[case]

    with pytest.raises(ManifestError) as raised:
        parse_manifest(text, uri="batch.yaml")

    assert str(raised.value) == f"batch.yaml, {expected}"
