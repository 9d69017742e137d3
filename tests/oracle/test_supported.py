"""Each name that the engine supports is used in a program that runs on both engines."""

from __future__ import annotations

import pytest

from tests.oracle.supported import SUPPORTED, programs_with


@pytest.mark.parametrize("part", SUPPORTED)
def test_each_supported_name_stands_in_a_program_of_the_oracle(part: str) -> None:
    assert [name for name in SUPPORTED[part].split() if not programs_with(name)] == []
