#!/usr/bin/env bash
# Environments for `make bench`: dsnparse as plain Python and compiled, with its neighbours, for each of the Pythons
# that are here. Says their interpreters, parted by colons, for DSNPARSE_BENCH_PYTHONS.
# The system's own Python goes before others of the same version: it is built with a profile, as the system's Perl
# is; one that was built without takes up to a seventh longer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1

# With what a virtualenv and a compiler need.
usable='import ensurepip, os, sys, sysconfig
has_headers = os.path.exists(sysconfig.get_path("include") + "/Python.h")
sys.exit(sys.argv[1] != "%d.%d" % sys.version_info[:2] or not has_headers)'

found=
for version in 3.11 3.13; do
  for python in "/usr/bin/python$version" "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python3; do
    "$python" -c "$usable" "$version" 2>/dev/null || continue
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
