"""Has Python compile once what a box imports: where nothing can be written it would be compiled at every start."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source, find_spec
from pathlib import Path

_BOX = Path(__file__).resolve().parent / "box"
_OTHERS = ("anyio", "trio")
_SECONDS = 60
_CODE = """
import compileall, sys
sys.path.insert(0, sys.argv[1])
import grader.box.zygote
compileall.compile_dir(sys.argv[2], quiet=2)
"""


@cache
def ensure() -> None:
    """Import it all in a process that may write, if its bytecode is missing or old. A failure costs time only.

    pip compiles what it installs, uv does not; uncompiled, anyio and trio take a second.
    """
    if all(map(_is_compiled, _sources())):
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            [sys.executable, "-P", "-s", "-c", _CODE, str(_BOX.parent.parent), str(_BOX)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            timeout=_SECONDS,
        )


def _sources() -> list[str]:
    origins = [spec.origin for name in _OTHERS if (spec := find_spec(name)) is not None]
    return [origin for origin in origins if origin] + [str(path) for path in _BOX.rglob("*.py")]


def _is_compiled(source: str) -> bool:
    """Whether there is bytecode no older than its source, or no hope of writing any."""
    target = cache_from_source(source)
    try:
        return os.stat(target).st_mtime >= os.stat(source).st_mtime
    except OSError:
        return not os.access(os.path.dirname(os.path.dirname(target)), os.W_OK)
