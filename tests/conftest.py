"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.sandbox import Box


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """One warm zygote for all tests that only play in it."""
    with Box() as box:
        yield box
