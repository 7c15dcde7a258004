"""Fixtures of hidden tests: what pytest would refuse is refused with its line, and so is what cannot be judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.kit.faults import Faults
from grader.kit.fixtures import GIVEN, Fixtures, fixtures_of
from grader.kit.sources import read_source
from grader.kit.toplevel import Function, top_level_of


def read(tmp_path: Path, text: str) -> Fixtures:
    """The fixtures of a file with this text, in which every function is one."""
    path = tmp_path / "test_hidden.py"
    path.write_text(f"import pytest\n{text}")
    source = read_source(path, Faults().report, of_statements=Faults().report)
    assert source is not None
    functions = [node for node in source.tree.body if isinstance(node, Function)]
    return fixtures_of(functions, top_level_of(source))


ALLOWED = """
@pytest.fixture
def plain(): return 1

@pytest.fixture()
def called(plain): return plain

@pytest.fixture(scope="module")
def shared(tmp_path_factory, request):
    yield tmp_path_factory

@pytest.fixture(scope="session", autouse=True)
def always(): ...

@pytest.fixture(scope="class")
def of_a_class(shared): ...

@pytest.fixture(name="recording")
def play_once(play, called, monkeypatch, tmp_path, *, request):
    yield play("call")
"""


def test_ordinary_fixtures_are_read_with_what_they_take(tmp_path: Path) -> None:
    fixtures = read(tmp_path, ALLOWED)

    assert fixtures.problems == ()
    assert fixtures.faulty == frozenset()
    assert list(fixtures.by_name) == ["plain", "called", "shared", "always", "of_a_class", "recording"]
    assert fixtures.by_name["recording"].takes == ("play", "called", "monkeypatch", "tmp_path", "request")
    assert (fixtures.by_name["shared"].scope, fixtures.by_name["always"].autouse) == ("module", True)


def test_a_test_reaches_what_its_fixtures_take_and_what_is_always_set_up(tmp_path: Path) -> None:
    fixtures = read(tmp_path, ALLOWED)

    assert fixtures.reached(["called"]) == {"called", "plain", "always"}
    assert fixtures.reached(["recording"]) == {
        *("recording", "play", "called", "plain", "monkeypatch", "tmp_path", "request", "always")
    }


def test_pytest_sets_up_what_is_allowed_here(tmp_path: Path) -> None:
    """The grader brings ``play``; everything else that is allowed is pytest's own."""
    takes = ", ".join(name for name in GIVEN if name != "play")
    play = "@pytest.fixture\ndef play(): return str\n"
    path = tmp_path / "test_it.py"
    path.write_text(f"import pytest\n{play}{ALLOWED}\ndef test_it(recording, of_a_class, {takes}): ...\n")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)

    assert done.returncode == 0, done.stdout


REFUSED = {
    "async": ("@pytest.fixture\nasync def server(play): ...", 3, "the fixture `server` is an async def"),
    "params": (
        "@pytest.fixture(params=[1, 2])\ndef server(request): ...",
        2,
        "the fixture `server` has `params`: the points of a test are split over its own parameters",
    ),
    "ids": ("@pytest.fixture(ids=['a'])\ndef server(): ...", 2, "the fixture `server` has `ids`"),
    "play for a module": (
        '@pytest.fixture(scope="module")\ndef server(play): ...',
        3,
        "the fixture `server` has the scope 'module' and uses `play`, which is another one for every call of a test",
    ),
    "play for a session, through another": (
        '@pytest.fixture\ndef inner(play): ...\n@pytest.fixture(scope="session")\ndef server(inner): ...',
        5,
        "the fixture `server` has the scope 'session' and uses `inner`, which is another one for every call of a test",
    ),
    "a narrower scope": (
        '@pytest.fixture(scope="module")\ndef inner(): ...\n@pytest.fixture(scope="session")\ndef server(inner): ...',
        5,
        "the fixture `server` has the scope 'session' and uses `inner`, which has the scope 'module'",
    ),
    "another fixture of pytest": (
        "@pytest.fixture\ndef server(capsys): ...",
        3,
        "`server` uses `capsys`, which is no fixture that a hidden test may use",
    ),
    "a misspelt one": ("@pytest.fixture\ndef server(tmp_pth): ...", 3, "`server` uses `tmp_pth`, which is no fixture"),
    "a circle": (
        "@pytest.fixture\ndef server(client): ...\n@pytest.fixture\ndef client(server): ...",
        3,
        "the fixture `server` needs itself",
    ),
    "itself": ("@pytest.fixture\ndef server(server): ...", 3, "the fixture `server` needs itself"),
    "the name of play": ("@pytest.fixture\ndef play(): ...", 3, "the fixture `play` has the name of a fixture that"),
    "the name of a test": ("@pytest.fixture\ndef test_it(): ...", 3, "has the name of a hidden test"),
    "a name twice": (
        "@pytest.fixture\ndef server(): ...\n@pytest.fixture\ndef server(): ...",
        5,
        "there are two fixtures `server`, the first on line 3",
    ),
    "another decorator": ("@cache\n@pytest.fixture\ndef server(): ...", 2, "has another decorator, `@cache`"),
    "an unknown scope": ("@pytest.fixture(scope='test')\ndef server(): ...", 2, "must have one of the scopes"),
    "a computed scope": ("@pytest.fixture(scope=SCOPE)\ndef server(): ...", 2, "must have one of the scopes"),
    "a computed autouse": ("@pytest.fixture(autouse=ON)\ndef server(): ...", 2, "must say True or False for `autouse`"),
    "a computed name": ("@pytest.fixture(name=NAME)\ndef server(): ...", 2, "must give its `name` as a text"),
    "an unknown argument": ("@pytest.fixture(scop='module')\ndef server(): ...", 2, "an unknown argument, 'scop'"),
    "no keyword": ("@pytest.fixture('module')\ndef server(): ...", 2, "is declared with more than keywords"),
    "a default": ("@pytest.fixture\ndef server(play=None): ...", 3, "`server` gives an argument a default"),
    "a star": ("@pytest.fixture\ndef server(*play): ...", 3, "`server` has an argument that cannot be given by name"),
}


@pytest.mark.parametrize(("text", "line", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_fixture_that_cannot_be_set_up_for_every_schedule_is_refused(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    fixtures = read(tmp_path, text)
    problem = fixtures.problems[0]

    assert (problem.line, said in problem.what) == (line, True), fixtures.problems
    assert problem.hint[0].isupper()
    assert problem.hint.endswith(".")
    assert any(fixtures.is_faulty(fixture.node) for fixture in fixtures.read)


def test_a_misspelt_fixture_comes_with_the_nearest(tmp_path: Path) -> None:
    assert read(tmp_path, "@pytest.fixture\ndef server(tmp_pth): ...").problems[0].hint == "Write `tmp_path`."


def test_what_may_be_a_fixture_and_is_no_python_is_not_unknown(tmp_path: Path) -> None:
    """That it is no Python has been said; whatever needs it is left out without another word."""
    fixtures = read(tmp_path, "@pytest.fixture\ndef server(:\n    pass\n\n@pytest.fixture\ndef client(server): ...")

    assert fixtures.problems == ()
    assert fixtures.reached(["client"]) & fixtures.faulty == {"server"}
