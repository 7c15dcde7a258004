"""``grade class`` as an instructor meets it: real processes, real files, and deaths at the worst moment."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from grader.classroom.found import Layout
from grader.classroom.gradebook import Gradebook, JudgedHandIn, held
from grader.classroom.pool import conditions
from grader.cli.class_ import LAYOUTS
from grader.desk import class_files
from grader.kit.kit import builtin_root, load_kit
from grader.sandbox import zygote
from grader.sandbox.box import Box
from tests.class_runs import hand_in, judged, points, some_are_stored, stored
from tests.kit_samples import RIGHT, STUB, TOO_SOON, WRONG_VALUE, change, make_kit
from tests.processes import below, grade, inside, start, wait_until

QUICK = ("--schedules", "1", "--allow-level", "0", "--jobs", "1")
FILES = ["class.html", "gradebook.sqlite", "grades.csv", "learners", "results.jsonl"]


def grade_class(root: Path, kit: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Grade a class from this process; the workers are processes of their own all the same."""
    return inside("class", "class", "--kit", str(kit), *QUICK, *options, cwd=root)


def grade_class_alone(root: Path, kit: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Grade a class from a process of its own, as an instructor does."""
    return grade("class", "class", "--kit", str(kit), *QUICK, *options, cwd=root)


def small_class(root: Path) -> None:
    hand_in(root, "ada", RIGHT)
    hand_in(root, "bob", WRONG_VALUE)
    hand_in(root, "cleo", RIGHT)
    hand_in(root, "dan", "def (")
    hand_in(root, "ada", TOO_SOON, "wait")


# ---- a run -----------------------------------------------------------------------------------------------------------


def test_a_class_is_graded_and_everything_is_written(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    done = grade_class_alone(tmp_path, tiny)

    assert done.returncode == 0
    assert "error" not in done.stderr  # on a slow machine, it says there how far the run is
    assert (
        done.stdout.splitlines()[-1]
        == "4 learners, 4 of 5 submissions judged                         60 % of the points"
    )
    found = points(tmp_path)
    assert [found[key, "ex01"] for key in ("ada", "bob", "cleo", "dan")] == ["100", "40", "100", "0"]
    assert [found[key, "ex02"] for key in ("ada", "bob")] == ["60", ""]
    out = tmp_path / "grade-results"
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == FILES
    assert len(list((out / "learners").iterdir())) == 4
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert len(lines) == 8
    assert [path for path in out.iterdir() if path.name.startswith(".unpacked")] == []


def test_a_bug_in_the_kit_costs_no_learner_a_point_and_is_named_by_file_and_line(tmp_path: Path) -> None:
    kit = make_kit(tmp_path / "kit")
    hand_in(tmp_path, "ada", RIGHT)
    hand_in(tmp_path, "bob", WRONG_VALUE)
    hidden, scenarios = (kit / "exercises/ex01_double" / name for name in ("test_hidden.py", "scenarios.py"))
    expected = {("ada", "ex01"): "100", ("bob", "ex01"): "40"}
    assert grade_class(tmp_path, kit, "--exercise", "ex01").returncode == 0
    assert points(tmp_path) == expected

    for path, old, new, line in ((hidden, "n=3).result", "n=3).returned", 7), (scenarios, ".span(", ".spam(", 2)):
        change(path, old, new)
        broken = grade_class(tmp_path, kit, "--exercise", "ex01")

        place = f"exercises/ex01_double/{path.name}:{line}"
        assert broken.returncode == 4
        assert f"2 not judged: the kit is at fault: {place}" in " ".join(broken.stdout.split())
        assert set(points(tmp_path).values()) == {""}
        assert place in html.unescape((tmp_path / "grade-results" / "class.html").read_text())
        change(path, new, old)

    assert grade_class(tmp_path, kit, "--exercise", "ex01").returncode == 0
    assert points(tmp_path) == expected


def test_a_second_run_grades_nothing_and_says_so(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    page = (tmp_path / "grade-results" / "class.html").stat().st_mtime_ns
    again = grade_class(tmp_path, tiny)

    assert (again.returncode, stored(tmp_path)) == (0, 4)
    assert "nothing is new: every verdict is from the gradebook" in again.stdout
    assert "4 of 5 submissions judged" in again.stdout.splitlines()[-1]
    assert (tmp_path / "grade-results" / "class.html").stat().st_mtime_ns == page


def test_pages_are_written_anew_where_their_templates_have_changed(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path, "ada", RIGHT)
    grade_class(tmp_path, tiny)
    changed = shutil.copytree(builtin_root() / "templates", tmp_path / "templates")
    change(changed / "keys_switch.html", "Close", "Shut")
    monkeypatch.setattr(class_files, "_templates", lambda: changed)
    again = grade_class(tmp_path, tiny)

    assert "nothing is new" in again.stdout
    pages = (tmp_path / "grade-results").rglob("*.html")
    assert {">Shut<" in page.read_text() for page in pages} == {True}


def test_what_is_new_is_graded_and_the_rest_is_taken_from_the_gradebook(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    hand_in(tmp_path, "bob", TOO_SOON)
    hand_in(tmp_path, "eve", RIGHT)
    again = grade_class(tmp_path, tiny)

    assert (again.returncode, stored(tmp_path)) == (0, 5)
    assert "bob, ex01: 40 -> 60 points; another file" in again.stdout
    assert [points(tmp_path)[key, "ex01"] for key in ("bob", "eve")] == ["60", "100"]


def test_pages_of_earlier_runs_do_not_stay_and_other_files_are_left_alone(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    folder = tmp_path / "grade-results" / "learners"
    (bob,) = folder.glob("bob-*.html")
    others = ("notes.html", "notes-1234567890.html", "a.txt", bob.name.replace("bob-", "Before the appeal, bob-"))
    for name in others:
        (folder / name).write_bytes(bob.read_bytes() if "bob" in name else b"<!doctype html>mine")
    shutil.rmtree(tmp_path / "class" / "bob")
    (tmp_path / "roster.csv").write_text("key,name\nada,Ada\ncleo,Cleo\ndan,Dan\n")
    grade_class(tmp_path, tiny, "--roster", "roster.csv")

    pages = {path.name for path in folder.iterdir()}
    assert set(others) <= pages
    assert sorted(name.partition("-")[0] for name in pages - set(others)) == ["ada", "cleo", "dan"]


def test_a_roster_that_is_forgotten_once_makes_nobody_anew(tmp_path: Path, tiny: Path) -> None:
    hand_in(tmp_path, "ada", RIGHT)
    (tmp_path / "roster.csv").write_text("name,email\nAda Q,ada@example.invalid\n")
    grade_class(tmp_path, tiny, "--roster", "roster.csv")
    again = grade_class(tmp_path, tiny)

    assert "nothing is new" in again.stdout
    assert {key for key, _ in points(tmp_path)} == {"ada@example.invalid"}


def test_identical_files_are_graded_once(tmp_path: Path, tiny: Path) -> None:
    for number in range(20):
        hand_in(tmp_path, f"learner{number}", RIGHT)
    done = grade_class(tmp_path, tiny)

    assert (done.returncode, stored(tmp_path)) == (0, 1)
    assert set(points(tmp_path).values()) == {"100", ""}


def test_a_fresh_run_grades_everything_again(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    again = grade_class(tmp_path, tiny, "--fresh")

    assert (again.returncode, stored(tmp_path)) == (0, 8)
    assert "moved" not in again.stdout


def test_a_changed_exercise_is_graded_again_and_the_others_are_not(tmp_path: Path) -> None:
    kit = make_kit(tmp_path / "kit")
    small_class(tmp_path)
    grade_class(tmp_path, kit)
    change(kit / "exercises/ex02_wait/test_hidden.py", ").elapsed == 3", ").elapsed == 0")
    (kit / "exercises/ex01_double/README.md").write_text("# another lesson\n")
    again = grade_class(tmp_path, kit)

    assert (again.returncode, stored(tmp_path)) == (0, 5)
    assert "ada, ex02: 60 -> 100 points; the exercise has changed" in again.stdout


def test_whoever_is_in_the_gradebook_and_hands_in_nothing_now_is_kept(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    shutil.rmtree(tmp_path / "class" / "bob")
    again = grade_class(tmp_path, tiny)

    assert "1 learner from earlier runs, not in this one: bob" in again.stdout
    assert points(tmp_path)["bob", "ex01"] == "40"


def test_a_single_exercise_can_be_asked_for(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny, "--exercise", "ex02")

    assert {exercise for _, exercise in points(tmp_path)} == {"ex02"}


def test_a_section_is_graded_alone_and_the_rules_still_know_the_whole_class(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "roster.csv").write_text("name,login,section\nada,ada,A\nbob,bob,B\ncleo,cleo,A\ndan,dan,B\n")
    rules = '[[overrides]]\nlearner = "bob"\nexercise = "ex01"\npoints = 75\nreason = "by mail"\n'
    (tmp_path / "class" / "class.toml").write_text(rules)
    done = grade_class(tmp_path, tiny, "--roster", "roster.csv", "--section", "A")

    assert done.returncode == 0
    assert {learner for learner, _ in points(tmp_path)} == {"ada", "cleo"}
    assert "there is no learner" not in done.stdout
    assert "--roster roster.csv" in (page := (tmp_path / "grade-results" / "class.html").read_text())
    assert "--section A" in page


@pytest.mark.parametrize(
    ("roster", "asked", "said", "help"),
    [
        ("name,login,section\nada,ada,Group A\nbob,bob,B\n", "group a", "no learner is in this section", "'Group A'"),
        ("name,login,section\nada,ada,A\nbob,bob,B\n", "zzz", "no learner is in this section", "There are: A, B."),
        ("name,login\nada,ada\nbob,bob\n", "A", "no learner of this class has a section", "--roster CSV"),
    ],
)
def test_a_section_that_is_not_there_is_answered_before_anything_is_graded(
    tmp_path: Path, tiny: Path, roster: str, asked: str, said: str, help: str
) -> None:
    hand_in(tmp_path, "ada", RIGHT)
    (tmp_path / "roster.csv").write_text(roster)
    done = grade_class(tmp_path, tiny, "--roster", "roster.csv", "--section", asked)

    assert done.returncode == 2
    assert f"error: --section {asked}: {said}" in done.stderr
    assert help in done.stderr
    assert judged(tmp_path) == []


def test_the_page_counts_what_the_gradebook_remembers_of_earlier_hand_ins(tmp_path: Path, tiny: Path) -> None:
    for text in (WRONG_VALUE, TOO_SOON, RIGHT):
        hand_in(tmp_path, "ada", text)
        grade_class(tmp_path, tiny)
    page = (tmp_path / "grade-results" / "class.html").read_text()

    assert "Attempts to full marks" in page
    assert "<td>3</td></tr>" in page


def test_what_is_handed_in_the_same_is_on_the_page_unless_the_rules_leave_it_out(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    page = tmp_path / "grade-results" / "class.html"
    assert "identical files" in page.read_text()

    (tmp_path / "class" / "class.toml").write_text("same_files = false\n")
    grade_class(tmp_path, tiny)
    assert "identical files" not in page.read_text()


def test_the_answers_are_written_for_dolos_beside_everything_else(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny, "--report", "dolos=dolos")
    table = (tmp_path / "dolos" / "ex01" / "info.csv").read_text().splitlines()

    assert [line.split(",")[1] for line in table] == ["full_name", "ada", "bob", "cleo", ""]
    assert table[-1] == "stub.py,,,,true"


def test_rules_beside_the_submissions_are_obeyed(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    rules = '[[overrides]]\nlearner = "bob"\nexercise = "ex01"\npoints = 75\nreason = "by mail"\n'
    (tmp_path / "class" / "class.toml").write_text(rules)
    done = grade_class(tmp_path, tiny)

    assert points(tmp_path)["bob", "ex01"] == "75"
    assert "class.toml" not in done.stdout


def test_a_mistake_in_the_rules_is_said_before_anything_is_graded(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "class" / "class.toml").write_text("[deadlines]\nex09 = 2026-01-01\n")
    done = grade_class(tmp_path, tiny)

    assert done.returncode == 4
    assert "class/class.toml:2: there is no exercise 'ex09'" in done.stderr
    assert not (tmp_path / "grade-results").exists()


def test_the_names_of_learners_do_not_act_on_the_terminal_or_lead_out_of_the_folder(tmp_path: Path, tiny: Path) -> None:
    for name in ("\u202egnp", "\x1b[31mred", "=cmd()", "CON", "a" * 200, "ren\udce9"):
        hand_in(tmp_path, name, RIGHT)
    done = grade_class(tmp_path, tiny)

    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    pages = list((tmp_path / "grade-results" / "learners").iterdir())
    assert len(pages) == 6
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*\.html", path.name) for path in pages)


CANVAS = '''\
Student,ID,SIS Login ID,Section,Double (11),Total,Final Score
    Points Possible,,,,10,100,(read only)
"Lovelace, Ada",7,ada,A,3,,
Bob,8,bob,A,,,
"Zoe ""Z""",9,zoe,A,,,
'''


MOODLE = """\
Identifier,Full name,Username,Grade,Maximum grade,Grade can be changed,Last modified (submission),\
Last modified (grade),Feedback comments
Participant 1,ada,ada,,10.00,Yes,-,-,
Participant 2,bob,bob,,10.00,Yes,-,-,
"""


def test_an_exported_gradebook_comes_back_with_our_cells_filled_and_no_other(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "canvas.csv").write_text(CANVAS)
    done = grade_class(tmp_path, tiny, "--canvas", "canvas.csv")
    filled = (tmp_path / "grade-results" / "canvas.filled.csv").read_text()

    assert done.returncode == 0
    assert filled == CANVAS.replace("A,3,,", "A,10,,").replace("8,bob,A,,", "8,bob,A,4,")
    assert "canvas.csv: 2 new grades, 1 in place of another grade" in done.stdout
    assert (tmp_path / "canvas.csv").read_text() == CANVAS


def test_a_column_that_is_named_in_the_rules_is_the_one_that_is_filled(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "canvas.csv").write_text(CANVAS.replace("Double (11)", "Week 3 (11)"))
    (tmp_path / "class" / "class.toml").write_text('[columns]\nex01 = "Week 3 (11)"\n')
    done = grade_class(tmp_path, tiny, "--canvas", "canvas.csv")

    assert done.returncode == 0
    assert "8,bob,A,4," in (tmp_path / "grade-results" / "canvas.filled.csv").read_text()


def test_every_worksheet_comes_back_with_grades_and_with_what_fails(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    for exercise in ("ex01", "ex02"):
        (tmp_path / f"grades-{exercise}.csv").write_text(MOODLE)
    done = grade_class(tmp_path, tiny, "--moodle", "grades-ex01.csv", "--moodle", "grades-ex02.csv")
    first, second = ((tmp_path / "grade-results" / f"grades-{id}.filled.csv").read_text() for id in ("ex01", "ex02"))

    assert done.returncode == 0
    assert "Participant 1,ada,ada,10.00,10.00,Yes,-,-,\n" in first
    assert "Participant 2,bob,bob,4.00,10.00,Yes,-,-,Fails: returns twice the argument\n" in first
    assert "Participant 1,ada,ada,6.00,10.00,Yes,-,-,Fails: takes that many seconds\n" in second


def test_points_that_are_set_by_hand_after_a_run_are_on_the_page_of_the_next(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)
    rules = '[[overrides]]\nlearner = "bob"\nexercise = "ex01"\npoints = 75\nreason = "by mail"\n'
    (tmp_path / "class" / "class.toml").write_text(rules)
    again = grade_class(tmp_path, tiny)

    assert "nothing is new" in again.stdout
    assert points(tmp_path)["bob", "ex01"] == "75"
    assert "by mail" in (tmp_path / "grade-results" / "class.html").read_text()


def test_a_file_that_is_no_gradebook_is_refused_before_anything_is_graded(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "canvas.csv").write_text("a,b\n1,2\n")
    done = grade_class(tmp_path, tiny, "--canvas", "canvas.csv")

    assert done.returncode == 4
    assert "canvas.csv" in done.stderr
    assert not (tmp_path / "grade-results").exists()


def test_the_command_on_the_page_gives_the_same_marks(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "canvas.csv").write_text(CANVAS)
    (tmp_path / "rules of mine.toml").write_text('missing = "zero"\n')
    options = ("--roster", "canvas.csv", "--config", "rules of mine.toml", "--canvas", "canvas.csv")
    grade_class(tmp_path, tiny, *options, "--layout", "folders", "--exercise", "ex01", "--out", "results")
    table, filled = (tmp_path / "results" / "grades.csv"), (tmp_path / "results" / "canvas.filled.csv")
    before = table.read_bytes(), filled.read_bytes()
    table.unlink()
    filled.unlink()

    page = html.unescape((tmp_path / "results" / "class.html").read_text())
    command = re.search(r"<code>(grade class .*)\n", page)
    assert command is not None
    done = inside(*shlex.split(command[1])[1:], cwd=tmp_path)

    assert (done.returncode, (table.read_bytes(), filled.read_bytes())) == (0, before)


def test_an_empty_folder_is_one_sentence_and_what_to_give(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "class").mkdir()
    done = grade_class(tmp_path, tiny)

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "error: class: there are no files\nhelp: Give the folder or zip of the submissions.\n"


def test_an_anonymous_page_names_nobody(tmp_path: Path, tiny: Path) -> None:
    hand_in(tmp_path, "xanthippe", WRONG_VALUE)
    grade_class(tmp_path, tiny, "--anonymous")
    page = (tmp_path / "grade-results" / "class.html").read_text()

    assert '<th scope="row">L001</th>' in page
    assert "xanthippe" not in page


# ---- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "code"), [("60", 0), ("60.1", 1)])
def test_a_class_below_the_limit_exits_1(tmp_path: Path, tiny: Path, limit: str, code: int) -> None:
    small_class(tmp_path)

    assert grade_class(tmp_path, tiny, "--fail-under", limit).returncode == code


def test_a_run_in_which_nothing_is_judged_is_never_green(tmp_path: Path, tiny: Path) -> None:
    hand_in(tmp_path, "dan", "def (")
    done = grade_class(tmp_path, tiny)

    assert done.returncode == 4
    assert done.stdout.splitlines()[-1].endswith("NOTHING WAS JUDGED")


def test_untouched_stubs_count_as_not_handed_in_where_that_is_asked_for(tmp_path: Path, tiny: Path) -> None:
    hand_in(tmp_path, "ada", RIGHT)
    hand_in(tmp_path, "bob", STUB)

    assert "1 of 2 submissions judged" in grade_class(tmp_path, tiny).stdout
    done = grade_class(tmp_path, tiny, "--started")
    assert (done.returncode, points(tmp_path)["bob", "ex01"]) == (0, "")
    assert "1 of 1 submission judged" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("class", "nowhere"), 4, "nowhere"),
        (("class", "ex01"), 2, "grade class dir --exercise ex01"),
        (("class", "class", "--exercise", "ex09"), 2, "there is no exercise 'ex09'"),
        (("class", "class", "--report", "nonsense=x"), 2, "there is no dialect 'nonsense'"),
        (("class",), 2, "dir|zip"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(
    tmp_path: Path, tiny: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    small_class(tmp_path)
    done = inside(*arguments, "--kit", str(tiny), cwd=tmp_path)

    assert done.returncode == code
    assert said in done.stderr.lower()
    assert done.stdout == ""


def test_json_says_the_class_in_numbers(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    document = json.loads(grade_class(tmp_path, tiny, "--json").stdout)

    assert (document["learners"], document["percent"]) == (4, 60.0)
    assert [(row["id"], row["judged"], row["not_gradable"]) for row in document["exercises"]] == [
        ("ex01", 3, 1),
        ("ex02", 1, 0),
    ]


# ---- deaths ----------------------------------------------------------------------------------------------------------


def crowd(root: Path, count: int) -> None:
    """A class in which every file is another one, and right."""
    for number in range(count):
        hand_in(root, f"learner{number:02}", f"{RIGHT}\n# {number}\n")


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path, tiny: Path) -> None:
    crowd(tmp_path, 16)
    process = start("class", "class", "--kit", str(tiny), *QUICK, "--jobs", "2", cwd=tmp_path)
    wait_until(lambda: some_are_stored(tmp_path, 4))
    family = below(process.pid)
    process.kill()
    process.communicate()
    kept = stored(tmp_path)
    wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in family))
    again = grade_class(tmp_path, tiny)

    assert 4 <= kept < 16
    assert (again.returncode, stored(tmp_path)) == (0, 16)
    assert f"{kept} files kept the verdict of an earlier run" in again.stdout
    assert "16 of 16 submissions judged" in again.stdout
    assert set(points(tmp_path).values()) == {"100", ""}


def test_a_worker_that_is_killed_costs_only_time(tmp_path: Path, tiny: Path) -> None:
    crowd(tmp_path, 16)
    process = start("class", "class", "--kit", str(tiny), *QUICK, "--jobs", "2", cwd=tmp_path)
    wait_until(lambda: some_are_stored(tmp_path, 2))
    worker, *_ = workers(process.pid)
    os.kill(worker, signal.SIGKILL)
    out, errors = process.communicate(timeout=100)

    assert process.returncode == 0
    assert b"error" not in errors  # how far it is stands there, on a slow machine
    assert b"16 of 16 submissions judged" in out


def workers(process: int) -> list[int]:
    """The worker processes below a run; beside them runs Python's tracker of semaphores."""
    return [one for one in zygote.children_of(process) if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def test_ctrl_c_stops_keeps_what_is_graded_and_says_how_to_go_on(tmp_path: Path, tiny: Path) -> None:
    crowd(tmp_path, 24)
    process = start("class", "class", "--kit", str(tiny), *QUICK, cwd=tmp_path)
    wait_until(lambda: some_are_stored(tmp_path, 2))
    family = below(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "What is graded so far is kept. To go on, run the same command again." in errors.decode()
    assert "Traceback" not in errors.decode()
    assert stored(tmp_path) >= 2
    wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in family))


# ---- a gradebook that cannot be used ---------------------------------------------------------------------------------


def test_a_damaged_gradebook_is_put_aside_on_request_only(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    book = tmp_path / "grade-results" / "gradebook.sqlite"
    book.parent.mkdir()
    book.write_bytes(b"torn" * 3000)
    refused = grade_class(tmp_path, tiny)
    assert refused.returncode == 4
    assert "the gradebook is damaged" in refused.stderr
    assert "--new-gradebook" in refused.stderr
    assert book.read_bytes() == b"torn" * 3000

    done = grade_class(tmp_path, tiny, "--new-gradebook")
    assert done.returncode == 0
    assert "the gradebook that was there is kept as" in done.stdout
    assert book.with_name("gradebook.old-1.sqlite").read_bytes() == b"torn" * 3000


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "grade-results").mkdir()
    with held(tmp_path / "grade-results"):
        second = grade_class_alone(tmp_path, tiny)

    assert second.returncode == 4
    assert "another `grade class` is at work there" in second.stderr
    assert not (tmp_path / "grade-results" / "gradebook.sqlite").exists()


def test_results_that_cannot_be_written_are_said_so(tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    (tmp_path / "grade-results").write_text("a file")
    done = grade_class(tmp_path, tiny)

    assert done.returncode == 4
    assert f"grade-results: {os.strerror(errno.EEXIST)}" in done.stderr


def test_what_is_stored_says_under_which_conditions(box: Box, tmp_path: Path, tiny: Path) -> None:
    small_class(tmp_path)
    grade_class(tmp_path, tiny)

    with Gradebook(tmp_path / "grade-results" / "gradebook.sqlite") as book:
        judged = [hand_in for hand_in in book.hand_ins() if isinstance(hand_in, JudgedHandIn)]
    played = [hand_in.verdict for hand_in in judged if not hand_in.verdict.fault]
    assert len(judged) == 5
    kit = load_kit(tiny)
    assert {hand_in.conditions for hand_in in judged} == {conditions(kit, each, 1) for each in kit.exercises}
    assert all("anyio" in hand_in.conditions.versions for hand_in in judged)
    assert {verdict.level for verdict in played} == {box.level}


def test_the_command_line_knows_every_layout() -> None:
    assert set(LAYOUTS) == {"auto", *Layout}
