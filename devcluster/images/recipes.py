"""The three images of pdfbatch, by what they are made from."""

from pathlib import Path
from typing import Final

from devcluster.images.recipe import Recipe
from pdfbatch_api.pods import ENGINE_SOCKET
from pdfbatch_renderer.engines.chromium.find import ChromiumBinary
from pdfbatch_renderer.engines.chromium.serve import script


def _what_serves_browsers() -> tuple[str, bytes]:
    shell = ChromiumBinary("/usr/lib/chromium/chromium-headless-shell", headless_shell=True)
    return "script", script(Path(ENGINE_SOCKET), shell, sandbox=False).encode()


OPERATOR: Final = Recipe(
    "operator", ("images/import_all.py", "README.md", "api/pdfbatch_api", "operator/pdfbatch_operator")
)
RENDERER: Final = Recipe(
    "renderer", ("images/import_all.py", "README.md", "api/pdfbatch_api", "renderer/pdfbatch_renderer")
)
CHROMIUM: Final = Recipe(
    "chromium",
    ("api/pdfbatch_api", "renderer/pdfbatch_renderer"),
    own_files=("images/chromium.Containerfile", "images/root.py"),
    made_here=_what_serves_browsers,
)
