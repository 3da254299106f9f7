"""Manifests that the definition refuses, with the words that it must say, and manifests that it lets in."""

from tests.api_server.manifests import GOOD, added, instead

POD = "  podTemplate: "
ROWS = "rows:\n      uri: s3://billing/rows.csv"
TEMPLATE = "    uri: s3://billing/invoice.html"
PLACE = "in a cluster this is s3://bucket/…, gs://bucket/…, az://container/… or pvc://claim/…"

# The rules: a manifest that breaks one, and where and what is said.
RULES = {
    "two sources": (
        instead("  template:", "    items: {values: [{number: 1}]}\n  template:"),
        "spec.source: Invalid value: give exactly one of rows, files, urls, items; this gives rows items",
    ),
    "no source": (
        instead(ROWS, "{}"),
        "spec.source: Invalid value: give exactly one of rows, files, urls, items; this gives none of them",
    ),
    "no template for rows": (
        instead(f"  template:\n{TEMPLATE}\n", ""),
        "spec: Invalid value: template is missing: rows and items need one",
    ),
    "a template for files": (
        instead("rows:\n", "files:\n"),
        "spec.template: Invalid value: template has no effect with files or urls: leave it out",
    ),
    "a template twice": (
        instead(TEMPLATE, f"{TEMPLATE}\n    inline: <p>"),
        "spec.template: Invalid value: give exactly one of uri, configMap, inline; this gives uri inline",
    ),
    "an entry and a column that names it": (
        instead(TEMPLATE, "    uri: s3://billing/\n    entry: a.html\n    entryColumn: kind"),
        "spec.template: Invalid value: give entry or entryColumn, not both",
    ),
    "a relative path to write to": (
        instead("s3://archive/2026-11/", "out/"),
        f'spec.output.uri: Invalid value: "out/": {PLACE}: pods see no folder of yours, so paths and file:// are '
        "for pdfbatch run alone",
    ),
    "a file:// to read": (
        instead("s3://billing/rows.csv", "file:///data/rows.csv"),
        f'spec.source.rows.uri: Invalid value: "file:///data/rows.csv": {PLACE}',
    ),
    "a template of a web server": (
        instead("s3://billing/invoice.html", "https://billing.example/invoice.html"),
        f'spec.template.uri: Invalid value: "https://billing.example/invoice.html": {PLACE}',
    ),
    "a work folder in a claim that cannot be": (
        added("  workFolder: {uri: pvc://My_Claim/work/}"),
        f'spec.workFolder.uri: Invalid value: "pvc://My_Claim/work/": {PLACE}',
    ),
    "files in a folder": (
        instead(f"{ROWS}\n  template:\n{TEMPLATE}", "files: {uri: pages/}"),
        f'spec.source.files.uri: Invalid value: "pages/": {PLACE}',
    ),
    "a table of URLs in a folder": (
        instead(f"{ROWS}\n  template:\n{TEMPLATE}", "urls: {uri: urls.csv}"),
        f'spec.source.urls.uri: Invalid value: "urls.csv": {PLACE}',
    ),
    "a name of 64 characters": (
        instead("name: rules", f"name: {'a' * 64}"),
        "metadata.name is also a label of the batch's pods, and labels have at most 63 characters: shorten it",
    ),
    "more renderers at least than at most": (
        added("  scaling: {min: 20}"),
        "spec.scaling: Invalid value: scaling.min is more than scaling.max: lower min or raise max "
        "(which is 10 unless it is given)",
    ),
    "two that decide the number of renderers": (
        added("  scaling: {targetDuration: 20m, prometheus: {query: up, target: 1}}"),
        "spec.scaling: Invalid value: scaling.targetDuration and scaling.prometheus: give one, for only one can decide",
    ),
    "a share of more than all": (
        added("  failurePolicy: {maxFailedDocuments: 200%}"),
        'maxFailedDocuments: Invalid value: "200%": this is more than all documents: give at most 100%',
    ),
    "a share in words": (
        added("  failurePolicy: {maxFailedDocuments: few}"),
        'maxFailedDocuments: Invalid value: "few": this is not a number of documents, or a share of them such as 0.1%',
    ),
    "fewer failed documents than none": (
        added("  failurePolicy: {maxFailedDocuments: -1}"),
        "maxFailedDocuments: Invalid value: -1: this is not a number of documents, or a share of them such as 0.1%",
    ),
    "a date that no calendar has": (
        added("  documentDate: 2026-02-30"),
        'spec.documentDate: Invalid value: "2026-02-30": this is not a date of the calendar',
    ),
    "an hour that no day has": (
        added('  documentDate: "2026-11-30T25:00:00Z"'),
        'spec.documentDate: Invalid value: "2026-11-30T25:00:00Z": this is not a date of the calendar',
    ),
    "a variable with two values": (
        added(POD + "{env: [{name: A, value: b, secretKeyRef: {name: s, key: k}}]}"),
        "spec.podTemplate.env[0]: Invalid value: give exactly one of value, secretKeyRef, configMapKeyRef; "
        "this gives value secretKeyRef",
    ),
    "a variable of ours": (
        added(POD + "{env: [{name: PDFBATCH_UID, value: b}]}"),
        "spec.podTemplate.env[0]: Invalid value: this variable is set by pdfbatch: leave it out",
    ),
    "variables from nowhere": (
        added(POD + "{envFrom: [{}]}"),
        "spec.podTemplate.envFrom[0]: Invalid value: give exactly one of secretRef, configMapRef; "
        "this gives none of them",
    ),
    "a quantity with a space": (
        added(POD + "{resources: {limits: {memory: 2 GB}}}"),
        'spec.podTemplate.resources.limits.memory: Invalid value: "2 GB": this is not a quantity such as '
        "500m, 2 or 2Gi",
    ),
    "a quantity below nothing": (
        added(POD + '{engineResources: {requests: {cpu: "-1"}}}'),
        'spec.podTemplate.engineResources.requests.cpu: Invalid value: "-1": this is not a quantity such as '
        "500m, 2 or 2Gi",
    ),
    "a duration with a space": (
        added("  limits: {timeout: 30 s}"),
        'spec.limits.timeout: Invalid value: "30 s": this is not a duration such as 500ms, 30s, 20m or 1h30m',
    ),
    "a size with a space": (
        added("  limits: {pdf: 10 MB}"),
        'spec.limits.pdf: Invalid value: "10 MB": this is not a size in bytes such as 65536, 64Ki, 10Mi or 1Gi',
    ),
    "a currency in small letters": (
        instead(TEMPLATE, f"{TEMPLATE}\n    currency: eur"),
        'spec.template.currency: Invalid value: "eur": this is not a currency\'s three letters, such as EUR',
    ),
    "a date the German way": (
        added("  documentDate: 1.11.2026"),
        'spec.documentDate: Invalid value: "1.11.2026": this is not a date such as 2026-11-30 or 2026-11-30T09:00:00Z',
    ),
    "a variable whose name is none": (
        added(POD + "{env: [{name: a-b, value: b}]}"),
        'spec.podTemplate.env[0].name: Invalid value: "a-b": this is not the name of an environment variable: '
        "letters, digits and _",
    ),
    "page numbers in a zip": (
        instead(
            "s3://archive/2026-11/", "s3://archive/2026-11/\n    container: {format: zip, name: a, pageNumbers: {}}"
        ),
        "spec.output.container: Invalid value: pageNumbers are for format pdf: in a zip each document stays a file "
        "of its own",
    ),
    "page numbers of a row's own": (
        instead(
            "s3://archive/2026-11/",
            "s3://archive/2026-11/\n    container: {format: pdf, name: a, pageNumbers: {text: '{number}'}}",
        ),
        'spec.output.container.pageNumbers.text: Invalid value: "{number}": this is not a line of text in which {page} '
        "and {pages} are all there is in braces",
    ),
    "a wait for what no script does": (
        added("  engine: {chromium: {wait: {signal: true}}}"),
        "spec.engine.chromium.wait: Invalid value: wait has no effect without scripts: leave it out, or set "
        "scripts: true",
    ),
    "a wait where scripts are expressly off": (
        added("  engine: {chromium: {scripts: false, wait: {delay: 1s}}}"),
        "spec.engine.chromium.wait: Invalid value: wait has no effect without scripts: leave it out, or set "
        "scripts: true",
    ),
    "errors of scripts that do not run": (
        added("  engine: {chromium: {scriptErrors: Fail}}"),
        "spec.engine.chromium.scriptErrors: Invalid value: scriptErrors has no effect without scripts: leave it out, "
        "or set scripts: true",
    ),
    "a script of one's own where none runs": (
        added("  engine: {name: ironpdf, ironpdf: {javascript: draw()}}"),
        "spec.engine.ironpdf.javascript: Invalid value: javascript has no effect without scripts: leave it out, or "
        "set enableJavaScript: true",
    ),
    "an element that no script looks for": (
        added('  engine: {name: ironpdf, ironpdf: {waitFor: {htmlQuerySelector: ".done"}}}'),
        "spec.engine.ironpdf.waitFor: Invalid value: without scripts only delays and requests can be waited for: "
        "set enableJavaScript: true",
    ),
    "a table of contents that no script makes": (
        added("  engine: {name: ironpdf, ironpdf: {tableOfContents: Basic}}"),
        "spec.engine.ironpdf.tableOfContents: Invalid value: tableOfContents is made by a script of IronPDF's: "
        "set enableJavaScript: true",
    ),
    "headings from the fifth to the third": (
        added("  engine: {name: ironpdf, ironpdf: {autoBookmarkMinHeadingLevel: 5, autoBookmarkMaxHeadingLevel: 3}}"),
        "spec.engine.ironpdf: Invalid value: autoBookmarkMinHeadingLevel is over autoBookmarkMaxHeadingLevel",
    ),
    "two events to wait for": (
        added("  engine: {name: ironpdf, ironpdf: {waitFor: {renderDelay: 1s, networkIdle0: true}}}"),
        "spec.engine.ironpdf.waitFor: Invalid value: waitFor is one event: give exactly one beside maxWaitTime",
    ),
    "a switch that is off as the event to wait for": (
        added("  engine: {name: ironpdf, ironpdf: {enableJavaScript: true, waitFor: {allFontsLoaded: false}}}"),
        "spec.engine.ironpdf.waitFor: Invalid value: waitFor is one event: give exactly one beside maxWaitTime",
    ),
    "a paper that is fitted in two ways": (
        added(
            "  engine: {name: ironpdf, ironpdf: {paperFit: {useResponsiveCssRendering: 800, "
            "useFitToPageRendering: 800}}}"
        ),
        "spec.engine.ironpdf.paperFit: Invalid value: give one of useResponsiveCssRendering and useFitToPageRendering",
    ),
    "a watermark of nothing": (
        added("  postprocessing: {watermark: {opacity: 0.5}}"),
        "spec.postprocessing.watermark: Invalid value: give exactly one of text, image, pdf; this gives none of them",
    ),
    "a watermark on every other page": (
        added("  postprocessing: {watermark: {text: COPY, pages: even}}"),
        'spec.postprocessing.watermark.pages: Invalid value: "even": this is not which pages: all, first, last, or '
        "numbers and ranges such as 1,3-5 or 2-last",
    ),
    "a colour by its name": (
        added("  postprocessing: {watermark: {text: COPY, color: red}}"),
        'spec.postprocessing.watermark.color: Invalid value: "red": this is not a colour such as #cc0000',
    ),
    "an attachment of two": (
        added("  postprocessing: {attachments: [{uri: s3://billing/terms.pdf, column: terms}]}"),
        "spec.postprocessing.attachments[0]: Invalid value: give exactly one of uri, column; this gives uri column",
    ),
    "encryption that anybody could open": (
        added("  postprocessing: {encryption: {allow: [print]}}"),
        "spec.postprocessing.encryption: Invalid value: give a password: userPasswordSecretRef, userPasswordColumn, "
        "or one of the owner's",
    ),
    "two passwords for the user": (
        added("  postprocessing: {encryption: {userPasswordColumn: pin, userPasswordSecretRef: {name: s, key: k}}}"),
        "spec.postprocessing.encryption: Invalid value: give userPasswordSecretRef or userPasswordColumn, not both",
    ),
    "two passwords for the owner": (
        added("  postprocessing: {encryption: {ownerPasswordColumn: pin, ownerPasswordSecretRef: {name: s, key: k}}}"),
        "spec.postprocessing.encryption: Invalid value: give ownerPasswordSecretRef or ownerPasswordColumn, not both",
    ),
    "a length in feet": (
        added("  postprocessing: {signature: {secretRef: {name: s, key: k}, left: 1ft}}"),
        'spec.postprocessing.signature.left: Invalid value: "1ft": this is not a length such as 15mm, 1.5cm, 0.5in, '
        "36pt or 48px",
    ),
    "a store's timeout in minutes": (
        added("    store: {timeout: 1m}"),
        'spec.output.store.timeout: Invalid value: "1m": this is not a time in seconds such as 30s',
    ),
    "a patience in hours": (
        added("    store: {retryFor: 1h}"),
        'spec.output.store.retryFor: Invalid value: "1h": this is not a time in seconds or minutes such as 45s or 3m',
    ),
}

# What a tired person writes, where no rule of ours is needed: types, enums, bounds, and kubectl's own strictness.
TIRED = {
    "a misspelt key": (instead("  output:", "  ouput:"), 'unknown field "spec.ouput"'),
    "a key in snake case": (
        added("  sharding: {documents_per_shard: 5}"),
        'unknown field "spec.sharding.documents_per_shard"',
    ),
    "a key one level too high": (added("  size: A4"), 'unknown field "spec.size"'),
    "a key that pods have and the allow-list has not": (
        added(POD + "{resources: {limits: {cpus: 3}}}"),
        'unknown field "spec.podTemplate.resources.limits.cpus"',
    ),
    "a whole pod": (
        added(POD + "{hostNetwork: true}"),
        'unknown field "spec.podTemplate.hostNetwork"',
    ),
    "a misspelt affinity": (
        added(POD + "{affinity: {nodeAfinity: {}}}"),
        'unknown field "spec.podTemplate.affinity.nodeAfinity"',
    ),
    "a choice in the wrong case": (
        added("    existing: overwrite"),
        'spec.output.existing: Unsupported value: "overwrite": supported values: "Overwrite", "Keep", "Refuse"',
    ),
    "a page size that is none": (
        added("  page: {size: B4}"),
        'spec.page.size: Invalid value: "B4": spec.page.size in body should match '
        "'^(A3|A4|A5|A6|Letter|Legal|Tabloid)$'",
    ),
    "a page of one's own size without its height": (
        added("  page: {size: {width: 90mm}}"),
        "spec.page.size.height: Required value",
    ),
    "a page of one's own size with a key too many": (
        added("  page: {size: {width: 90mm, height: 55mm, depth: 1mm}}"),
        "spec.page.size: Too many: 3: must have at most 2 items",
    ),
    "a margin with a space": (
        added("  page: {margin: 15 mm}"),
        'spec.page.margin: Invalid value: "15 mm": spec.page.margin in body should match',
    ),
    "a margin without a unit": (added("  page: {margin: 15}"), "spec.page.margin: Invalid value: 15"),
    "a misspelt side of the margin": (
        added("  page: {margin: {topp: 3mm}}"),
        "spec.page.margin: Too many: 5: must have at most 4 items",
    ),
    "margins as a list": (added("  page: {margin: [1mm, 2mm]}"), "spec.page.margin: Too many"),
    "a margin of yes": (added("  page: {margin: yes}"), '"spec.page.margin" must not validate the schema (not)'),
    "a page that is only its size": (
        added("  page: A4"),
        'spec.page in body must be of type object: "string"',
    ),
    "a yes in quotes": (
        added('  page: {background: "yes"}'),
        'spec.page.background in body must be of type boolean: "string"',
    ),
    "a number in quotes": (
        added('  renderers: "8"'),
        'spec.renderers in body must be of type integer: "string"',
    ),
    "a fraction of a renderer": (
        added("  renderers: 8.5"),
        'spec.renderers in body must be of type int64: "float64"',
    ),
    "a number that is too small": (
        added("  renderers: -1"),
        "spec.renderers in body should be greater than or equal to 0",
    ),
    "a share as a fraction": (
        added("  failurePolicy: {maxFailedDocuments: 0.5}"),
        'maxFailedDocuments in body must be of type integer,string: "number"',
    ),
    "a duration without a unit": (
        added("  limits: {timeout: 30}"),
        'spec.limits.timeout in body must be of type string: "integer"',
    ),
    "a name with capitals": (
        instead("name: rules", "name: Invoices 2026"),
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters",
    ),
    "another version of the resource": (
        instead("v1alpha1", "v1"),
        'no matches for kind "PdfBatch" in version "pdfbatch.io/v1"',
    ),
    "no spec": (GOOD.partition("spec:")[0], "spec: Required value"),
    "a table's path where the table's block should be": (
        instead(ROWS, "rows: s3://billing/rows.csv"),
        'spec.source.rows in body must be of type object: "string"',
    ),
    "a type that no column has": (
        instead(ROWS, f"{ROWS}\n      columns: {{total: money}}"),
        'spec.source.rows.columns.total: Unsupported value: "money": supported values: "text"',
    ),
    "a delimiter of two characters": (
        instead(ROWS, f'{ROWS}\n      csv: {{delimiter: ";;"}}'),
        "spec.source.rows.csv.delimiter: Too long",
    ),
    "no manifest at the end at all": (added("    manifest: []"), "should have at least 1 items"),
    "items that are no rows": (
        instead(ROWS, "items: {values: [1]}"),
        'spec.source.items.values[0] in body must be of type object: "integer"',
    ),
    "a name pattern without quotes": (instead('"{{ number }}.pdf"', "{{ number }}.pdf"), "did not find expected key"),
    "a name that YAML reads as yes": (instead("name: rules", "name: on"), "cannot unmarshal bool"),
    "a tab": (instead("  source:", "\tsource:"), "found a tab character"),
}

# What the API server lets in: CEL does not see it, or kubectl has mended it already. The plan pod refuses the first.
ACCEPTED = {
    "margins wider than the page": added("  page: {margin: 12cm}"),
    "a key with everything under it commented out": added("  page:", "    # size: A4"),
    "a column whose name is a number": instead(ROWS, f"{ROWS}\n      columns: {{2026: decimal}}"),
    "an engine that is not in the images": added("  engine: {name: typst}"),
    "a wait for a page's scripts": added(
        "  engine: {chromium: {scripts: true, scriptErrors: Fail, wait: {signal: true, delay: 1s}}}"
    ),
    "errors of scripts as they are without a word": added("  engine: {chromium: {scriptErrors: Warn}}"),
    "a delay of IronPDF's without scripts": added("  engine: {name: ironpdf, ironpdf: {waitFor: {renderDelay: 1s}}}"),
    "a quiet network without scripts": added("  engine: {name: ironpdf, ironpdf: {waitFor: {networkIdle2: true}}}"),
    "all of IronPDF's that needs scripts": added(
        "  engine: {name: ironpdf, ironpdf: {enableJavaScript: true, javascript: draw(), tableOfContents: Basic, "
        "waitFor: {javaScript: true}, paperFit: {useFitToPageRendering: 800}, autoBookmarkMinHeadingLevel: 3}}"
    ),
    "a page of one's own size": added("  page: {size: {width: 90mm, height: 55mm}, margin: {top: 3mm}}"),
    "a day": added("  documentDate: 2026-11-30"),
    "a moment": added('  documentDate: "2026-11-30T09:00:00Z"'),
    "a tenth of a percent": added("  failurePolicy: {maxFailedDocuments: 0.1%}"),
    "rows of one's own": instead(ROWS, "items: {values: [{a: 1, b: {c: [null, 2.5]}}]}"),
    "quantities of every kind": added(POD + "{resources: {requests: {cpu: 2, memory: 1.5Gi, ephemeral-storage: 1e9}}}"),
    "a claim": instead("s3://archive/2026-11/", "pvc://documents/2026-11/"),
    "a bucket alone": instead("s3://archive/2026-11/", "gs://archive"),
    "an affinity": added(
        POD + "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
        "[{matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}}"
    ),
}

# What may not be changed once it is there, and what each change says.
IMMUTABLE = {
    "source": instead("rows.csv", "more.csv"),
    "template": instead("invoice.html", "reminder.html"),
    "output": instead("{{ number }}.pdf", "{{ row }}.pdf"),
    "page": added("  page: {size: A5}"),
    "engine": added("  engine: {chromium: {recycleAfter: 10}}"),
    "postprocessing": added("  postprocessing: {metadata: {title: x}}"),
    "workFolder": added("  workFolder: {uri: s3://work/}"),
    "documentDate": added("  documentDate: 2026-11-30"),
    "optionalAssets": added('  optionalAssets: ["*.woff2"]'),
    "sharding": added("  sharding: {documentsPerShard: 5}"),
    "retries.document": added("  retries: {document: 7}"),
    "retries.shard": added("  retries: {shard: 9}"),
    "limits": added("  limits: {timeout: 90s}"),
    "failurePolicy": added("  failurePolicy: {maxFailedDocuments: 5}"),
    "podTemplate": added(POD + "{nodeSelector: {disk: ssd}}"),
}

# Retries that are asked for, by how far the batch is: its status, the generation, and what is said; "" lets it in.
_PLAN = {"digest": "d1", "documents": 9, "shards": 3}
_OVER = "spec.retries.generation: only a batch that is over is retried: wait until it has Succeeded or Failed"
RETRIES: dict[str, tuple[dict[str, object], int, str]] = {
    "not begun yet": ({}, 1, _OVER),
    "still at work": ({"phase": "Rendering", "plan": _PLAN, "documents": {"failed": 2}}, 1, _OVER),
    "never planned": (
        {"phase": "Failed"},
        1,
        "spec.retries.generation: this batch failed before it was planned, so nothing of it can be retried: "
        "correct it and create it anew",
    ),
    "without a failure": (
        {"phase": "Succeeded", "plan": _PLAN, "documents": {"total": 9, "succeeded": 9, "failed": 0}},
        1,
        "spec.retries.generation: no document of this batch failed: there is nothing to retry",
    ),
    "failed": ({"phase": "Failed", "plan": _PLAN, "documents": {"total": 9, "succeeded": 7, "failed": 2}}, 1, ""),
    "succeeded with failures that were allowed": (
        {"phase": "Succeeded", "plan": _PLAN, "documents": {"total": 9, "succeeded": 7, "failed": 2}},
        1,
        "",
    ),
    "too many": ({"phase": "Failed", "plan": _PLAN}, 10_000, "should be less than or equal to 9999"),
}
RETRIES_GO_UP = "spec.retries.generation may only rise: one more than it was is one retry more"
