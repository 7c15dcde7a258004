"""anyio's own test suite, from the source distribution of the installed version, with an interpreter that can run it.

Downloaded once, with what the suite needs to run, into a virtual environment of its own under the user's cache; nothing
of it is part of this repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "awaitlings" / "legality"
LONGEST = 1200
"""Seconds for one run of the suite, which takes one minute on an idle machine. Each test has its own 20."""

NOT_NEEDED = ("uvloop", "winloop", "coverage")
"""Requirements of the suite that only serve what is left out."""

PYTEST = (
    *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "benchmarks.legality_plugin"),
    *("-p", "no:threadexception"),  # it reports the SystemExit in which a thread ends that outlives its test
    *("-W", "ignore:_pytest.python.CallSpec2 has been renamed"),  # anyio 4.14 with pytest 9.2
)

HOSTS = """\
127.0.0.1 localhost
::1 localhost
192.0.2.1 xn--fa-hia.de
192.0.2.2 fass.de
"""
"""The names that the suite looks up. Two addresses are of the block for documentation: no test connects to them."""


SERVICES = "passwd: files\ngroup: files\nhosts: files\nprotocols: files\nservices: files\n"
"""The sources in which the suite looks names up. The simulation waits for a sleeping thread for a short real time: a
resolver on the network may take longer, and the test that waits for it would be called a deadlock."""


class Unavailable(Exception):
    """The suite cannot be got, or its run did not come to an end. The message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one run of the suite came to. ``left_out`` counts tests by the reason."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failed: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def passed(self) -> int:
        return self.outcomes["passed"]

    def __str__(self) -> str:
        told = [f"{self.passed} passed", f"{len(self.failed)} failed"]
        told += [f"{self.outcomes[name]} {name}" for name in ("xfailed", "skipped") if self.outcomes[name]]
        return f"{', '.join(told)}, {self.left_out.total()} left out, {self.seconds:.0f} s"


@dataclass(slots=True, kw_only=True)
class Suite:
    """A folder with a suite, and an interpreter that can run it."""

    folder: Path
    python: Path
    log: str = ""
    """What the last run printed."""

    def run(self, *options: str, only: Collection[str] = (), without: Collection[str] = ()) -> Counts:
        """Run the suite with the plugin and count. Raises Unavailable if pytest did not come to an end of its own."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as scratch:
            lists = {"only": only, "without": without}
            for name, tests in lists.items():
                Path(scratch, name).write_text(json.dumps(sorted(tests)))
            given = (f"--counts={scratch}/counts", *(f"--{name}={scratch}/{name}" for name in lists))
            self._pytest(*with_names(Path(scratch)), str(self.python), *PYTEST, *options, *given)
            counts = json.loads(Path(scratch, "counts").read_text())
        return Counts(
            outcomes=Counter(counts["outcomes"]),
            failed=tuple(counts["failed"]),
            left_out=Counter(counts["left_out"]),
            seconds=time.monotonic() - began,
        )

    def _pytest(self, *command: str) -> None:
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"the suite has not come to its end within {LONGEST} seconds") from error
        self.log = done.stdout
        if done.returncode not in (0, 1):
            raise Unavailable(f"pytest ended with {done.returncode}:\n{self.log[-4000:]}")


def with_names(folder: Path) -> tuple[str, ...]:
    """What to put in front of a command so that it finds the names of ``HOSTS`` and no others.

    The files that say so are written into the folder. Nothing where bubblewrap does not work; what needs the names then
    fails without the simulation too.
    """
    # Of 2170 tests 136 failed where /etc/hosts has no ::1 for localhost and no resolver answers.
    if shutil.which("bwrap") is None:
        return ()
    before = ["bwrap", "--dev-bind", "/", "/"]
    for name, text in {"hosts": HOSTS, "nsswitch.conf": SERVICES}.items():
        # One that is not there would be made, in the machine's own folder.
        if Path("/etc", name).exists():
            Path(folder, name).write_text(text)
            before += ["--ro-bind", str(folder / name), f"/etc/{name}"]
    works = subprocess.run([*before, "true"], capture_output=True, check=False).returncode == 0
    return tuple(before) if works else ()


# ---- getting it ------------------------------------------------------------------------------------------------------


def get_suite() -> Suite:
    """The suite of the installed anyio, downloaded and installed on first use; Unavailable without a package index."""
    versions = [f"{name}=={version(name)}" for name in ("anyio", "trio")]
    python = f"{sys.implementation.name}{sys.version_info.major}.{sys.version_info.minor}"
    home = CACHE / "-".join([python, *versions])
    source, own_python, ready = home / "source", home / "venv" / "bin" / "python", home / "ready"
    if not ready.exists():
        shutil.rmtree(home, ignore_errors=True)
        unpack(versions[0], source)
        call(sys.executable, "-m", "venv", home / "venv")
        call(own_python, "-m", "pip", "install", "-q", *versions, *needs(next(source.iterdir())))
        ready.touch()
    return Suite(folder=next(source.iterdir()), python=own_python)


def unpack(requirement: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "anyio", "-d", scratch]
        call(*pip, requirement)
        with tarfile.open(next(Path(scratch).glob("*.tar.gz"))) as archive:
            archive.extractall(target, filter="data")


def needs(folder: Path) -> list[str]:
    """What the suite's own file says it needs."""
    table = tomllib.loads((folder / "pyproject.toml").read_text())
    group = table.get("dependency-groups", {}).get("test") or table["project"]["optional-dependencies"]["test"]
    wanted = [need.strip() for need in group if isinstance(need, str)]
    return [need for need in wanted if not need.startswith(NOT_NEEDED)]


def call(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shown = " ".join(map(str, command))
        raise Unavailable(
            f"{shown} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            f"The suite is downloaded once, into {CACHE}; run this again where pip reaches a package index."
        )
