"""``grade init``: what it adds for editors and assistants, and what it says of a course that has changed."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.desk.delivered import digest
from grader.desk.learner import Desk
from grader.desk.making import AGENTS, Extras, Ready, make, said
from grader.desk.workspace import add_attempts, find_workspace
from grader.errors import WorkspaceError
from grader.judge.verdict import Verdict
from grader.kit.kit import Kit, load_kit
from tests import samples
from tests.kit_samples import RIGHT, answer, change, make_kit


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


def made(tmp_path: Path, kit: Path, extras: Extras | None = None) -> Ready:
    desk = Desk(directory=tmp_path, kit=kit)
    return make(desk, Path("mine"), extras or Extras())


# ---- coding assistants -----------------------------------------------------------------------------------------------


def test_assistants_are_asked_to_tutor_and_not_to_write_the_answer(tmp_path: Path, kit: Path) -> None:
    ready = made(tmp_path, kit)
    text = " ".join((ready.root / AGENTS).read_text().split())

    assert ready.extras.written == (AGENTS,)
    for words in ("one question at a time", "`grade hint EX`", "write, complete or correct the answer", "--no-agents"):
        assert words in text


def test_who_does_not_want_that_is_not_given_it_the_next_time_either(tmp_path: Path, kit: Path) -> None:
    for extras in (Extras(agents=False), Extras()):
        assert not (made(tmp_path, kit, extras).root / AGENTS).exists()

    assert (made(tmp_path, kit, Extras(agents=True)).root / AGENTS).is_file()


def test_who_deletes_it_is_not_given_it_again_unless_asked_for(tmp_path: Path, kit: Path) -> None:
    file = made(tmp_path, kit).root / AGENTS
    file.unlink()

    made(tmp_path, kit)
    assert not file.exists()
    made(tmp_path, kit, Extras(agents=True))
    assert file.is_file()


def test_one_of_the_learners_own_stays(tmp_path: Path, kit: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / AGENTS).write_text("mine")

    for _ in range(2):
        assert made(tmp_path, kit).extras.kept == (AGENTS,)
        assert (tmp_path / "mine" / AGENTS).read_text() == "mine"


# ---- editor and container --------------------------------------------------------------------------------------------


def test_files_for_an_editor_are_written_once_and_those_that_were_edited_stay(tmp_path: Path, kit: Path) -> None:
    first = made(tmp_path, kit, Extras(vscode=True))
    settings = first.root / ".vscode" / "settings.json"
    settings.write_text("{} // mine")
    again = made(tmp_path, kit, Extras(vscode=True))

    assert set(first.extras.written) == {
        AGENTS, ".vscode/tasks.json", ".vscode/settings.json", ".vscode/extensions.json",
    }  # fmt: skip
    assert (again.extras.written, again.extras.changed, again.extras.kept) == ((), (), (".vscode/settings.json",))
    assert settings.read_text() == "{} // mine"


def test_a_container_has_the_grader_with_it_and_says_what_isolation_it_has(tmp_path: Path, kit: Path) -> None:
    inside = make_kit(tmp_path / "mine" / "kit")
    root = made(tmp_path, inside, Extras(vscode=True, container=True)).root
    described = json.loads((root / ".devcontainer" / "devcontainer.json").read_text())
    wheel = root / described["updateContentCommand"][-1]

    assert "solutions/ex01_join/join.py" in "\n".join(zipfile.ZipFile(wheel).namelist())
    # `privileged` and `securityOpt` would weaken the container, and `runArgs` could.
    assert described.keys() == {"name", "image", "updateContentCommand", "postAttachCommand", "customizations"}
    readme = " ".join((root / ".devcontainer" / "README.md").read_text().split())
    assert "expect isolation level 2" in readme
    assert json.loads((root / ".vscode" / "tasks.json").read_text())["tasks"][0]["command"] == "python3"


def test_a_kit_that_a_container_would_not_see_is_refused(tmp_path: Path, kit: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"the exercises come from \.\./kit, which a container does not see"):
        made(tmp_path, kit, Extras(container=True))


# ---- the course has changed ------------------------------------------------------------------------------------------


def passed(root: Path, kit: Kit, *, later: timedelta = timedelta()) -> Verdict:
    """Write the right answer to ex01, and store that it has passed."""
    workspace, exercise = find_workspace(root), kit.exercise("ex01")
    assert workspace is not None
    workspace.file_of(exercise).write_text(answer(RIGHT))
    cases = [samples.case(test.number, test.label, test.points) for test in exercise.tests]
    verdict = replace(
        samples.verdict(*cases),
        digest=digest(workspace.file_of(exercise).read_bytes()),
        judged_at=(datetime.now(UTC) + later).isoformat(timespec="seconds"),
    )
    add_attempts(workspace, [verdict])
    return verdict


def stale(tmp_path: Path, kit: Path) -> list[str]:
    return [line for line in said(made(tmp_path, kit), verbose=False) if "the pass of" in line]


def test_a_pass_of_what_is_there_now_is_not_stale(tmp_path: Path, kit: Path) -> None:
    passed(made(tmp_path, kit).root, load_kit(kit))

    assert stale(tmp_path, kit) == []


def test_a_pass_of_another_file_is_stale(tmp_path: Path, kit: Path) -> None:
    root = made(tmp_path, kit).root
    passed(root, load_kit(kit))
    (root / "ex01_double" / "double.py").write_text("# begun again")

    assert stale(tmp_path, kit) == [
        "note: the pass of ex01 is of another file than yours is now: `grade ex01` checks it again"
    ]


def test_a_pass_of_other_tests_is_stale(tmp_path: Path, kit: Path) -> None:
    passed(made(tmp_path, kit).root, load_kit(kit))
    change(kit / "exercises/ex01_double/test_hidden.py", "returns twice the argument", "returns the double")

    assert stale(tmp_path, kit) == [
        "note: the pass of ex01 is of other tests than there are now: `grade ex01` checks it again"
    ]


def test_a_pass_that_is_older_than_a_change_inside_of_a_test_is_stale_until_it_is_repeated(
    tmp_path: Path, kit: Path
) -> None:
    root = made(tmp_path, kit).root
    passed(root, load_kit(kit), later=timedelta(hours=-1))
    change(kit / "exercises/ex01_double/test_hidden.py", "n=3).result == 6", "n=4).result == 8")
    sentence = "note: the pass of ex01 is older than its tests, which have changed: `grade ex01` checks it again"

    assert stale(tmp_path, kit) == [sentence]
    assert stale(tmp_path, kit) == [sentence]
    passed(root, load_kit(kit), later=timedelta(seconds=5))
    assert stale(tmp_path, kit) == []


def test_what_has_changed_is_said_and_nothing_of_the_learners_is_touched(tmp_path: Path, kit: Path) -> None:
    root = made(tmp_path, kit).root
    (root / "ex01_double" / "double.py").write_text(answer(RIGHT))
    for name in ("ex01_double/README.md", "ex01_double/double.py", "ex02_wait/wait.py"):
        with (kit / "exercises" / name).open("a") as file:
            file.write("# newer\n")

    assert list(said(made(tmp_path, kit), verbose=False)) == [
        "  changed  ex01_double/README.md",
        "  changed  ex02_wait/wait.py",
        "  kept     1 of your files as they are",
        "note: the stub of ex01 is newer than your file, which stays: `grade reset ex01 --diff` compares them",
    ]
    assert (root / "ex01_double" / "double.py").read_text() == answer(RIGHT)
