"""Runs pytest over the hidden tests of one exercise, and over nothing else that this computer has for pytest."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.kit import Exercise


def run_pytest(exercise: Exercise, plugin: object, *, timeout_seconds: int) -> None:
    """Collect the hidden tests and run them as ``plugin`` has it; ``timeout_seconds`` is for each of them.

    Its exit code says nothing that the plugin does not know better. In another thread than the main one there is no
    timeout.
    """
    _forget(exercise)
    with _own_environment():
        pytest.main(_arguments(exercise, timeout_seconds), plugins=[plugin])
    _forget(exercise)


def _forget(exercise: Exercise) -> None:
    """Take the hidden tests out of ``sys.modules``; pytest would give them to the same exercise of another kit.

    By name and not by file: the path of a kit may be written in many ways.
    """
    for name in (exercise.folder.name, f"{exercise.folder.name}.{exercise.test_file.stem}"):
        sys.modules.pop(name, None)


def _arguments(exercise: Exercise, timeout_seconds: int) -> list[str]:
    off = "cacheprovider logging terminal faulthandler doctest unittest junitxml pastebin stepwise setuponly setupplan"
    # These two collect garbage whenever a session ends, a fifth of what it costs, and nobody reads what they find.
    off += " unraisableexception threadexception"
    plugins = [argument for name in off.split() for argument in ("-p", f"no:{name}")]
    # The signal method needs the main thread. The thread method would end the whole process.
    in_main_thread = threading.current_thread() is threading.main_thread()
    timeout = ["-p", "pytest_timeout", f"--timeout={timeout_seconds}", "--timeout-method=signal"]
    return [
        # The root is above the exercise: pytest names the module by its path from there, and the names must differ.
        *("-c", os.devnull, "--rootdir", str(exercise.folder.parent), "--noconftest", "--import-mode=importlib"),
        *("--assert=plain", "--capture=no", "--strict-markers", *plugins),
        *(timeout if in_main_thread else []),
        str(exercise.test_file),
    ]


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep what the user's shell has for pytest away from ours, and our bytecode out of the kit."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    writes = sys.dont_write_bytecode
    for name in saved:
        del os.environ[name]
    # Discovering installed plugins takes 130 ms, and none of them has any business here.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(saved)
