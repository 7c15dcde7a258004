"""``grade kit release``: what it makes, what it prints, what it refuses, and that no answer is in what learners get."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import __version__
from grader.desk.author.wheel import WHEEL_NAME
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer, change
from tests.processes import CHECKOUT, inside
from tests.release_samples import LEFT_OUT, OF_EXERCISE, SECRET, contents, files_of, lines_of, make_untidy_kit

FOLDERS = ("ex01_double", "ex02_wait")

LESSONS = {
    *("ex01_double/README.md", "ex01_double/double.py", "ex01_double/figures/lanes.svg"),
    *("ex02_wait/README.md", "ex02_wait/wait.py"),
}
KIT = {
    *("exercises/kit.toml", "exercises/ex01_double/roots.toml"),
    *(f"exercises/{folder}/{name}" for folder in FOLDERS for name in OF_EXERCISE),
    *(f"exercises/{name}" for name in LESSONS),
}
REFERENCES = {"solutions/ex01_double/double.py", "solutions/ex02_wait/wait.py"}


def in_folder(folder: str, names: set[str]) -> set[str]:
    return {f"{folder}/{name}" for name in names}


@pytest.fixture(scope="module")
def untidy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_untidy_kit(tmp_path_factory.mktemp("author") / "kit")


def released(kit: Path, out: Path, *options: str) -> Path:
    done = inside("kit", "release", str(out), *options, "--kit", str(kit), "-q", cwd=out.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out


@pytest.fixture(scope="module")
def made(untidy: Path) -> Path:
    """A release as it is by default."""
    return released(untidy, untidy.parent / "made")


@pytest.fixture(scope="module")
def without_tests(untidy: Path) -> Path:
    return released(untidy, untidy.parent / "without", "--no-hidden-tests")


@pytest.fixture(scope="module")
def with_references(untidy: Path) -> Path:
    return released(untidy, untidy.parent / "references", "--references")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the course that comes with the grader."""
    return released(CHECKOUT, tmp_path_factory.mktemp("course") / "out")


# ---- what is in it ---------------------------------------------------------------------------------------------------


def test_the_learners_bundle_is_the_kit_a_readme_and_the_grader(made: Path) -> None:
    assert files_of(made / "learners") == KIT | {"README.md", WHEEL_NAME}


def test_the_zip_for_learners_unpacks_to_the_folder_for_learners(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made / "learners.zip") as archive:
        archive.extractall(tmp_path)

    assert files_of(tmp_path) == in_folder("learners", files_of(made / "learners"))
    assert all((tmp_path / name).read_bytes() == (made / name).read_bytes() for name in in_folder("learners", KIT))


def test_without_hidden_tests_learners_get_lessons_and_stubs_to_hand_in(without_tests: Path) -> None:
    assert files_of(without_tests / "learners") == LESSONS | {"README.md", "grade.toml"}
    assert files_of(without_tests / "starter") == LESSONS | {"README.md", "grade.toml", ".gitignore"}


def test_a_starter_repository_has_stubs_in_sight_and_the_tests_in_a_hidden_folder(made: Path) -> None:
    about = {"README.md", "grade.toml", ".gitignore", ".github/workflows/grade.yml"}
    grader = in_folder(".github/grader", {WHEEL_NAME, *in_folder("kit", KIT)})

    assert files_of(made / "starter") == LESSONS | about | grader


def test_the_autograder_of_classroom_50_is_a_folder_with_all_that_it_needs(made: Path) -> None:
    own = {"autograder.py", "handed_in.py", "autograder.json", "README.md", WHEEL_NAME}

    assert files_of(made / "classroom50") == own | in_folder("kit", KIT)


@pytest.mark.parametrize("name", ["ex01_double.zip", "ex02_wait.zip", "all.zip"])
def test_a_zip_for_gradescope_has_its_scripts_at_its_root_and_the_references(made: Path, name: str) -> None:
    own = {"setup.sh", "run_autograder", "handed_in.py", "autograder.json", "README.md", WHEEL_NAME}
    with zipfile.ZipFile(made / "gradescope" / name) as archive:
        assert set(archive.namelist()) == own | in_folder("kit", KIT | REFERENCES)
        for script in ("setup.sh", "run_autograder"):
            template = CHECKOUT / "templates" / "release" / "gradescope" / script
            assert archive.read(script) == template.read_bytes()


def test_there_is_a_zip_for_each_exercise_and_one_for_all(made: Path, untidy: Path) -> None:
    assert files_of(made / "gradescope") == {"ex01_double.zip", "ex02_wait.zip", "all.zip"}
    with zipfile.ZipFile(made / "gradescope" / "ex02_wait.zip") as archive:
        settings = json.loads(archive.read("autograder.json"))

    assert settings == {
        "exercises": [{"id": "ex02", "folder": "ex02_wait", "file": "wait.py"}],
        "allow_level": 2,
    }


def test_references_come_to_learners_only_when_they_are_asked_for(with_references: Path) -> None:
    assert files_of(with_references / "learners") == KIT | REFERENCES | {"README.md", WHEEL_NAME}
    assert in_folder(".github/grader/kit", REFERENCES) < files_of(with_references / "starter")
    assert in_folder("kit", REFERENCES) < files_of(with_references / "classroom50")
    answers = [name for name, _ in contents(with_references) if "/right/" in name or "/wrong/" in name]
    assert [name for name in answers if SAMPLE not in name] == []


def test_two_releases_are_the_same_byte_for_byte(made: Path, untidy: Path) -> None:
    again = released(untidy, untidy.parent / "again")

    assert dict(contents(again)) == dict(contents(made))


SAMPLE = "grader/_kit/templates/kit/"
"""What `grade kit new` makes kits from has answers, to an exercise of its own."""


# ---- no answer leaks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--no-hidden-tests",)])
def test_no_line_of_any_answer_is_in_any_file_for_learners(untidy: Path, tmp_path: Path, options: tuple[str]) -> None:
    out = released(untidy, tmp_path / "out", *options)

    found = {name.split("/")[0] for name, content in contents(out) if SECRET.encode() in content}
    assert found == {"gradescope"}, "which has the references, for the instructor"


def texts(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*.*") if path.is_file() and path.suffix != ".pyc")


def test_no_line_of_the_courses_answers_is_in_any_file_for_learners(course: Path) -> None:
    # Lines such as `async with anyio.create_task_group() as group:` stand in lessons and in the grader as well.
    of_answers = lines_of(texts(CHECKOUT / "solutions")) - lines_of(texts(CHECKOUT / "exercises"))
    of_answers -= lines_of(texts(CHECKOUT / "grader"))

    assert len(of_answers) > 900
    for folder in ("learners", "starter", "classroom50"):
        for name, content in contents(course / folder):
            if not name.endswith(".whl") and SAMPLE not in name:
                assert of_answers & lines_of(iter([content])) == set(), name


def test_nothing_is_a_link_a_cache_or_an_editors_leavings(made: Path) -> None:
    hidden = {"starter/.gitignore", "starter/.github"}
    assert [path for path in made.rglob("*") if path.is_symlink()] == []
    for name, _ in contents(made):
        assert "__pycache__" not in name
        assert ".pyc" not in name
        assert "/." not in name or name.startswith(tuple(hidden)), name


# ---- what is in it works ---------------------------------------------------------------------------------------------


def judged(kit: Path, exercise: str, file: Path, tmp_path: Path) -> tuple[int, object]:
    """The exit code, and of the verdict what counts: points, and which test passes where."""
    report = tmp_path / "verdict.jsonl"
    done = inside(exercise, "--file", str(file), "--kit", str(kit), "--report", f"jsonl={report}", "-q", cwd=tmp_path)
    verdict = json.loads(report.read_text())["verdict"]
    tests = [
        (test["number"], [(result["backend"], result["outcome"]) for result in test["results"]])
        for test in verdict["tests"]
    ]
    return done.returncode, (verdict["status"], verdict["points"], verdict["total"], tests)


@pytest.mark.parametrize("text", [RIGHT, WRONG_VALUE, TOO_SOON, "def double(:\n"])
def test_a_verdict_with_the_learners_bundle_is_that_with_the_full_kit(
    made: Path, untidy: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "double.py").write_text(answer(text))
    file = tmp_path / "double.py"

    assert judged(made / "learners", "ex01", file, tmp_path) == judged(untidy, "ex01", file, tmp_path)


@pytest.mark.parametrize(
    ("exercise", "file"),
    [
        ("ex01", "ex01_join/join.py"),
        ("ex01", "ex01_join/wrong/sequential.py"),
        ("ex04", "ex04_timeout/wrong/leaks_group.py"),
    ],
)
def test_so_is_a_verdict_on_an_answer_to_the_course(course: Path, tmp_path: Path, exercise: str, file: str) -> None:
    path = CHECKOUT / "solutions" / file

    assert judged(course / "learners", exercise, path, tmp_path) == judged(CHECKOUT, exercise, path, tmp_path)


def test_a_learner_makes_a_folder_of_the_bundle_and_works_in_it(made: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    assert inside("init", str(course), "--kit", str(made / "learners"), cwd=tmp_path).returncode == 0

    assert inside("ex01", cwd=course).returncode == 3, "the stub is untouched"
    (course / "ex01_double" / "double.py").write_text(answer(TOO_SOON))
    assert inside("ex01", cwd=course).returncode == 1
    assert "hint" in inside("hint", "ex01", cwd=course).stdout
    (course / "ex01_double" / "double.py").write_text(answer(RIGHT))
    assert inside("ex01", cwd=course).returncode == 0
    refused = inside("solution", "ex01", cwd=course)
    assert refused.returncode == 2
    assert "this kit comes without answers" in refused.stderr


def test_with_references_a_learner_sees_one_after_a_pass(with_references: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    inside("init", str(course), "--kit", str(with_references / "learners"), cwd=tmp_path)
    (course / "ex01_double" / "double.py").write_text(answer(RIGHT))
    assert inside("ex01", cwd=course).returncode == 0

    assert SECRET in inside("solution", "ex01", cwd=course).stdout


def test_without_hidden_tests_grade_names_the_file_that_says_why(without_tests: Path) -> None:
    folder = without_tests / "learners"
    done = inside("ex01", cwd=folder)

    assert done.returncode == 4
    assert f"{folder / 'grade.toml'}: there is no kit in" in done.stderr
    assert "hand them in" in (folder / "grade.toml").read_text()


@pytest.mark.parametrize("bundle", ["made", "without_tests"])
def test_a_class_is_graded_from_copies_of_the_starter_repository(
    request: pytest.FixtureRequest, untidy: Path, tmp_path: Path, bundle: str
) -> None:
    starter: Path = request.getfixturevalue(bundle) / "starter"
    for learner, text in (("ada", RIGHT), ("bob", TOO_SOON)):
        for name in files_of(starter):
            path = tmp_path / "class" / learner / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((starter / name).read_bytes())
        (tmp_path / "class" / learner / "ex01_double" / "double.py").write_text(answer(text))
    command = ("class", "class", "--kit", str(untidy), "--exercise", "ex01", "--jobs", "1", "--json")
    done = inside(*command, "--allow-level", "0", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["learners"], document["refused"]) == (2, [])
    assert [file["shown"] for file in document["unmatched"] if not file["shown"].endswith("/lanes.svg")] == []
    assert document["percent"] == 80


# ---- what it says and refuses ----------------------------------------------------------------------------------------


def test_it_prints_what_it_made_and_the_next_step_with_each_part(untidy: Path, tmp_path: Path) -> None:
    done = inside("kit", "release", "out", "--kit", str(untidy), cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"Tiny 0.1: 2 exercises, with grade {__version__}"
    for name in files_of(tmp_path / "out" / "learners"):
        assert f"    {name}" in lines
    for name in ("gradescope/ex01_double.zip", "gradescope/all.zip", "starter", "classroom50"):
        assert [line for line in lines if line.startswith(f"{name}  ")] != []
    assert len([line for line in lines if line.startswith("  next: ")]) == 4
    assert lines[-len(LEFT_OUT) :] == [f"    {name}" for name in LEFT_OUT]


def test_the_release_says_in_a_file_what_its_parts_are_for(made: Path) -> None:
    text = (made / "README.md").read_text()

    assert text.startswith("# Tiny 0.1\n")
    for name in ("learners", "gradescope/ex01_double.zip", "gradescope/all.zip", "starter", "classroom50"):
        assert f"\n| `{name}` | " in text


def test_in_the_folder_of_a_kit_it_needs_no_option(untidy: Path, tmp_path: Path) -> None:
    done = inside("kit", "release", str(tmp_path / "out"), cwd=untidy)

    assert done.stdout.startswith("Tiny 0.1:")
    assert files_of(tmp_path / "out" / "learners") == KIT | {"README.md", WHEEL_NAME}


def test_a_kit_with_a_fault_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    kit = make_untidy_kit(tmp_path / "kit")
    change(kit / "exercises" / "ex01_double" / "exercise.toml", "level = 1", 'level = "high"')
    done = inside("kit", "release", "out", "--kit", "kit", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (4, "")
    assert "exercise.toml" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("there", ["folder", "file"])
def test_bundles_are_never_mixed_with_what_is_there(untidy: Path, tmp_path: Path, there: str) -> None:
    if there == "folder":
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine")
    else:
        (tmp_path / "out").write_text("mine")
    done = inside("kit", "release", "out", "--kit", str(untidy), cwd=tmp_path)

    assert done.returncode == 2
    assert "out: this is not an empty folder" in done.stderr
    assert files_of(tmp_path) == ({"out/mine.txt"} if there == "folder" else {"out"})


def test_a_folder_that_cannot_be_made_is_told(untidy: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = inside("kit", "release", "file/out", "--kit", str(untidy), cwd=tmp_path)

    assert done.returncode == 4
    assert done.stderr == "error: file/out: Not a directory\nhelp: Name a folder that you may write to.\n"


def test_an_accepted_level_stands_in_every_autograder_and_its_readme(untidy: Path, tmp_path: Path) -> None:
    out = released(untidy, tmp_path / "out", "--allow-level", "1")

    settings = [content for name, content in contents(out) if name.endswith("autograder.json")]
    assert [json.loads(content)["allow_level"] for content in settings] == [1, 1, 1, 1]
    assert "Below level 1 " in (out / "classroom50" / "README.md").read_text()


def test_a_kit_of_one_exercise_has_one_zip_for_gradescope(tmp_path: Path) -> None:
    kit = make_untidy_kit(tmp_path / "kit")
    change(kit / "exercises" / "kit.toml", '["ex01_double", "ex02_wait"]', '["ex02_wait"]')
    out = released(kit, tmp_path / "out")

    assert files_of(out / "gradescope") == {"ex02_wait.zip"}


def test_every_text_is_filled_and_every_link_in_a_readme_leads_somewhere(made: Path, without_tests: Path) -> None:
    for root in (made, without_tests):
        for path in root.rglob("README.md"):
            text = path.read_text()
            assert "{{" not in text, path
            links = re.findall(r"\]\(([^)#:]+)\)", text)
            assert [link for link in links if not (path.parent / link).exists()] == [], path
