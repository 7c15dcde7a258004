"""Whether benchmarks/legality.py tells what the simulation breaks from what fails anyway, on small suites."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"

SETTINGS = """\
[tool.pytest.ini_options]
addopts = "-p anyio --tb=short"
anyio_mode = "auto"
"""
CONFTEST = """\
import pytest

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param
"""
LEGAL = """\
import anyio

async def test_an_hour_goes_by():
    await anyio.sleep(3600)
"""
FAILS_ANYWAY = """
async def test_that_the_machine_has_what_it_has_not():
    assert False
"""
ILLEGAL = """
import os

async def test_that_real_time_goes_by():
    began = os.times().elapsed
    await anyio.sleep(0.1)
    assert os.times().elapsed - began > 0.05
"""
WITHOUT_A_STEP = """
@__import__("pytest").mark.parametrize("anyio_backend", ["asyncio"])
def test_that_runs_nothing(anyio_backend):
    pass
"""


@pytest.fixture
def legality(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(BENCHMARKS)
    module = importlib.import_module("legality")
    monkeypatch.setattr(module, "FEWEST", 2)
    return module


def suite_of(legality: Any, folder: Path, source: str) -> Any:
    (folder / "tests").mkdir()
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "tests" / "conftest.py").write_text(CONFTEST)
    (folder / "tests" / "test_small.py").write_text(source)
    return legality.Suite(folder=folder, python=Path(sys.executable))


def test_a_suite_that_passes_is_legal_whatever_its_clock_says(
    legality: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legality.run(suite_of(legality, tmp_path, LEGAL), [0, 1]) == 0

    printed = capsys.readouterr().out
    assert "seed 0: 2 passed, 0 failed, 0 left out" in printed
    assert "seed 1: 2 passed" in printed


def test_what_passes_without_the_simulation_and_fails_in_it_fails_the_run(
    legality: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legality.run(suite_of(legality, tmp_path, LEGAL + ILLEGAL + FAILS_ANYWAY), [1]) == 1

    printed = capsys.readouterr().out
    assert "2 passed, 2 failed, 2 left out" in printed
    assert "FAILED tests/test_small.py::test_that_real_time_goes_by[trio]" in printed
    assert printed.count("fails anyway: ") == 2


def test_what_fails_on_this_machine_anyway_is_left_out_and_named(
    legality: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(legality, "SHARE", 0.5)

    assert legality.run(suite_of(legality, tmp_path, LEGAL + FAILS_ANYWAY), [0, 1]) == 0

    printed = capsys.readouterr().out
    assert "seed 1: 2 passed, 0 failed, 2 left out" in printed
    assert f"     2  {legality.FAILS_HERE}" in printed
    assert "fails anyway: tests/test_small.py::test_that_the_machine_has_what_it_has_not[asyncio]" in printed


def test_a_test_in_which_the_simulation_saw_no_step_is_no_proof(
    legality: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legality.run(suite_of(legality, tmp_path, LEGAL + WITHOUT_A_STEP), [0]) == 1

    assert "no task took a step inside the simulation" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("outcomes", "left_out", "suspicious"),
    [
        ({"passed": 1}, {}, True),
        ({"passed": 900, "failed": 0}, {"uses no event loop of the suite's choice": 5000}, False),
        ({"passed": 900}, {"fails on this machine without the simulation too": 50}, False),
        ({"passed": 900}, {"fails on this machine without the simulation too": 150}, True),
        ({"passed": 900, "skipped": 500, "xfailed": 3}, {}, False),
    ],
)
def test_a_run_in_which_few_tests_passed_is_suspicious(
    legality: Any, outcomes: dict[str, int], left_out: dict[str, int], suspicious: bool
) -> None:
    counts = legality.Counts(outcomes=Counter(outcomes), left_out=Counter(left_out))

    assert bool(legality.too_few(counts)) is suspicious


def test_the_suite_finds_its_names_whatever_the_machine_knows(legality: Any, tmp_path: Path) -> None:
    source = """
import os, socket

async def test_names():
    for name, address in ("localhost", "::1"), ("fass.de", "192.0.2.2"), ("xn--fa-hia.de", "192.0.2.1"):
        assert address in [row[4][0] for row in socket.getaddrinfo(name, 80)]
    # No resolver is asked: one that is slow would look like a deadlock.
    if os.path.exists("/etc/nsswitch.conf"):
        with open("/etc/nsswitch.conf") as file:
            assert "hosts: files\\n" in file.read()
"""
    suite = suite_of(legality, tmp_path, source)
    if not importlib.import_module("legality_suite").with_names(tmp_path):
        pytest.skip("bubblewrap does not work here")

    assert suite.run().passed == 2


def test_without_a_package_index_it_says_what_to_do_and_leaves_with_4(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "legality.py", "1"],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (4, "")
    assert "pip download" in done.stderr
    assert done.stderr.endswith("run this again where pip reaches a package index.\n")
    assert "Traceback" not in done.stderr
