"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from grader.sandbox import Box

# Hypothesis' own deadline is a wall clock; a busy machine must not fail a test.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """One warm zygote for all tests that only play in it."""
    with Box() as box:
        yield box
