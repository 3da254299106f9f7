"""The definition as YAML, as a person reads it in a diff."""

from typing import Any

import yaml

_HEADER = """\
# Written by scripts/generate.py from the models in api/: change them, then `make generate`.
"""


class _Dumper(yaml.SafeDumper):
    """Nothing is an anchor: a part that comes twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(definition: dict[str, Any]) -> str:
    """The definition as one YAML document."""
    body = yaml.dump(definition, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return _HEADER + body
