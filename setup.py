"""Whether hot modules are compiled: with DSNPARSE_MYPYC=1 they are, by mypyc; without, all is plain Python.

    DSNPARSE_MYPYC=1 pip wheel --no-deps .

GCC compiles them twice: first with counters, which run while `samples/` are read, then by what these counted,
as the Python of a distribution is built (some 5 % faster; DSNPARSE_PROFILE=0 leaves it out).

Everything else about the distribution is in pyproject.toml.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

#: mypyc is part of mypy. Pinned, since what it makes of a program changes with it.
COMPILER = "mypy==2.4.1"
#: What runs for each message, by folder: found by measuring. Left as Python on purpose: where public names
#: are defined (their errors, signatures and help stay as they are), enums, what runs once.
MODULES = {
    "classify": "arbiter by_code by_words claim decision engine hard learned own_account providers subject"
    " subject_patterns",
    "notice": "auto_reply body footer head notice opening original ours outcome passing_on quoted_subject"
    " returned roles seen signs status_fields template words",
    "read": "auto_reply feedback_part final_recipient from_text mailed_address nameless own_address readers"
    " reading receipt_part recipient record status_part status_values",
    "read/prose": "address_list bare_names blocks bystanders candidate context fates header_labels in_general"
    " mention observations page quoted reached recipients rows transcript whose_line",
    "read/templates": "recipients",
    "reply": "addressed codes command names reply spelling words wrapping",
    "rulebook": "expression matcher needed_words needs pattern_finder rule template_matcher",
    "wire": "address address_edges address_spans boundary dates fields header html mime text",
}
#: What GCC is told the first time and the second. A function that never ran is compiled as without a profile.
COUNTING = ["-fprofile-generate", "-fprofile-update=single"]
COUNTED = ["-fprofile-use", "-fprofile-partial-training", "-Wno-missing-profile"]
#: What runs between.
READING = """
import pathlib, sys
from dsnparse import classify_reply, parse_dsn
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.eml")) * 2:
    for record in parse_dsn(path.read_bytes()):
        classify_reply(record.diagnostic or "")
"""


class BuildByProfile(build_ext):
    """Compiles what GCC compiles by a profile of it."""

    def build_extensions(self) -> None:
        """Compiles, twice where GCC can count."""
        if self.extensions and is_profiled(self.compiler.compiler_so):
            self._build_with(COUNTING)
            self._read_samples()
            self.force = True
            self._build_with(COUNTED)
        else:
            super().build_extensions()

    def _build_with(self, arguments: list[str]) -> None:
        for one in self.extensions:
            one.extra_compile_args = [*_without_counting(one.extra_compile_args), *arguments]
            one.extra_link_args = [*_without_counting(one.extra_link_args), *arguments[:1]]
        super().build_extensions()

    def _read_samples(self) -> None:
        """Has the modules just made read the samples; at its end the process writes what it counted."""
        here = Path(__file__).resolve().parent
        packages = here if self.inplace else Path(self.build_lib).resolve()
        path = os.pathsep.join(filter(None, (str(packages), *sys.path)))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-c", READING, str(here / "samples")]
        subprocess.run(command, check=True, env=environment, cwd=packages)  # noqa: S603


def _without_counting(arguments: list[str]) -> list[str]:
    return [argument for argument in arguments if argument not in COUNTING]


def is_profiled(compiler: list[str]) -> bool:
    """Whether the compiler is GCC, and nobody asks for none of this."""
    if not is_profile_wanted():
        return False
    told = subprocess.run([*compiler[:1], "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return "Free Software Foundation" in told


def is_profile_wanted() -> bool:
    """Whether the environment leaves it to the compiler."""
    return os.environ.get("DSNPARSE_PROFILE", "1") not in ("", "0")


def needed_to_build() -> list[str]:
    """The compiler; and what the package needs to run, where it reads the samples while it is built."""
    if not is_wanted():
        return []
    project = tomllib.loads(Path(__file__).resolve().with_name("pyproject.toml").read_text("utf-8"))
    return [COMPILER, *(project["project"]["dependencies"] if is_profile_wanted() else ())]


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
    setup(ext_modules=extensions(), cmdclass={"build_ext": BuildByProfile}, setup_requires=needed_to_build())
