"""What an image is made from: a Containerfile, what that copies, and a digest of all of it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
# Every build's.
_BUILD_TOOLS: Final = ("images/root.py", "scripts/uv-requirements.txt", "requirements.lock", "pyproject.toml")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """How one image is made.

    Attributes:
        name: the image's, and its Containerfile's unless that is given.
        copied: files and folders of the repository that its build copies, beside what every build does.
        own_files: those that alone matter, where of the code that is copied only what the build makes of it does.
        made_here: what its build makes of the code and is part of the digest in the code's place: (label, content).
        built_on: the image of ours that it begins with.
        fetched: gets a file that lies beside its Containerfile, and is in no repository: given this one, the cache,
            and where to say so.
        file: the Containerfile, where it has another's name.
        arguments: of its build: ("ENGINES", "typst").
    """

    name: str
    copied: tuple[str, ...] = ()
    own_files: tuple[str, ...] = ()
    made_here: Callable[[], tuple[str, bytes]] | None = None
    built_on: "Recipe | None" = None
    fetched: Callable[[Path, Path, Say], Path] | None = None
    file: str = ""
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def containerfile(self) -> str:
        """Relative to the repository."""
        return f"images/{self.file or self.name}.Containerfile"

    def inputs(self) -> list[Path]:
        """Every file that the image's build copies, relative to the repository, in order."""
        files: set[Path] = {Path(self.containerfile)}
        for entry in (*_BUILD_TOOLS, *self.copied):
            path = REPOSITORY / entry
            found = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
            files.update(one.relative_to(REPOSITORY) for one in found if "__pycache__" not in one.parts)
        return sorted(files)

    def digest(self) -> str:
        """Of all that the image's content depends on in this checkout."""
        known = hashlib.sha256()
        for label, content in self._what_matters():
            known.update(f"{label} {len(content)}\n".encode() + content)
        return known.hexdigest()[:16]

    def _what_matters(self) -> Iterator[tuple[str, bytes]]:
        for file in self.own_files or [str(path) for path in self.inputs()]:
            yield file, (REPOSITORY / file).read_bytes()
        for argument, value in self.arguments:
            yield argument, value.encode()
        if self.built_on is not None:
            yield self.built_on.name, self.built_on.digest().encode()
        if self.made_here is not None:
            yield self.made_here()
