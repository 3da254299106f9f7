"""The definition as YAML, as a person reads it in a diff."""

from typing import Any

import yaml

_HEADER = """\
# Written by scripts/generate.py from the models in api/: change them, then `make generate`.
"""


class _Dumper(yaml.SafeDumper):
    """Long texts that hold lines of their own stand as blocks, and nothing is an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(definition: dict[str, Any]) -> str:
    """The definition as one YAML document."""
    body = yaml.dump(definition, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return _HEADER + body
