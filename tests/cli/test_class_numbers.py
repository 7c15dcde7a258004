"""One mark everywhere: every number on the pages and in the tables of a class is what ``results.jsonl`` gives."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import pytest

from tests import class_numbers
from tests.class_runs import points
from tests.class_samples import packed
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer
from tests.page_samples import Page
from tests.processes import inside

DUE = "2026-11-20T18:00:00"
RULES = f"""\
timezone = "Europe/Berlin"
[deadlines]
ex01 = {DUE}
ex02 = {DUE}
[late]
per_day = 7.255
max_days = 5
"""
BY_HAND = """\
[[overrides]]
learner = "ada@example.invalid"
exercise = "ex01"
points = 120
reason = "a <b>beautiful</b> answer"
[[overrides]]
learner = "joe@example.invalid"
exercise = "ex02"
points = 33.335
reason = "shown in person"
[extensions."flo@example.invalid"]
days = 3
"""
WEIGHTS = "[weights]\nex02 = 2.5\n"
HANDED_IN: dict[str, tuple[str, dict[str, str]]] = {
    "ada": ("2026-11-20 17:59:59 +01:00", {"double": RIGHT, "wait": RIGHT}),
    "ben": ("2026-11-20 18:00:01 +01:00", {"double": WRONG_VALUE, "wait": TOO_SOON}),
    "cy": ("2026-11-22 12:00:00 +01:00", {"double": "def (", "wait": RIGHT}),
    "di": ("2026-11-26 18:00:01 +01:00", {"double": RIGHT}),
    "ed": ("2026-11-20 09:30:00 -08:00", {"double": TOO_SOON, "wait": "import socket\n" + RIGHT}),
    "flo": ("2026-11-23 17:00:00 +01:00", {"double": WRONG_VALUE, "wait": RIGHT}),
}
ABSENT = ("gil", "joe")


def export(root: Path, texts: dict[str, tuple[str, dict[str, str]]]) -> Path:
    """An export of Gradescope, with the moment at which each learner handed in."""
    meta, files = ["---"], {}
    for number, (name, (moment, answers)) in enumerate(texts.items(), start=1):
        day, clock, offset = moment.split()
        meta += [
            f"submission_{number}:",
            "  :submitters:",
            f"  - :name: {name.title()} Q",
            f"    :email: {name}@example.invalid",
            f"  :created_at: {day} {clock}.000000000 {offset}",
        ]
        folder = f"assignment_9_export/submission_{number}"
        files |= {f"{folder}/{file}.py": answer(text, file) for file, text in answers.items()}
    files["assignment_9_export/submission_metadata.yml"] = "\n".join(meta) + "\n"
    path = root / "export.zip"
    path.write_bytes(packed(files))
    people = [f"{name}@example.invalid,{name.title()} Q,{name}@example.invalid" for name in (*texts, *ABSENT)]
    (root / "roster.csv").write_text("key,name,email\n" + "\n".join(people) + "\n")
    return path


def graded(root: Path, rules: str, *options: str, kit: Path) -> Path:
    """Grade the class under these rules, and return the folder of the results."""
    if not (root / "export.zip").exists():
        export(root, HANDED_IN)
    (root / "class.toml").write_text(rules)
    quick = ("--schedules", "1", "--allow-level", "0", "--jobs", "1")
    done = inside("class", "export.zip", "--kit", str(kit), *quick, "--roster", "roster.csv", *options, cwd=root)
    assert done.returncode == 0, done.stderr
    (root / "screen.txt").write_text(done.stdout)
    return root / "grade-results"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class; all runs in it use the verdicts of the first again."""
    return tmp_path_factory.mktemp("class")


@pytest.mark.parametrize(
    "rules",
    [
        RULES,
        RULES + BY_HAND,
        'missing = "zero"\n' + RULES + BY_HAND,
        RULES + BY_HAND + WEIGHTS,
        "drop = 1\n" + RULES + BY_HAND + WEIGHTS,
        'extra = ["ex02"]\n' + RULES + BY_HAND,
    ],
    ids=["late", "by hand", "zero", "weights", "drop", "extra credit"],
)
def test_every_number_that_is_shown_is_computed_again_from_the_results(root: Path, tiny: Path, rules: str) -> None:
    out = graded(root, rules, kit=tiny)

    assert class_numbers.differences(out) == []
    assert len(class_numbers.shown_page(out)["learners"]) == len(HANDED_IN) + len(ABSENT)


def test_the_program_that_computes_again_imports_nothing_of_the_grader() -> None:
    tree = ast.parse(Path(class_numbers.__file__).read_text())
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]

    assert not [name for name in imported if name.startswith(("grader", "tests"))]


def test_the_program_that_computes_again_notices_one_wrong_digit(root: Path, tiny: Path) -> None:
    out = graded(root, RULES, kit=tiny)
    page = class_numbers.learner_page(out, "ben@example.invalid")
    whole = page.read_text()
    assert '<td class="number">32.74 of 100</td>' in whole

    page.write_text(whole.replace('<td class="number">32.74 of 100</td>', '<td class="number">32.75 of 100</td>'))
    found = class_numbers.differences(out)
    page.write_text(whole)

    assert [line.partition(": shown")[0] for line in found] == ["ben@example.invalid: marks"]


def test_a_mark_that_is_late_set_by_hand_or_extended_says_so_on_the_learners_page(root: Path, tiny: Path) -> None:
    out = graded(root, RULES + BY_HAND, kit=tiny)

    def said(name: str) -> str:
        page = class_numbers.learner_page(out, f"{name}@example.invalid")
        return " ".join(Page(page.read_text()).text.split())

    assert "Set by hand by the instructor: a <b>beautiful</b> answer." in said("ada")
    assert "due 2026-11-20 18:00 (UTC+1), handed in 2026-11-20 18:00:01 (UTC+1); 1 day late" in said("ben")
    assert "The file is not gradable, which counts as 0." in said("cy")
    assert "Late" not in said("ada")
    assert "so that nothing is left." in said("di")
    assert "Extension: due 2026-11-23 18:00 (UTC+1) instead of 2026-11-20 18:00 (UTC+1)." in said("flo")
    assert "Set by hand by the instructor: shown in person. Nothing was handed in." in said("joe")
    assert points(root)["joe@example.invalid", "ex02"] == "33.34"


def test_a_key_that_is_a_name_is_answered_by_the_nearest_key(root: Path, tiny: Path) -> None:
    rules = BY_HAND.replace("ada@example.invalid", "Ben Q")
    graded(root, rules, kit=tiny)

    screen = " ".join((root / "screen.txt").read_text().split())
    assert "class.toml:1: there is no learner 'Ben Q' in this class; did you mean 'ben@example.invalid'?" in screen


def test_the_command_on_a_learners_page_shows_the_instructor_the_same(root: Path, tiny: Path) -> None:
    out = graded(root, RULES, kit=tiny)
    text = html.unescape(class_numbers.learner_page(out, "ben@example.invalid").read_text())
    command = re.findall(r"grade (class \S[^\n]*? --show \S+@example\.invalid)", text)[0]
    done = inside(*command.split(), cwd=root)
    again = class_numbers.differences(out)

    assert done.returncode == 0, done.stderr
    mark = points(root)["ben@example.invalid", "ex01"]
    assert re.search(rf"ex01  double +{re.escape(mark)} of 100\n", done.stdout)
    assert "1 day late" in " ".join(done.stdout.split())
    assert again == []


def test_a_learner_who_is_not_there_is_not_shown_and_the_nearest_is_named(root: Path, tiny: Path) -> None:
    graded(root, RULES, kit=tiny)
    kit = ("--kit", str(tiny), "--schedules", "1", "--allow-level", "0", "--roster", "roster.csv")
    done = inside("class", "export.zip", *kit, "--show", "ben@example.invalud", cwd=root)

    assert done.returncode == 2
    assert "there is no learner 'ben@example.invalud'" in done.stderr
    assert "--show ben@example.invalid" in done.stderr


def test_an_anonymous_class_has_no_names_on_the_learners_pages(root: Path, tiny: Path) -> None:
    out = graded(root, RULES, "--anonymous", kit=tiny)

    for page in (out / "learners").iterdir():
        assert 'class="whose"' not in page.read_text()
        assert "--show" not in page.read_text()
