"""Fixtures that several test files share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from grader.desk.whereto import LAST_USED
from grader.files import CACHE
from grader.sandbox.box import Box
from tests.kit_samples import make_kit

# Hypothesis' own deadline is a wall clock; a busy machine must not fail a test. Nor must luck: the same change has the
# same result. `--hypothesis-profile=search` looks for examples that no run has tried yet.
settings.register_profile("search", deadline=None, max_examples=1000)
settings.register_profile("same again", deadline=None, derandomize=True)
settings.load_profile("same again")

# One of the attacks is a conftest.py that turns the exit status of the whole session into 0. It did.
collect_ignore = ["attacks"]

# Where these tests are run by CI themselves, the command would speak to it.
_SPOKEN_TO = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR")
# And pytest, whose output some tests read, would print more of it, in other colours or widths.
_PRINTED_FOR = ("CI", "BUILD_NUMBER", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "COLUMNS", "LINES")
for name in (*_SPOKEN_TO, *_PRINTED_FOR):
    os.environ.pop(name, None)


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it runs in the background ignore it, and so does whatever is started from there: Ctrl-C too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Share the whole suite among processes, as long as the command line says nothing else.

    A part of it, which a file or a word names, is done before the processes have started. The whole has one process
    more than there are processors: a third of its time it waits for a limit in real seconds or for another process. A
    file is played by one process, so that what is set up for all of it is set up once.
    """
    option = config.option
    if not hasattr(option, "numprocesses") or hasattr(config, "workerinput"):
        return
    is_part = config.args_source is pytest.Config.ArgsSource.ARGS or option.keyword or option.usepdb
    if option.numprocesses is None and not is_part:
        option.numprocesses = (os.cpu_count() or 1) + 1
    if option.numprocesses and option.dist == "no":
        option.dist = "loadfile"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what the command remembers of files away from the cache of the user who runs the tests."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _no_workspace_was_used_before(_own_cache: None) -> None:
    """Forget the learner's folder of an earlier test, which the command would propose outside of one."""
    (Path(os.environ["XDG_CACHE_HOME"]) / CACHE / LAST_USED).unlink(missing_ok=True)


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """One warm zygote for all tests that only play in it."""
    with Box() as box:
        yield box


@pytest.fixture(scope="session")
def unfenced() -> Iterator[Box]:
    """One warm zygote without the kernel's fences, for what they would refuse: it has to be cleaned up after."""
    with Box(level=0) as box:
        yield box


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit of two exercises that no test changes."""
    return make_kit(tmp_path_factory.mktemp("kits") / "kit")
