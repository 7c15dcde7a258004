"""The versions that decide how a play goes are those that are installed."""

from __future__ import annotations

import platform
from importlib.metadata import version

from grader.judge.engine import versions


def test_the_versions_are_those_of_python_anyio_and_trio() -> None:
    assert dict(versions()) == {
        "python": platform.python_version(),
        "anyio": version("anyio"),
        "trio": version("trio"),
    }
