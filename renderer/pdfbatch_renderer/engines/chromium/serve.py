"""The engine behind a socket: `python -m pdfbatch_renderer.engines.chromium.serve SOCKET`.

Every connection is a browser of its own, started by socat and ended with the connection. The engine container runs
the same script, written into its image with --print: it has no Python, and its flags must be those that the
renderer counts on.
"""

import argparse
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineError, PdfbatchError
from pdfbatch_renderer.engines.chromium.find import ChromiumBinary, find_chromium
from pdfbatch_renderer.engines.chromium.flags import command_line
from pdfbatch_renderer.engines.chromium.launch import DRAWING_SUFFIX, sandbox_works

# socat gives commas, colons and quotes in an address a meaning; a name that has none needs no escapes.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]+")

# What fonts_digest in find.py does, where there is no Python. When the script starts, and not when it is written: an
# image that adds fonts to the engine's needs no new script.
_FONTS: Final = r"""fonts=unknown
if command -v fc-list >/dev/null; then
  fonts=$(fc-list : file | sed 's/: *$//' | tr '\n' '\0' | xargs -0 -r stat -Lc '%s %n' |
    while read -r size path; do printf '%s %s\n' "${path##*/}" "$size"; done | LC_ALL=C sort)
  fonts=$(printf %s "$fonts" | sha256sum)
fi
printf '%.16s\n' "$fonts" > fonts"""


def script(path: Path, binary: ChromiumBinary, *, sandbox: bool) -> str:
    """A shell script that serves browsers on two unix sockets until it is ended: SOCKET, and SOCKET.drawing for pages
    with scripts.

    It writes files beside the sockets: `fonts`, the digest that a plan compares, and SOCKET.browser, what socat
    starts for a connection.

    Args:
        path: of the socket. Its folder is made if it is not there; what runs in it may be read by all who may connect.
        sandbox: whether Chromium's own sandbox can work where the script will run.

    Raises:
        EngineError: the socket's name has characters that socat cannot take.
    """
    if not _PLAIN.fullmatch(path.name):
        raise EngineError(
            f"a socket cannot be called {path.name!r}", hint="Use letters, digits, dots, dashes and underscores."
        )
    browser, drawing = (_browser(binary, sandbox=sandbox, drawing=drawing) for drawing in (False, True))
    name = path.name
    second = name + DRAWING_SUFFIX
    return f"""#!/bin/sh
# Written by pdfbatch_renderer.engines.chromium.serve.
set -eu
# A container's first process hears of no signal that it has not asked for, and its pod would stay for all its grace:
# so this shell asks, and stays the first. All others end with it.
[ $$ != 1 ] || trap 'exit 143' TERM
for program in socat setpriv; do
  if ! command -v "$program" >/dev/null; then
    echo "error: $program is missing: apt-get install socat util-linux" >&2
    exit 69
  fi
done
mkdir -p {shlex.quote(str(path.parent))}
cd {shlex.quote(str(path.parent))}
{_FONTS}
cat > {name}.browser <<'END_OF_BROWSER'
{browser}
END_OF_BROWSER
cat > {second}.browser <<'END_OF_BROWSER'
{drawing}
END_OF_BROWSER
setpriv --pdeathsig KILL {_socat(second)} &
set -- {_socat(name)}
[ $$ = 1 ] || exec "$@"
"$@" &
wait $!
"""


def _browser(binary: ChromiumBinary, *, sandbox: bool, drawing: bool) -> str:
    line = shlex.join(command_line(binary, sandbox=sandbox, drawing=drawing))
    if not binary.headless_shell:
        # The full browser runs once a profile. $$ stays the browser's own id: everything up to it is exec.
        line += ' --user-data-dir="${TMPDIR:-/tmp}/pdfbatch-chromium-$$"'
    # Nothing of the environment reaches it; and it ends with its connection, even when it hangs.
    return f'exec env -i HOME="${{TMPDIR:-/tmp}}" PATH={os.defpath} LANG=C.UTF-8 TZ=UTC setpriv --pdeathsig KILL {line}'


def _socat(name: str) -> str:
    return f"socat UNIX-LISTEN:{name},fork,backlog=256,mode=660,unlink-early EXEC:'sh ./{name}.browser',fdin=3,fdout=4"


def main(arguments: list[str] | None = None) -> None:
    """The program's entry. It becomes socat and does not return, unless it is to print."""
    parser = argparse.ArgumentParser(
        prog="python -m pdfbatch_renderer.engines.chromium.serve",
        description="Serves browsers on a unix socket, one a connection. Point PDFBATCH_CHROMIUM_SOCKET at it.",
    )
    parser.add_argument("socket", type=Path, help="the socket's path")
    parser.add_argument("--print", action="store_true", help="print the shell script that does it, and end")
    parser.add_argument(
        "--sandbox",
        action=argparse.BooleanOptionalAction,
        default=sandbox_works(),
        help="whether Chromium's own sandbox is used: tell it when the script will run elsewhere than here",
    )
    told = parser.parse_args(arguments)
    try:
        text = script(told.socket.absolute(), find_chromium(), sandbox=told.sandbox)
    except PdfbatchError as error:
        sys.exit(f"error: {error}")
    if told.print:
        sys.stdout.write(text)
        return
    os.execvp("sh", ["sh", "-c", text])


if __name__ == "__main__":
    main()
