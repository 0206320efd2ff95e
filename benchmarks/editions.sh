#!/usr/bin/env bash
# Environments for `make bench`: dsnparse as plain Python and compiled, with its neighbours, for each of the Pythons
# that are here. Says their interpreters, parted by colons, for DSNPARSE_BENCH_PYTHONS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1

found=
for version in 3.11 3.13; do
  for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python3; do
    "$python" -c "import sys; sys.exit(sys.version_info[:2] != (${version/./, }))" 2>/dev/null || continue
    for edition in pure compiled; do
      venv=benchmarks/.venv-$version-$edition
      [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" >&2
      "$venv/bin/python" -m pip install . --requirement benchmarks/requirements.txt >&2
      if [ "$edition" = compiled ]; then
        DSNPARSE_MYPYC=1 "$venv/bin/python" -m pip install --force-reinstall --no-deps . >&2
      fi
      found+=${found:+:}$PWD/$venv/bin/python
    done
    break
  done
done
rm -rf build
echo "$found"
