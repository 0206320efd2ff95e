"""Whether hot modules are compiled: with DSNPARSE_MYPYC=1 they are, by mypyc; without, all is plain Python.

    DSNPARSE_MYPYC=1 pip wheel --no-deps .

Everything else about the distribution is in pyproject.toml.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from setuptools import Extension, setup

#: mypyc is part of mypy. Pinned, since what it makes of a program changes with it.
COMPILER = "mypy==2.4.1"
#: What runs for each message, by folder: found by measuring. Left as Python on purpose: where public names
#: are defined (their errors, signatures and help stay as they are), enums, what runs once.
MODULES = {
    "classify": "arbiter by_code by_words claim decision engine hard learned own_account providers subject"
    " subject_patterns",
    "notice": "auto_reply body footer head notice original ours outcome passing_on quoted_subject returned"
    " roles signs status_fields template words",
    "read": "auto_reply feedback_part from_text mailed_address nameless own_address readers reading"
    " receipt_part recipient record status_part status_values",
    "read/prose": "address_list bare_names blocks bystanders candidate context fates header_labels in_general"
    " mention observations page quoted reached recipients rows transcript whose_line",
    "read/templates": "recipients",
    "reply": "addressed codes command names reply spelling words wrapping",
    "rulebook": "expression matcher needed_words needs pattern_finder rule template_matcher",
    "wire": "address address_edges address_spans boundary dates fields header html mime text",
}


def extensions() -> list[Extension]:
    """The modules to compile; none unless that is asked for, or while only requirements are."""
    if not is_wanted() or not {"bdist_wheel", "build_ext"} & set(sys.argv):
        return []
    from mypyc.build import mypycify

    paths = [f"dsnparse/{folder}/{name}.py" for folder, names in MODULES.items() for name in names.split()]
    options = ["--follow-imports=silent", "--ignore-missing-imports"]
    return mypycify([*options, *paths], opt_level="3", debug_level="0", multi_file=True)


def is_wanted() -> bool:
    """Whether the environment asks for compiled modules."""
    return os.environ.get("DSNPARSE_MYPYC", "0") not in ("", "0")


def forget_removed_files() -> None:
    """Take away what an earlier build left: a file that is gone since would be in the wheel again."""
    for left in Path("build").glob("lib*"):
        shutil.rmtree(left, ignore_errors=True)


if __name__ == "__main__":
    if "bdist_wheel" in sys.argv:
        forget_removed_files()
    setup(ext_modules=extensions(), setup_requires=[COMPILER] if is_wanted() else [])
