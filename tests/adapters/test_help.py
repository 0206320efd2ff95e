"""Everything public in `dsnparse.adapters` says what goes in, what comes out and what is raised."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from dsnparse import adapters
from dsnparse.adapters import flufl


@pytest.mark.parametrize("name", adapters.__all__)
def test_help_says_what_goes_in_what_comes_out_and_what_is_raised(name: str) -> None:
    function: Callable[..., Any] = getattr(adapters, name)
    said = inspect.getdoc(function) or ""
    assert said.partition("\n")[0].endswith((".", ","))
    assert "TypeError" in said
    for parameter in list(inspect.signature(function).parameters)[1:]:
        assert f"`{parameter}`" in said
    assert name in (adapters.__doc__ or "")


@pytest.mark.parametrize("name", ["scan_message", "all_failures", "failures_of_addresses"])
def test_the_functions_in_place_of_flufl_say_what_they_give(name: str) -> None:
    assert (inspect.getdoc(getattr(flufl, name)) or "").endswith((".", "`."))


def test_dsnparse_does_not_load_them() -> None:
    code = "import dsnparse, sys; dsnparse.parse_dsn; print([n for n in sys.modules if 'adapters' in n])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
