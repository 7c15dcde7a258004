"""Proves that the simulation is legal: anyio's own test suite passes inside it, under every seed asked for.

    python benchmarks/legality.py [SEEDS...]

Takes the suite from the source distribution of the installed anyio, which is downloaded once with what the suite needs
to run, into a virtual environment of its own under the user's cache; nothing of it is part of this repository. Prints
a line per seed (0 to 4 without any), then what was left out and why. Tests that fail are tried without the simulation,
and count as left out if they fail there too. Exit code 1: something failed that should not have.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "awaitlings" / "legality"
SEEDS = (0, 1, 2, 3, 4)
LONGEST = 1200
"""Seconds for one run of the suite, which takes one or two minutes."""

NOT_NEEDED = ("uvloop", "winloop", "coverage")
"""Requirements of the suite that only serve what is left out."""

PYTEST = (
    *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "benchmarks.legality_plugin"),
    *("-W", "ignore:_pytest.python.CallSpec2 has been renamed"),  # anyio 4.14 with pytest 9.2
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one run of the suite came to."""

    outcomes: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def __str__(self) -> str:
        told = [f"{self.outcomes.get('passed', 0)} passed", f"{len(self.failed)} failed"]
        told += [f"{self.outcomes[name]} {name}" for name in ("xfailed", "skipped") if name in self.outcomes]
        return f"{', '.join(told)}, {sum(self.left_out.values())} left out, {self.seconds:.0f} s"


class Suite:
    """The unpacked source distribution, and an interpreter that can run it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.python = home / "venv" / "bin" / "python"
        self.log = ""

    @property
    def folder(self) -> Path:
        return next((self.home / "source").iterdir())

    def run(self, *options: str, only: Collection[str] = (), without: Collection[str] = ()) -> Counts:
        """Run the suite with the plugin and count."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as scratch:
            lists = {"only": only, "without": without}
            for name, tests in lists.items():
                Path(scratch, name).write_text(json.dumps(sorted(tests)))
            self._pytest(*options, f"--counts={scratch}/counts", *(f"--{name}={scratch}/{name}" for name in lists))
            found = json.loads(Path(scratch, "counts").read_text())
        return Counts(**{**found, "failed": tuple(found["failed"])}, seconds=time.monotonic() - began)

    def _pytest(self, *options: str) -> None:
        done = subprocess.run(
            [str(self.python), *PYTEST, *options],
            cwd=self.folder,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        self.log = done.stdout
        if done.returncode not in (0, 1):
            sys.exit(f"pytest ended with {done.returncode}:\n{self.log[-4000:]}")


# ---- getting it ------------------------------------------------------------------------------------------------------


def get_suite() -> Suite:
    """The suite of the installed anyio, downloaded and installed on first use."""
    versions = [f"{name}=={version(name)}" for name in ("anyio", "trio")]
    python = f"{sys.implementation.name}{sys.version_info.major}.{sys.version_info.minor}"
    suite = Suite(CACHE / "-".join([python, *versions]))
    ready = suite.home / "ready"
    if not ready.exists():
        suite.home.mkdir(parents=True, exist_ok=True)
        unpack(versions[0], suite.home / "source")
        call(sys.executable, "-m", "venv", "--clear", suite.home / "venv")
        call(suite.python, "-m", "pip", "install", "-q", *versions, *needs(suite.folder))
        ready.touch()
    return suite


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
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


# ---- judging ---------------------------------------------------------------------------------------------------------


def judge(suite: Suite, seed: int, fails_anyway: set[str]) -> Counts:
    """Run under a seed; learn which tests this machine fails anyway, and run again without them."""
    counts = suite.run(f"--seed={seed}", without=fails_anyway)
    if not counts.failed:
        return counts
    log = suite.log
    # A resource that a failing test leaves behind is reported in whichever test runs next.
    plain = suite.run("-W", "ignore::pytest.PytestUnraisableExceptionWarning", only=counts.failed)
    suite.log = log
    if not plain.failed:
        return counts
    fails_anyway.update(plain.failed)
    return suite.run(f"--seed={seed}", without=fails_anyway)


def main() -> None:
    seeds = [int(argument) for argument in sys.argv[1:]] or SEEDS
    suite = get_suite()
    print(suite.home.name)
    fails_anyway: set[str] = set()
    illegal = False
    for seed in seeds:
        counts = judge(suite, seed, fails_anyway)
        print(f"seed {seed}: {counts}", flush=True)
        if counts.failed:
            illegal = True
            print(suite.log)
    print("left out:")
    for reason, number in sorted(counts.left_out.items(), key=lambda item: -item[1]):
        print(f"{number:6}  {reason}")
    if fails_anyway:
        names = suite.home / "fails-here.txt"
        names.write_text("".join(f"{name}\n" for name in sorted(fails_anyway)))
        print(f"what fails on this machine stands in {names}")
    sys.exit(1 if illegal else 0)


if __name__ == "__main__":
    main()
