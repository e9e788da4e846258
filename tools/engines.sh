#!/usr/bin/env bash
# Installs the test engines (MiniStack and moto, locked by requirements.txt) into .tools/engines,
# unless that is up to date. Prints the folder of their executables.
#
# Exit code 3: this machine can't have them, for want of Python or of PyPI; the reason is on standard error.
# PYTHON names the interpreter to use (3.11 or later).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

env=.tools/engines
lock=tools/requirements.txt

if cmp -s "$lock" "$env/installed.txt"; then
  echo "$PWD/$env/bin"
  exit 0
fi

unavailable() {
  printf 'engines: %s\nengines: the tests against MiniStack and moto cannot run without them.\n' "$1" >&2
  exit 3
}

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || unavailable 'Python 3.11 or later is missing; install it, or name one with PYTHON=.'

echo 'engines: installing MiniStack and moto into .tools/engines (once, about half a minute) ...' >&2
mkdir -p .tools
echo '*' >.tools/.gitignore
rm -rf "$env"
"$python" -m venv "$env" >&2 ||
  unavailable "$python can't make a virtual environment; on Debian and Ubuntu: apt install python3-venv."
log=$env/install.log
if ! "$env/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
  -r "$lock" >"$log" 2>&1; then
  cat "$log" >&2
  if grep -q 'DO NOT MATCH THE HASHES' "$log"; then
    exit 1 # not a missing engine but a wrong one: never to be passed over
  fi
  unavailable 'pip could not install tools/requirements.txt (above: why); is PyPI reachable?'
fi
cp "$lock" "$env/installed.txt"
echo "$PWD/$env/bin"
