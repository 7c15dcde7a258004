"""The ``grade`` command as its users start it, in a process of its own or in this one, and what is below a process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from grader.cli.main import entry

CHECKOUT = Path(__file__).parent.parent


def environment(**more: str) -> dict[str, str]:
    """The variables of a user's shell, and no others."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUTF8": "1",
        "TERM": "xterm-256color",
        "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"],
        **more,
    }


def start(*args: str, cwd: Path, env: dict[str, str] | None = None, **pipes: int) -> subprocess.Popen[bytes]:
    """Start the command in a folder; ``pipes`` are streams as ``subprocess.Popen`` takes them."""
    command = [sys.executable, "-m", "grader", *args]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes}
    return subprocess.Popen(command, cwd=cwd, env=env or environment(), **streams)  # type: ignore[call-overload,no-any-return]


def grade(*args: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in a folder."""
    process = start(*args, cwd=cwd, env=env)
    out, errors = process.communicate(timeout=200)
    return subprocess.CompletedProcess(args, process.returncode, out.decode(), errors.decode())


def inside(*args: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which has everything imported, where no process of its own is the point."""
    out, errors = io.BytesIO(), io.BytesIO()
    with (
        chdir(cwd),
        patch.dict(os.environ, env or environment(), clear=True),
        patch.object(sys, "argv", ["grade", *args]),
        redirect_stdout(io.TextIOWrapper(out, encoding="utf-8")),
        redirect_stderr(io.TextIOWrapper(errors, encoding="utf-8")),
    ):
        with pytest.raises(SystemExit) as leaving:
            entry()
        sys.stdout.flush()
        sys.stderr.flush()
        # Now: a stream that is replaced closes what is below it.
        written, said = out.getvalue().decode(), errors.getvalue().decode()
    code = leaving.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(args, code, written, said)


def below(process: int) -> set[int]:
    """Every process below this one, zombies included, as /proc has it."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def command_of(process: int) -> bytes:
    """The command line of a process, empty if it has ended since it was found."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
