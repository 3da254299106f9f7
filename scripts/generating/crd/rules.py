"""The checks that no type can say, in the API server's language (CEL), each with words for the person who wrote it.

What pydantic refuses at a laptop is refused here too, as far as CEL can see it; the rest (a template that does not
compile, margins that leave no room) is found by the plan pod.
"""

from typing import Final, NamedTuple

from generating.crd.engine_rules import ENGINE_RULES
from generating.crd.rule import Rule, one_of, quoted
from pdfbatch_api.manifest.patterns import PATTERNS
from pdfbatch_api.resource.postprocessing import TEMPLATE_SCHEME
from pdfbatch_api.resource.quantities import SHARE_PATTERN
from pdfbatch_api.resource.running import ScalingSpec


class _Places(NamedTuple):
    rule: Rule
    description: str


PLACES: Final = _Places(
    Rule(
        r"self.matches('^(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]{1,254}(/.*)?$')"
        r" || self.matches('^pvc://[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?(/.*)?$')",
        "in a cluster this is s3://bucket/…, gs://bucket/…, az://container/… or pvc://claim/…: "
        "pods see no folder of yours, so paths and file:// are for pdfbatch run alone",
    ),
    "Where it lies: s3://bucket/key, gs://bucket/key, az://container/key or pvc://claim/path.",
)

# The same, or a file of the template's.
PLACES_OR_TEMPLATE: Final = _Places(
    PLACES.rule._replace(rule=f"{PLACES.rule.rule} || self.matches('^{TEMPLATE_SCHEME}.+$')"),
    f"A file of the template's ({TEMPLATE_SCHEME}paper.pdf), or where it lies: s3://bucket/key, gs://bucket/key, "
    "az://container/key or pvc://claim/path. The plan keeps a copy.",
)


# What may be changed while a batch is there: how many pods, whether it is held, how long it may take and is kept.
# Of retries the generation alone, which has rules of its own.
CHANGEABLE: Final = frozenset(
    {"renderers", "scaling", "suspend", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "retries"}
)


def immutable(name: str, *, required: bool) -> Rule:
    """A field that stays as it was created.

    The rule stands at the parent: a rule at the field itself is not run when the field comes or goes.
    """
    same = f"self.{name} == oldSelf.{name}"
    return Rule(
        same if required else f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || {same})",
        f"{name} cannot be changed: the batch is planned with it. Delete the batch and create it anew, "
        "or give the changed one another name",
        field=f".{name}",
    )


def _generation(whose: str) -> str:
    """CEL: the generation of the retries that a batch asks for, whatever of it is written."""
    retries = f"{whose}.spec.retries"
    return f"(has({retries}) && has({retries}.generation) ? {retries}.generation : 0)"


def _retriable(holds: str, message: str) -> Rule:
    """What must hold of the status of a batch that is to be retried.

    At the resource: a rule of the spec does not see the status. An update of either is checked with the other as it is.
    """
    asked = f"{_generation('self')} != {_generation('oldSelf')}"
    return Rule(f"!({asked}) || ({holds})", message)


_SHARE: Final = f"self.matches({quoted(SHARE_PATTERN)})"

# A quantity that is a number is never wrong; text is what Kubernetes takes for one, and not negative.
_QUANTITY: Final = Rule(
    "type(self) == int ? self >= 0 : (isQuantity(self) && !quantity(self).isLessThan(quantity('0')))",
    "this is not a quantity such as 500m, 2 or 2Gi",
)
_RESOURCES: Final = tuple(
    f"spec.podTemplate.{which}.{kind}.{name}"
    for which in ("resources", "engineResources")
    for kind in ("requests", "limits")
    for name in ("cpu", "memory", "ephemeral-storage")
)

RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "": (
        Rule(
            "self.metadata.name.size() <= 63",
            "metadata.name is also a label of the batch's pods, and labels have at most 63 characters: shorten it",
        ),
        Rule(
            f"{_generation('self')} >= {_generation('oldSelf')}",
            "spec.retries.generation may only rise: one more than it was is one retry more",
        ),
        _retriable(
            "has(self.status) && has(self.status.phase) && self.status.phase in ['Succeeded', 'Failed']",
            "spec.retries.generation: only a batch that is over is retried: wait until it has Succeeded or Failed",
        ),
        _retriable(
            "!has(self.status) || !has(self.status.phase) || self.status.phase != 'Failed' || has(self.status.plan)",
            "spec.retries.generation: this batch failed before it was planned, so nothing of it can be retried: "
            "correct it and create it anew",
        ),
        _retriable(
            "!has(self.status) || !has(self.status.phase) || self.status.phase != 'Succeeded' || "
            "(has(self.status.documents) && has(self.status.documents.failed) && self.status.documents.failed > 0)",
            "spec.retries.generation: no document of this batch failed: there is nothing to retry",
        ),
    ),
    "spec": (
        Rule(
            "has(self.template) || has(self.source.files) || has(self.source.urls)",
            "template is missing: rows and items need one",
        ),
        Rule(
            "!has(self.template) || (!has(self.source.files) && !has(self.source.urls))",
            "template has no effect with files or urls: leave it out",
            field=".template",
        ),
    ),
    "spec.source": (one_of("rows", "files", "urls", "items"),),
    "spec.template": (
        one_of("uri", "configMap", "inline"),
        Rule("!has(self.entry) || !has(self.entryColumn)", "give entry or entryColumn, not both"),
    ),
    **ENGINE_RULES,
    "spec.output.container": (
        Rule(
            "!has(self.pageNumbers) || self.format == 'pdf'",
            "pageNumbers are for format pdf: in a zip each document stays a file of its own",
        ),
    ),
    "spec.postprocessing.watermark": (one_of("text", "image", "pdf"),),
    "spec.postprocessing.attachments[]": (one_of("uri", "column"),),
    "spec.postprocessing.encryption": (
        *(
            Rule(
                f"!has(self.{who}PasswordSecretRef) || !has(self.{who}PasswordColumn)",
                f"give {who}PasswordSecretRef or {who}PasswordColumn, not both",
            )
            for who in ("user", "owner")
        ),
        Rule(
            "has(self.userPasswordSecretRef) || has(self.userPasswordColumn)"
            " || has(self.ownerPasswordSecretRef) || has(self.ownerPasswordColumn)",
            "give a password: userPasswordSecretRef, userPasswordColumn, or one of the owner's",
        ),
    ),
    "spec.documentDate": (
        Rule(
            "self.size() == 10 ? !format.date().validate(self).hasValue() "
            ": self.size() == 20 ? !format.datetime().validate(self).hasValue() : true",
            "this is not a date of the calendar",
        ),
    ),
    "spec.retries": tuple(
        immutable(name, required=False)._replace(
            message=f"retries.{name} cannot be changed: the batch is planned with it. Only the generation may rise"
        )
        for name in ("document", "shard")
    ),
    "spec.scaling": (
        Rule(
            # Both have defaults; the default of scaling itself, {}, is checked before they are filled in.
            "!has(self.min) || !has(self.max) || self.min <= self.max",
            "scaling.min is more than scaling.max: lower min or raise max "
            f"(which is {ScalingSpec().max} unless it is given)",
        ),
        Rule(
            "!has(self.targetDuration) || !has(self.prometheus)",
            "scaling.targetDuration and scaling.prometheus: give one, for only one can decide",
        ),
    ),
    "spec.failurePolicy.maxFailedDocuments": (
        Rule(
            f"type(self) == int ? self >= 0 : {_SHARE}",
            f"this is not {PATTERNS[SHARE_PATTERN]}",
        ),
        Rule(
            f"type(self) == int || !{_SHARE} || double(self.substring(0, self.size() - 1)) <= 100.0",
            "this is more than all documents: give at most 100%",
        ),
    ),
    "spec.podTemplate.env[]": (
        one_of("value", "secretKeyRef", "configMapKeyRef"),
        Rule(
            "!self.name.startsWith('PDFBATCH_') && self.name != 'JOB_COMPLETION_INDEX'",
            "this variable is set by pdfbatch: leave it out",
        ),
    ),
    "spec.podTemplate.envFrom[]": (one_of("secretRef", "configMapRef"),),
    **dict.fromkeys(_RESOURCES, (_QUANTITY,)),
}
