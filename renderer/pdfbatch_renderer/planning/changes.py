"""What is another one now than when the plan was made, in words."""

from collections.abc import Sequence

from pdfbatch_api.plan import Plan, SourceFingerprint, Versions


def changes_since(
    plan: Plan, *, sources: Sequence[SourceFingerprint], template_digest: str, versions: Versions
) -> list[str]:
    """A sentence for each thing that differs; none when the plan still holds."""
    found = []
    before = {source.uri: source for source in plan.sources}
    now = {source.uri: source for source in sources}
    for uri, source in now.items():
        known = before.get(uri)
        if known is None:
            found.append(f"{uri} was not there")
        elif known.digest != source.digest:
            size = f", {known.size:,} bytes then and {source.size:,} now" if known.size != source.size else ""
            found.append(f"{uri} has other content{size}")
    found += [f"{uri} is gone" for uri in before if uri not in now]
    if plan.template_digest != template_digest:
        found.append("the template or one of its files has other content")
    for what, then, here in (
        ("pdfbatch", plan.versions.pdfbatch, versions.pdfbatch),
        ("the engine", plan.versions.engine, versions.engine),
        ("the set of fonts", plan.versions.fonts, versions.fonts),
    ):
        if then != here:
            found.append(f"{what} was {then} and is {here}")
    return found
