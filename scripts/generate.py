"""Writes what is generated from the models: the manifest's reference, its JSON schema, the cluster's CRD, the metrics,
what engines can do, the dashboards and the alerts.

python scripts/generate.py           writes
python scripts/generate.py --check   writes nothing; exit status 1 if a file is not what the models say
"""

import json
import sys
from pathlib import Path

from generating.crd.definition import definition
from generating.crd.text import as_yaml
from generating.editor_schema import schema
from generating.engines import engines
from generating.metrics import metrics_page
from generating.reference import reference

from pdfbatch_monitoring.generated import chart_files

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Exit status 1 if a file is stale and only a check was asked for."""
    whole = schema()
    crd = as_yaml(definition())
    made = {
        ROOT / "docs" / "manifest.md": reference(whole),
        ROOT / "docs" / "metrics.md": metrics_page(),
        ROOT / "docs" / "engines.md": engines(),
        ROOT / "crds" / "pdfbatch.schema.json": json.dumps(whole, indent=2, ensure_ascii=False) + "\n",
        ROOT / "crds" / "pdfbatch.io_pdfbatches.yaml": crd,
        # Helm reads only what lies in the chart.
        ROOT / "charts" / "pdfbatch" / "files" / "crd.yaml": crd,
        **{ROOT / "charts" / "pdfbatch" / name: text for name, text in chart_files().items()},
    }
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the models say: run `make generate`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
