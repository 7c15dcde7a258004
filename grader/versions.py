"""What decides how a play goes besides the grader: the versions of Python, anyio and trio."""

from __future__ import annotations

import platform
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """What decides how a play goes: Python, anyio and trio."""
    return (("python", platform.python_version()), ("anyio", _version("anyio")), ("trio", _version("trio")))


def _version(package: str) -> str:
    # importlib.metadata takes 40 ms to import, and importing the packages themselves takes far longer.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return "unknown"
    found = sorted(Path(spec.origin).parent.parent.glob(f"{package}-*.dist-info"))
    return found[-1].name.removesuffix(".dist-info").partition("-")[2] if found else "unknown"
