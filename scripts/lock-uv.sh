#!/usr/bin/env bash
# Pins the uv at hand, with its hashes, as the one that scripts/setup.sh installs where there is none.
set -euo pipefail
cd "$(dirname "$0")"
version=$(uv --version | cut -d ' ' -f 2)
{
  echo '# The uv that setup.sh installs into .uv/ where there is none. Written by `make lock`.'
  echo "uv==$version" | uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -
} >uv-requirements.new
mv uv-requirements.new uv-requirements.txt
