"""Licences are named as SPDX does, and one that asks for more than we know is told."""

from __future__ import annotations

from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from tools.licences import complaints, is_compatible, licence_of


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        (["License-Expression: MIT-0", "License: something else"], "MIT-0"),
        (["License: Apache 2.0"], "Apache-2.0"),
        (["License: Apache", "Classifier: License :: OSI Approved :: Apache Software License"], "Apache-2.0"),
        (["Classifier: License :: OSI Approved", "Classifier: License :: OSI Approved :: BSD License"],
         "BSD-3-Clause"),
        (["License: MIT License", "        ", "        Copyright (c) 2022 A. Writer, and all the long text"],
         "MIT"),
        (["License: MIT OR Apache-2.0", "Classifier: License :: OSI Approved :: MIT License"],
         "MIT OR Apache-2.0"),
        (["Classifier: License :: OSI Approved :: MIT License",
          "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)"],
         "GNU General Public License v3 (GPLv3) AND MIT"),
        (["License: Our own"], "Our own"),
        ([], "not stated"),
    ],
)  # fmt: skip
def test_a_licence_is_read_wherever_a_package_states_it(
    fields: list[str], licence: str, tmp_path: Path
) -> None:
    (tmp_path / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", "Name: one", *fields, ""]))
    assert licence_of(PathDistribution(tmp_path)) == licence


@pytest.mark.parametrize(
    ("expression", "compatible"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-3-Clause", True),
        ("LGPL-3.0-only", True),
        ("GPL-2.0-only OR MPL-1.1", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("Our own", False),
        ("not stated", False),
    ],
)
def test_one_of_the_choices_must_ask_for_no_more_than_we_know(expression: str, compatible: bool) -> None:
    assert is_compatible(expression) is compatible


def test_what_is_not_known_to_be_compatible_or_not_known_at_all_is_told() -> None:
    assert list(complaints({"good": ("MIT", "always"), "bad": ("GPL-3.0-only", "always")}, {"gone"})) == [
        "bad is under GPL-3.0-only, which is not known to go with the MIT licence",
        "gone is installed nowhere, so its licence is not known",
    ]
