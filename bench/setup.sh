#!/usr/bin/env bash
# What the bench needs beside the project itself: a full Chromium, puppeteer-core, another build of the headless shell,
# and pdffonts. Who may not install them gets a bench without those lines, and is told.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium >/dev/null
  else
    echo "bench: no full Chromium; to measure puppeteer with it: apt-get install chromium" >&2
  fi
fi

if ! command -v pdffonts >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends poppler-utils >/dev/null
  else
    echo "bench: no pdffonts, which python -m bench.engines asks: apt-get install poppler-utils" >&2
  fi
fi

if ! command -v npm >/dev/null; then
  echo "bench: no npm; to measure puppeteer: apt-get install nodejs npm" >&2
elif [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --silent --ignore-scripts
fi
if command -v node >/dev/null && [ -d node_modules ]; then
  node unpack_shell.mjs
fi
