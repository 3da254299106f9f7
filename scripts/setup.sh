#!/usr/bin/env bash
# From a fresh Debian or Ubuntu to a project that runs: uv, a virtual environment from the lock file, the browser.
# Does nothing, quickly, when nothing changed. Installs system packages only as root; else it says which to install.
#
#   scripts/setup.sh           what running pdfbatch needs
#   scripts/setup.sh --tests   and what its tests need
#
# PYTHON names another Python, PDFBATCH_CHROMIUM another browser.
set -euo pipefail
cd "$(dirname "$0")/.."

tests=no
[ "${1-}" = --tests ] && tests=yes

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { [ "$(id -u)" = 0 ] && has apt-get; }

install() {
  say "installing $*"
  # Another apt may be at work on a machine that has just started.
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=120)
  if [ -z "${apt_updated-}" ]; then
    "${apt[@]}" update >/dev/null || return 1
    apt_updated=yes
  fi
  DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null
}

# ---- Python -------------------------------------------------------------------------------------------------------

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
    if has "$candidate" && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  if may_install && [ -z "${python_tried-}" ]; then
    python_tried=yes
    if install python3; then
      find_python
      return
    fi
  fi
  fail "Python 3.11 or newer is needed: apt-get install python3 (Debian 12, Ubuntu 24.04 or newer)," \
    "or name one: PYTHON=/path/to/python3 make setup"
}

find_uv() {
  if has uv && uv --version >/dev/null 2>&1; then
    command -v uv
    return
  fi
  if ! .uv/bin/uv --version >/dev/null 2>&1; then
    say "installing uv into .uv/"
    rm -rf .uv
    if ! "$1" -m venv .uv >/dev/null 2>&1; then
      rm -rf .uv
      # Debian keeps ensurepip in a package of its own.
      may_install || fail "Python's venv is missing: apt-get install python3-venv, then again"
      install python3-venv || fail "Python's venv is missing, and apt-get could not install python3-venv"
      "$1" -m venv .uv
    fi
    .uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/uv-requirements.txt
  fi
  echo .uv/bin/uv
}

# By content: a checkout gives every file a new time.
wanted_stamp() { cat requirements.lock pyproject.toml scripts/setup.sh | sha256sum; }
stamp=.venv/pdfbatch-setup

# Where PYTHONDONTWRITEBYTECODE is set (containers like to) every start would compile everything again: a second of
# CPU for each of a run's processes.
compile_our_own() { .venv/bin/python -m compileall -q api renderer operator kubectl schedulers monitoring devcluster; }

set_up_environment() {
  local python uv wanted
  wanted=$(wanted_stamp)
  # Started once, because a virtual environment outlives the Python that it points to.
  if [ -x .venv/bin/pdfbatch ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c ''; then
    return
  fi
  python=$(find_python)
  uv=$(find_uv "$python")
  say "Python packages from requirements.lock"
  if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    rm -rf .venv
    "$uv" venv --quiet --python "$python" .venv
  fi
  rm -f "$stamp"
  "$uv" pip sync --quiet --python .venv/bin/python --compile-bytecode --require-hashes requirements.lock
  # Built by the hatchling of the lock file: nothing is fetched for it, so this works without a network too.
  "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --offline --editable .
  printf '%s\n' "$wanted" >"$stamp"
}

# ---- The browser --------------------------------------------------------------------------------------------------

# Not named as the programs are: `command -v` finds functions too.
found_headless_shell() { has chromium-headless-shell || has chrome-headless-shell || has headless_shell; }
found_any_chromium() {
  has chromium || has chromium-browser || has google-chrome-stable || has google-chrome || has chrome
}
found_fonts() { ! has fc-list || [ -n "$(fc-list : family 2>/dev/null)" ]; }

browser_packages=(chromium-headless-shell fonts-dejavu-core fonts-liberation)

set_up_browser() {
  if [ -n "${PDFBATCH_CHROMIUM-}" ]; then
    has "$PDFBATCH_CHROMIUM" || fail "PDFBATCH_CHROMIUM names $PDFBATCH_CHROMIUM, and there is no such program"
    return
  fi
  if found_headless_shell && found_fonts; then
    return
  fi
  if may_install && install "${browser_packages[@]}"; then
    return
  fi
  if found_headless_shell || found_any_chromium; then
    found_fonts || say "no fonts are installed, so text will be boxes: apt-get install fonts-dejavu-core fonts-liberation"
    found_headless_shell || say "using the full Chromium; chromium-headless-shell is several times as fast"
    return
  fi
  say "a browser is needed to print with, and it could not be installed:"
  say "  Debian:  sudo apt-get install --no-install-recommends ${browser_packages[*]}"
  say "  Ubuntu:  has no such package; install Chrome or Chromium (slower), or a chrome-headless-shell,"
  fail "  and name it if it is not on PATH: PDFBATCH_CHROMIUM=/path/to/chrome make setup"
}

# ---- What the tests judge PDFs with -------------------------------------------------------------------------------

has_pango() {
  .venv/bin/python -c 'from weasyprint.text import ffi' >/dev/null 2>&1
}

has_libreoffice() {
  has soffice && [ -e /usr/lib/libreoffice/program/libswlo.so ] && [ -e /usr/lib/libreoffice/program/libsdlo.so ]
}

set_up_tests() {
  local missing=()
  has pdftotext && has pdfinfo || missing+=(poppler-utils)
  has qpdf || missing+=(qpdf)
  has redis-server || missing+=(redis-server)                                  # Celery's broker
  has socat || missing+=(socat) # the engine behind a socket, as its container runs it
  has_pango || missing+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0) # the engine weasyprint
  has_libreoffice || missing+=(libreoffice-writer-nogui libreoffice-impress-nogui) # office files
  [ ${#missing[@]} = 0 ] && return
  if may_install && install "${missing[@]}"; then
    return
  fi
  fail "the tests need: sudo apt-get install --no-install-recommends ${missing[*]}"
}

# What npm brings lies in the user's cache: from_npm FOLDER PACKAGE VERSION
from_npm() {
  local folder=${XDG_CACHE_HOME:-$HOME/.cache}/pdfbatch/$1
  [ "$(cat "$folder/installed" 2>/dev/null)" = "$2@$3" ] && return
  has npm || { may_install && install npm; } || fail "the tests need npm, which brings $2: apt-get install npm"
  say "$2 $3, into $folder"
  mkdir -p "$folder"
  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix "$folder" "$2@$3"
  echo "$2@$3" >"$folder/installed"
}

set_up_servers() {
  # IronPDF's engine, of the client's version: 165 MB to fetch, 345 MB in the cache. Without a licence it prints, and
  # its client does not hand over what it printed.
  [ "$(uname -m)" != x86_64 ] || from_npm ironpdf @ironsoftware/ironpdf-engine-linux-x64 2026.9.2
  # A blob server of Azure's: 360 MB in the cache.
  from_npm azurite azurite 3.37.0
}

set_up_environment
compile_our_own
set_up_browser
if [ "$tests" = yes ]; then
  set_up_tests
  set_up_servers
fi
