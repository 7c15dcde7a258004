"""One tiny kit, made in a temporary folder, and one defect per test."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.errors import KitError, UsageError
from grader.kit.catalogue import BUILTIN
from grader.kit.exercise import Limits, Rules
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import DIAGNOSIS_KEYS, KEYS, builtin_root, load_kit, read_kit

KIT = """\
format = 1
title = "Tiny"
version = "0.1"
exercises = ["ex01_one"]

[diagnoses.serial]
sentence = "one after the other"
explanation = "Two awaits in a row are two waits in a row."
hints = ["a", "b", "c"]
"""

EXERCISE = """\
id = "ex01"
title = "one"
summary = "the first"
file = "one.py"
concepts = ["tasks"]
level = 1
minutes = 5

[rules]
imports = ["anyio", "@pure"]
off_limits = ["anyio.gather", "anyio.CancelScope(deadline=)", ".deadline ="]

[hints]
general = ["x", "y", "z"]
"""

TESTS = '''\
from grader.judge import grading


@grading(points=60, diagnosis="serial", feedback="It was " "serial.")
def test_one(play):
    """is fast

    and more
    """


@grading(points=40, diagnosis="deadlock", feedback="It hangs.", schedules=3)
def test_two(play):
    """ends"""


def helper(): ...
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "exercises" / "ex01_one"
    folder.mkdir(parents=True)
    (tmp_path / "exercises" / "kit.toml").write_text(KIT)
    (folder / "exercise.toml").write_text(EXERCISE)
    (folder / "test_hidden.py").write_text(TESTS)
    for name in ("one.py", "README.md", "scenarios.py"):
        (folder / name).write_text("")
    return tmp_path


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / "exercises" / name
    text = path.read_text()
    assert old in text, "the defect must be made"
    path.write_text(text.replace(old, new, 1))


def refused(root: Path) -> KitError:
    with pytest.raises(KitError) as caught:
        load_kit(root)
    assert caught.value.hint[0].isupper()
    assert caught.value.hint.endswith(".")
    return caught.value


# ---- a good kit -----------------------------------------------------------------------------------------------------


def test_a_good_kit_is_read_in_full(root: Path) -> None:
    loaded = load_kit(root)

    assert (loaded.title, loaded.version, loaded.root) == ("Tiny", "0.1", root)
    assert loaded.limits == Limits()
    (exercise,) = loaded.exercises
    assert (exercise.id, exercise.module, exercise.level, exercise.minutes) == ("ex01", "one", 1, 5)
    assert exercise.backends == ("asyncio", "trio")
    assert exercise.needs == ()
    assert exercise.hints == {"general": ("x", "y", "z")}
    assert exercise.rules.imports == ("anyio", "@pure")
    assert exercise.stub == root / "exercises/ex01_one/one.py"
    assert exercise.solutions is exercise.reference is None


def test_hidden_tests_come_with_everything_they_declare(root: Path) -> None:
    first, second = load_kit(root).exercises[0].tests

    assert first == HiddenTest(
        name="test_one",
        function="test_one",
        parameters="",
        number=1,
        label="is fast",
        points=60,
        diagnosis="serial",
        feedback="It was serial.",
        promise=None,
        part="",
        help="",
        schedules=None,
        show=(),
        line=5,
    )
    assert (second.number, second.diagnosis, second.schedules, second.line) == (2, "deadlock", 3, 13)


def test_a_hidden_test_says_what_to_change_and_what_a_learner_may_see(root: Path) -> None:
    change(root, "ex01_one/test_hidden.py", "schedules=3", 'help="start it first", show=("expected", "seconds")')
    test = load_kit(root).exercises[0].tests[1]

    assert (test.help, test.show) == ("start it first", ("expected", "seconds"))


def test_the_second_hint_helps_where_a_diagnosis_has_no_help(root: Path) -> None:
    assert load_kit(root).diagnoses["serial"].help == "b"

    change(root, "kit.toml", 'hints = ["a"', 'help = "start first"\nhints = ["a"')
    assert load_kit(root).diagnoses["serial"].help == "start first"


def test_built_in_diagnoses_belong_to_every_kit(root: Path) -> None:
    diagnoses = load_kit(root).diagnoses

    assert diagnoses.keys() == {*BUILTIN, "serial"}


def test_the_reference_is_found_beside_the_exercises(root: Path) -> None:
    solutions = root / "solutions" / "ex01_one"
    solutions.mkdir(parents=True)
    assert load_kit(root).exercises[0].reference is None

    (solutions / "one.py").write_text("")
    assert load_kit(root).exercises[0].reference == solutions / "one.py"


def test_limits_of_an_exercise_go_before_those_of_the_kit(root: Path) -> None:
    change(root, "kit.toml", "[diagnoses", "[limits]\nsteps = 7\nmemory_mb = 512\n\n[diagnoses")
    change(root, "ex01_one/exercise.toml", "[rules]", "[limits]\nsteps = 9\n\n[rules]")

    loaded = load_kit(root)

    assert loaded.limits.steps == 7
    assert (loaded.exercises[0].limits.steps, loaded.exercises[0].limits.memory_mb) == (9, 512)


def test_backends_and_needs_are_chosen_from_what_there_is(root: Path) -> None:
    change(root, "ex01_one/exercise.toml", "level = 1", 'level = 1\nbackends = ["trio"]\nneeds = ["loopback"]')
    (exercise,) = load_kit(root).exercises

    assert (exercise.backends, exercise.needs) == (("trio",), ("loopback",))


def test_an_exercise_without_a_backend_is_plain(root: Path) -> None:
    change(root, "ex01_one/exercise.toml", "level = 1", "level = 1\nbackends = []")
    (exercise,) = load_kit(root).exercises

    assert exercise.backends == ("python",)
    assert exercise.is_plain


def test_an_exercise_with_a_backend_is_not_plain(root: Path) -> None:
    assert not load_kit(root).exercises[0].is_plain


def test_a_kit_can_be_sent_to_another_process(root: Path) -> None:
    loaded = load_kit(root)

    assert pickle.loads(pickle.dumps(loaded)) == loaded


def test_an_unknown_exercise_comes_with_the_nearest(root: Path) -> None:
    loaded = load_kit(root)
    assert loaded.exercise("ex01").title == "one"

    with pytest.raises(UsageError, match="'oen'") as caught:
        loaded.exercise("oen")
    assert "`ex01`" in caught.value.hint


def test_the_digest_follows_names_and_bytes_but_no_caches(root: Path) -> None:
    folder = root / "exercises" / "ex01_one"
    before = load_kit(root).digest
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "one.pyc").write_bytes(b"x")
    (folder / ".DS_Store").write_bytes(b"x")
    assert load_kit(root).digest == before

    (folder / "data.txt").write_text("1")
    with_data = load_kit(root).digest
    (folder / "data.txt").rename(folder / "data1.txt")
    assert len({before, with_data, load_kit(root).digest}) == 3


def test_two_kits_never_share_a_digest_because_their_files_run_together(root: Path) -> None:
    folder = root / "exercises" / "ex01_one"
    (folder / "z1").write_bytes(b"1")
    (folder / "z2").write_bytes(b"2")
    two_files = load_kit(root).digest
    (folder / "z1").write_bytes(b"1ex01_one/z2\x002")
    (folder / "z2").unlink()

    assert load_kit(root).digest != two_files


def test_listing_a_kit_imports_neither_pytest_nor_the_kit(root: Path) -> None:
    (root / "exercises/ex01_one/one.py").write_text("raise SystemExit('the stub was run')")
    code = "import sys; from grader.kit.kit import load_kit; from pathlib import Path; load_kit(Path(sys.argv[1]))\n"
    code += "print(sorted({'pytest', 'anyio', 'trio', 'asyncio', 'jinja2', 'rich'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code, root],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(grader.__file__).parent.parent,
        timeout=60,
    )

    assert done.stdout == "[]\n"


# ---- one defect each ------------------------------------------------------------------------------------------------


def test_a_folder_that_is_no_kit_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in str(refused(tmp_path))


def test_the_exercises_folder_itself_leads_to_the_folder_above(root: Path) -> None:
    assert str(root) in refused(root / "exercises").hint


KIT_DEFECTS = {
    "format": ("format = 1", "format = 2", "'format' must be 1"),
    "format of another type": ("format = 1", "format = true", "'format' must be a whole number"),
    "no title": ('title = "Tiny"\n', "", "'title' is missing"),
    "blank title": ('"Tiny"', '" "', "'title' must be a text"),
    "unknown key": ("title =", "tittle =", "unknown key 'tittle'"),
    "no exercises": ('["ex01_one"]', "[]", "'exercises' must be"),
    "a list with a number": ('["ex01_one"]', "[1]", "'exercises' must be the names of folders"),
    "a path": ('["ex01_one"]', '["../ex01_one"]', "'exercises' must be the names"),
    "an id twice": ('["ex01_one"]', '["ex01_one", "ex01_two"]', "an id twice"),
    "a folder that is not there": ('["ex01_one"]', '["ex02_two"]', "names 'ex02_two', and there is no such folder"),
    "two hints": ('["a", "b", "c"]', '["a", "b"]', "'diagnoses.serial.hints' must be 3 hints"),
    "a blank hint": ('["a", "b", "c"]', '["a", "", "c"]', "'diagnoses.serial.hints' must be 3 hints"),
    "unknown key of a diagnosis": ("sentence", "sentense", "unknown key 'diagnoses.serial.sentense'"),
    "a bad slug": ("[diagnoses.serial]", "[diagnoses.Serial]", "'diagnoses.Serial'"),
    "a diagnosis that is no table": ("[diagnoses.serial]", "[diagnoses]\nx = 1\n[diagnoses.serial]", "'diagnoses.x'"),
    "a limit of nothing": ("[diagnoses", "[limits]\nsteps = 0\n[diagnoses", "'limits.steps' must be a whole number"),
    "an unknown limit": ("[diagnoses", "[limits]\nstep = 1\n[diagnoses", "unknown key 'limits.step'"),
}


@pytest.mark.parametrize(("old", "new", "message"), KIT_DEFECTS.values(), ids=KIT_DEFECTS.keys())
def test_a_defect_of_kit_toml_is_refused(root: Path, old: str, new: str, message: str) -> None:
    change(root, "kit.toml", old, new)

    assert message in str(refused(root))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("title =", "tittle =", 'tittle = "Tiny"'),
        ("[diagnoses.serial]", "[diagnoses.Serial]", "[diagnoses.Serial]"),
        ('["a", "b", "c"]', '["a", "b"]', 'hints = ["a", "b"]'),
        ("[diagnoses", "[limits]\nsteps = 0\n[diagnoses", "steps = 0"),
    ],
)
def test_a_defect_of_kit_toml_is_refused_with_its_line(root: Path, old: str, new: str, line: str) -> None:
    change(root, "kit.toml", old, new)
    number = (root / "exercises" / "kit.toml").read_text().splitlines().index(line) + 1

    assert f"kit.toml:{number}: " in str(refused(root))


EXERCISE_DEFECTS = {
    "another id": ('"ex01"', '"ex02"', "'id' must be 'ex01'"),
    "an unknown key": ("summary", "sumary", "unknown key 'sumary'"),
    "minutes as text": ("minutes = 5", 'minutes = "5"', "'minutes' must be a whole number"),
    "a file that is no module": ('"one.py"', '"../one.py"', "'file' must be the name of a module"),
    "a file in the way of ours": ('"one.py"', '"scenarios.py"', "'file' must be the name of a module"),
    "a file named like a standard module": ('"one.py"', '"select.py"', "standard module, 'select'"),
    "a stub that is not there": ('"one.py"', '"two.py"', "two.py:1: this file is missing"),
    "an unknown need": ("level", 'needs = ["internet"]\nlevel', "'needs' must be some of loopback, processes"),
    "an unknown backend": ("level", 'backends = ["curio"]\nlevel', "'backends' must be some of asyncio, trio"),
    "a backend twice": ("level", 'backends = ["trio", "trio"]\nlevel', "'backends' must be some of"),
    "no rules": ("imports =", "# imports =", "'rules.imports' is missing"),
    "an unknown macro": ("@pure", "@safe", "'rules.imports' has '@safe'"),
    "a rule of no known form": (".deadline =", "deadline=", "'rules.off_limits' has 'deadline='"),
    "no general hints": ("general =", 'serial = ["a", "b", "c"]\n#', "'hints.general' is missing"),
    "hints for no diagnosis": ("general =", 'serail = ["a", "b", "c"]\ngeneral =', "unknown key 'hints.serail'"),
    "two general hints": ('["x", "y", "z"]', '["x", "y"]', "'hints.general' must be 3 hints"),
}


@pytest.mark.parametrize(("old", "new", "message"), EXERCISE_DEFECTS.values(), ids=EXERCISE_DEFECTS.keys())
def test_a_defect_of_exercise_toml_is_refused(root: Path, old: str, new: str, message: str) -> None:
    change(root, "ex01_one/exercise.toml", old, new)

    error = refused(root)

    assert message in str(error)
    assert str(root / "exercises" / "ex01_one") in str(error)


TEST_DEFECTS = {
    "an async test": ("def test_one", "async def test_one", ":5: `test_one` is an async def"),
    "in a class": ("def helper(): ...", "class TestX:\n    def test_x(self): ...", ":18: `test_x` is not at the top"),
    "under an if": ("def helper(): ...", "if True:\n    def test_x(play): ...", ":18: `test_x` is not at the top"),
    "an unknown fixture": ("test_one(play)", "test_one(play, capsys)", ":5: `test_one` uses `capsys`, which is no"),
    "no fixture": ("test_one(play)", "test_one()", ":5: `test_one` reaches no `play`"),
    "a default": ("test_one(play)", "test_one(play=None)", ":5: `test_one` gives an argument a default"),
    "a star": ("test_one(play)", "test_one(*play)", ":5: `test_one` has an argument that cannot be given by name"),
    "no docstring": ('"""ends"""', "...", "`test_two` has no docstring"),
    "no grading": (
        '@grading(points=40, diagnosis="deadlock", feedback="It hangs.", schedules=3)\n',
        "",
        ":12: `test_two` must have the decorator `@grading(...)`",
    ),
    "another decorator": (
        "@grading(points=40",
        "@skip\n@grading(points=40",
        ":12: `test_two` has the decorator `@skip`",
    ),
    "points below zero": ("points=60", "points=-60", "a whole number of at least 0"),
    "points that are computed": ("points=60", "points=POINTS", "must give `points` as a literal"),
    "points as a truth value": ("points=60", "points=True", "a whole number of at least 0"),
    "no feedback": (', feedback="It hangs."', "", "has no `feedback`"),
    "a computed feedback": ('"It hangs."', 'f"{play}"', "must give `feedback` as a literal"),
    "blank feedback": ('"It hangs."', '" "', "must give `feedback` as a text"),
    "an unknown diagnosis": ('"deadlock"', '"dedlock"', "unknown diagnosis, 'dedlock'"),
    "a help without words": ("schedules=3", 'help=" "', "must give `help` as a text"),
    "a show of one text": ("schedules=3", 'show="expected"', "must give `show` as a tuple of texts"),
    "a show of numbers": ("schedules=3", "show=(1,)", "must give `show` as a tuple of texts"),
    "a diagnosis of no literal": (
        "def helper(): ...",
        "def helper():\n    raise Diagnosed(slug, 'x')",
        "the diagnosis of `Diagnosed` is no literal text",
    ),
    "a diagnosis that nobody knows": (
        "def helper(): ...",
        "def helper():\n    raise Diagnosed('dedlock', 'x')",
        "`Diagnosed` names an unknown diagnosis, 'dedlock'",
    ),
    "an unknown argument": ("schedules=3", "schedule=3", "unknown argument of grading, 'schedule'"),
    "arguments from elsewhere": ("schedules=3", "**more", "unknown argument of grading, '**'"),
    "no schedule at all": ("schedules=3", "schedules=0", "`schedules` as a whole number of at least 1"),
    "a name twice": ("test_two", "test_one", ":13: `test_one` is there twice, first on line 5"),
    "99 points": ("points=40", "points=39", "add up to 99, not 100"),
    "not Python": ("def helper(", "def helper((", ":17: not Python"),
}


@pytest.mark.parametrize(("old", "new", "message"), TEST_DEFECTS.values(), ids=TEST_DEFECTS.keys())
def test_a_hidden_test_that_would_not_run_exactly_once_is_refused(root: Path, old: str, new: str, message: str) -> None:
    change(root, "ex01_one/test_hidden.py", old, new)

    error = refused(root)

    assert message in str(error)
    assert "test_hidden.py" in str(error)


def test_a_syntax_error_in_toml_comes_with_its_line(root: Path) -> None:
    change(root, "ex01_one/exercise.toml", "level = 1", "level = one")

    assert "exercise.toml:6: not TOML" in str(refused(root))


def test_a_misspelt_key_comes_with_the_nearest(root: Path) -> None:
    change(root, "kit.toml", "title =", "tittle =")

    assert "`title`" in refused(root).hint


def test_a_misspelt_diagnosis_comes_with_the_nearest(root: Path) -> None:
    change(root, "ex01_one/test_hidden.py", '"deadlock"', '"dedlock"')

    assert "`deadlock`" in refused(root).hint


@pytest.mark.parametrize("name", ["README.md", "scenarios.py", "one.py", "test_hidden.py", "exercise.toml"])
def test_a_missing_file_is_named(root: Path, name: str) -> None:
    (root / "exercises" / "ex01_one" / name).unlink()

    assert f"ex01_one/{name}:1: this file is missing" in str(refused(root)).replace(os.sep, "/")


def test_a_file_that_is_not_utf8_is_named(root: Path) -> None:
    (root / "exercises" / "kit.toml").write_bytes(b'title = "\xff"')

    assert "kit.toml:1: cannot be read" in str(refused(root))


# ---- all faults at once ----------------------------------------------------------------------------------------------


def found(root: Path) -> list[str]:
    """All that is wrong with a kit: the file, the line and the words."""
    faults = read_kit(root).faults
    assert all(fault.hint[0].isupper() and fault.hint.endswith(".") for fault in faults)
    return [f"{fault.path.relative_to(root / 'exercises')}:{fault.line}: {fault.what}" for fault in faults]


def test_the_faults_of_all_files_are_reported_at_once(root: Path) -> None:
    change(root, "kit.toml", 'title = "Tiny"\n', "")
    change(root, "kit.toml", 'sentence = "one after the other"\n', "")
    change(root, "ex01_one/exercise.toml", 'summary = "the first"\n', "")
    change(root, "ex01_one/test_hidden.py", "points=60", 'points="ten"')
    change(root, "ex01_one/test_hidden.py", "def test_two", "async def test_two")

    assert [one.partition(";")[0] for one in found(root)] == [
        "kit.toml:1: 'title' is missing",
        "kit.toml:5: 'diagnoses.serial.sentence' is missing",
        "ex01_one/exercise.toml:1: 'summary' is missing",
        "ex01_one/test_hidden.py:4: `test_one` must give `points` as a whole number of at least 0, not 'ten'",
        "ex01_one/test_hidden.py:13: `test_two` is an async def",
    ]


def test_a_kit_with_faults_is_read_as_far_as_it_goes(root: Path) -> None:
    change(root, "kit.toml", 'title = "Tiny"\n', "")
    change(root, "ex01_one/test_hidden.py", "def test_two", "async def test_two")
    path = root / "exercises/ex01_one/test_hidden.py"

    read = read_kit(root)

    assert read.kit is not None
    assert [test.name for test in read.kit.exercises[0].tests] == ["test_one"]
    assert read.left_out == {path: {"test_two"}}
    assert read.mended.keys() == {path}
    assert "test_two" not in read.mended[path]


def test_a_good_kit_has_no_fault_and_is_the_one_that_is_loaded(root: Path) -> None:
    read = read_kit(root)

    assert (read.faults, read.mended, read.left_out) == ((), {}, {})
    assert read.kit == load_kit(root)


def test_the_first_fault_is_raised_with_the_number_of_the_others(root: Path) -> None:
    change(root, "kit.toml", 'title = "Tiny"\n', "")
    assert refused(root).hint == 'Add a line `title = "Async Python by doing it"` to kit.toml.'

    change(root, "kit.toml", 'version = "0.1"\n', "")
    assert refused(root).hint.endswith(" to kit.toml. `grade kit check` lists 1 more fault.")

    change(root, "ex01_one/exercise.toml", "level = 1\n", "")
    assert refused(root).hint.endswith(" to kit.toml. `grade kit check` lists 2 more faults.")


def test_a_kit_toml_that_is_no_toml_hides_nothing_of_the_exercises(root: Path) -> None:
    change(root, "kit.toml", "format = 1", "format = one")
    change(root, "ex01_one/exercise.toml", 'summary = "the first"\n', "")

    assert [one.partition(";")[0] for one in found(root)] == [
        "kit.toml:1: not TOML: Invalid value",
        "ex01_one/exercise.toml:1: 'summary' is missing",
    ]


@pytest.mark.parametrize("content", [None, b'title = "\xff"'])
def test_without_a_kit_toml_that_can_be_read_there_is_no_kit(root: Path, content: bytes | None) -> None:
    path = root / "exercises" / "kit.toml"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    read = read_kit(root)

    assert read.kit is None
    assert [fault.path for fault in read.faults] == [path]


def test_an_exercise_that_is_listed_and_not_there_is_named_and_the_others_are_read(root: Path) -> None:
    change(root, "kit.toml", '["ex01_one"]', '["ex02_two", "ex01_one"]')
    change(root, "ex01_one/exercise.toml", 'summary = "the first"\n', "")

    assert [one.partition(";")[0] for one in found(root)] == [
        "kit.toml:4: 'exercises' names 'ex02_two', and there is no such folder",
        "ex01_one/exercise.toml:1: 'summary' is missing",
    ]


def test_a_diagnosis_with_faults_is_still_one_that_tests_may_name(root: Path) -> None:
    change(root, "kit.toml", 'hints = ["a", "b", "c"]', 'hintz = "a"')

    assert found(root) == [
        "kit.toml:9: unknown key 'diagnoses.serial.hintz'",
        "kit.toml:9: 'diagnoses.serial.hints' must be 3 hints: a question, the idea, nearly the code, not 'a'",
    ]


STRAYS = {
    "notes.txt": "this does not belong here: `exercises/` holds kit.toml and the folders of exercises",
    "ex02_two": "kit.toml does not list this exercise",
    "drafts": "this does not belong here: `exercises/` holds kit.toml and the folders of exercises",
}


@pytest.mark.parametrize(("name", "said"), STRAYS.items(), ids=STRAYS.keys())
def test_what_nothing_reads_is_a_fault_that_keeps_no_learner_from_grading(root: Path, name: str, said: str) -> None:
    path = root / "exercises" / name
    path.write_text("") if path.suffix else path.mkdir()

    assert found(root) == [f"{name}:1: {said}"]
    assert load_kit(root).exercises


def test_an_exercise_that_is_not_listed_comes_with_the_line_that_lists_it(root: Path) -> None:
    (root / "exercises" / "ex02_two").mkdir()

    assert read_kit(root).faults[0].hint == 'Write `exercises = ["ex01_one", "ex02_two"]` in kit.toml.'


def test_what_tools_leave_behind_is_no_fault(root: Path) -> None:
    for name in ("__pycache__", ".pytest_cache"):
        (root / "exercises" / name).mkdir()
    (root / "exercises" / ".DS_Store").write_text("")

    assert found(root) == []


def test_a_conftest_beside_the_exercises_is_refused(root: Path) -> None:
    (root / "exercises" / "conftest.py").write_text("")

    assert "a kit has no conftest.py" in str(refused(root))


def test_the_example_of_every_key_is_a_valid_value(root: Path) -> None:
    """What a hint tells the author to write must not be the next fault; the exercises alone depend on the folders."""
    lines = [f"{key} = {example}" for key, example in KEYS.items() if example and key != "exercises"]
    own = [f"{key} = {example}" for key, example in DIAGNOSIS_KEYS.items()]
    text = "\n".join([*lines, 'exercises = ["ex01_one"]', "[diagnoses.serial]", *own])
    (root / "exercises" / "kit.toml").write_text(text)

    assert found(root) == []


# ---- our own kit ----------------------------------------------------------------------------------------------------


def test_the_kit_that_comes_with_the_grader_is_good() -> None:
    assert read_kit(builtin_root()).faults == ()

    loaded = load_kit(builtin_root())
    assert [exercise.id for exercise in loaded.exercises] == sorted(exercise.id for exercise in loaded.exercises)


# ---- threads ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("imports", "off_limits", "allowed"),
    [
        (("anyio", "anyio.abc", "socket", "@pure"), (), False),
        (("anyio", "anyio.to_thread"), (), True),
        (("anyio", "anyio.to_thread"), ("anyio.to_thread",), False),
        (("concurrent.futures",), ("concurrent.futures.process",), True),
        (("threading", "anyio.from_thread"), ("threading",), True),
        (("numpy.random",), (), True),
        ((), (), False),
    ],
)
def test_threads_are_allowed_where_a_module_is_that_may_start_them(
    imports: tuple[str, ...], off_limits: tuple[str, ...], allowed: bool
) -> None:
    assert Rules(imports=imports, off_limits=off_limits).allow_threads is allowed
