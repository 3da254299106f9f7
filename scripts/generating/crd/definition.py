"""The CustomResourceDefinition of PdfBatch."""

from typing import Any, Final

from generating.crd.defaults import schema_with_defaults
from generating.crd.rule import Rule
from generating.crd.rules import CHANGEABLE, RULES, immutable
from generating.crd.structural import Converter, Schema
from pdfbatch_api.labels import GROUP
from pdfbatch_api.resource import API_VERSION, KIND

PLURAL: Final = "pdfbatches"
_DESCRIPTION: Final = (
    "PdfBatch turns a table into PDFs: a document a row, each exactly once, and a manifest that accounts for every one."
)


def definition() -> dict[str, Any]:
    """The definition, as the API server takes it."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "plural": PLURAL,
                "singular": KIND.lower(),
                "kind": KIND,
                "listKind": f"{KIND}List",
                "shortNames": ["pdfb"],
                "categories": ["all"],
            },
            "versions": [
                {
                    "name": API_VERSION.partition("/")[2],
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": resource_schema()},
                    "subresources": {
                        "status": {},
                        "scale": {
                            "specReplicasPath": ".spec.renderers",
                            "statusReplicasPath": ".status.renderers.active",
                            "labelSelectorPath": ".status.selector",
                        },
                    },
                    "additionalPrinterColumns": _columns(),
                    "selectableFields": [{"jsonPath": ".status.phase"}],
                }
            ],
        },
    }


def resource_schema() -> Schema:
    """The structural schema of the whole resource."""
    whole = schema_with_defaults()
    parts, definitions = whole["properties"], whole["$defs"]
    spec_model = definitions[parts["spec"]["$ref"].rpartition("/")[2]]
    rules = RULES | {"spec": (*RULES["spec"], *_immutability(spec_model))}
    spec = Converter(definitions, rules, defaults=True).convert(parts["spec"], "spec")
    status = Converter(definitions, {}, defaults=False).convert(parts["status"], "status")
    conditions = status["properties"]["conditions"]
    conditions |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
    return {
        "description": _DESCRIPTION,
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"description": f"{API_VERSION}.", "type": "string"},
            "kind": {"description": f"{KIND}.", "type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
            "status": status,
        },
        "x-kubernetes-validations": [rule.written() for rule in RULES[""]],
    }


def _immutability(spec: Schema) -> tuple[Rule, ...]:
    """Every field of the spec but those that may be changed: a new one is immutable from its beginning."""
    return tuple(
        immutable(name, required=name in spec["required"]) for name in spec["properties"] if name not in CHANGEABLE
    )


def _columns() -> list[dict[str, Any]]:
    """What `kubectl get pdfb` shows; with -o wide also those of priority 1."""
    status = ".status"
    usual = [
        ("Phase", "string", f"{status}.phase"),
        ("Progress", "string", f"{status}.progress"),
        ("Failed", "integer", f"{status}.documents.failed"),
        ("Renderers", "integer", f"{status}.renderers.active"),
        ("Docs/s", "string", f"{status}.throughput"),
        ("Remaining", "string", f"{status}.remaining"),
        ("Age", "date", ".metadata.creationTimestamp"),
    ]
    wide = [
        ("Shards", "integer", f"{status}.shards.total"),
        ("Done", "integer", f"{status}.shards.succeeded"),
        ("Until", "string", f"{status}.estimatedCompletionTime"),
        ("Output", "string", ".spec.output.uri"),
        ("Stalled", "string", f'{status}.conditions[?(@.type=="Stalled")].message'),
    ]
    return [
        {"name": name, "type": kind, "jsonPath": path, **({"priority": priority} if priority else {})}
        for priority, columns in ((0, usual), (1, wide))
        for name, kind, path in columns
    ]
