"""What `grade explain` says: the diagnosis, the page of its author, the learner's own last failure."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.desk.explaining import Explaining
from grader.desk.learner import Desk
from grader.desk.run import RunDesk, RunOptions
from grader.desk.workspace import create_workspace
from grader.errors import UsageError, WorkspaceError
from grader.kit.kit import load_kit
from grader.reports.screen import ASCII
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, make_kit

PAGE = """\
![How it looks.](../ex01_double/figures/it.svg)

```text figure=ex01/it
  a  ####|
```

Two words of `code`, and [a link](deadlock.md).

## In real code

- One.
- Two, over
  two lines.

```python
x = 1
```
"""


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    kit = make_kit(tmp_path / "kit")
    (kit / "exercises" / "diagnoses").mkdir()
    (kit / "exercises" / "diagnoses" / "wrong-value.md").write_text(PAGE)
    return kit


@pytest.fixture
def mine(kit: Path, tmp_path: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(kit))
    return tmp_path / "mine"


def at(folder: Path) -> Explaining:
    return Explaining(Desk(directory=folder, kit=None))


def said(explaining: Explaining, slug: str) -> str:
    out = io.StringIO()
    explaining.show(slug, Console(file=out, width=80, color_system=None), ASCII)
    return out.getvalue()


def graded(box: Box, mine: Path, text: str) -> None:
    (mine / "ex01_double" / "double.py").write_text(answer(text))
    desk = Desk(directory=mine, kit=None)
    run = RunDesk(desk, RunOptions())
    run.store(run.grade(box, [desk.kit.exercise("ex01")]))


def test_a_diagnosis_is_explained_with_the_page_of_its_author(mine: Path) -> None:
    assert (
        said(at(mine), "wrong-value")
        == """\
wrong-value: another value than promised

The value is not the one that the README promises.

  a  ####|

Two words of `code`, and a link.

In real code

  - One.
  - Two, over two lines.

    x = 1

help: compare the value with the one in the README

      grade explain wrong-value --open    the same as a page
"""
    )


def test_a_misspelt_diagnosis_is_found(mine: Path) -> None:
    for ask in (lambda: said(at(mine), "deadlok"), lambda: at(mine).write_page("deadlok")):
        with pytest.raises(UsageError, match="there is no diagnosis 'deadlok'") as caught:
            ask()
        assert caught.value.hint == "Did you mean `grade explain deadlock`?"


def test_a_built_in_diagnosis_has_its_page_in_any_kit(mine: Path) -> None:
    shown = said(at(mine), "deadlock")

    assert shown.startswith("deadlock: every task waits")
    assert "python -m asyncio pstree PID" in shown
    assert "import trio" in shown


def test_an_explanation_ends_with_the_learners_own_last_failure(box: Box, mine: Path) -> None:
    for text in (WRONG_VALUE, "# mine\n" + WRONG_VALUE, RIGHT):
        graded(box, mine, text)

    own = """the last time in your file:
  --> ex01_double/double.py:6
      await anyio.sleep(n)
  error: The value is not twice the argument."""
    assert f"\n\n{own}\n\n" in said(at(mine), "wrong-value")
    assert "your file" not in said(at(mine), "deadlock")


def test_an_explanation_does_not_depend_on_attempts_that_can_be_read(mine: Path) -> None:
    (mine / ".gradekit" / "attempts").mkdir(parents=True)
    (mine / ".gradekit" / "attempts" / "ex01.jsonl").write_text("torn")

    assert "help: compare" in said(at(mine), "wrong-value")


def test_all_diagnoses_can_be_listed_in_80_columns(mine: Path) -> None:
    lines = at(mine).list_all().split("\n")

    assert any(line.startswith("wrong-value ") for line in lines)
    assert max(map(len, lines)) <= 80


def test_its_page_lies_among_the_lessons(mine: Path) -> None:
    path = at(mine).write_page("wrong-value")

    assert path == mine / "grade-course" / "diagnosis-wrong-value.html"
    page = path.read_text()
    assert "Two words of <code>code</code>" in page
    assert '<a href="diagnosis-deadlock.html"' in page
    assert "####" not in page, "the picture stands there, if there is one"
    assert '<a href="ex01.html">ex01 double</a>, test 1: returns twice the argument' in page
    assert "value hint 3" in page
    lesson = (mine / "grade-course" / "ex01.html").read_text()
    assert '<a href="diagnosis-wrong-value.html">wrong-value</a>' in lesson


def test_outside_of_a_workspace_it_is_explained_and_no_page_is_written(kit: Path, tmp_path: Path) -> None:
    explaining = Explaining(Desk(directory=tmp_path, kit=kit))

    assert "--open" not in said(explaining, "wrong-value")
    with pytest.raises(WorkspaceError):
        explaining.write_page("wrong-value")
