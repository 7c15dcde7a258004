"""The page for authors: its tutorial works to the letter, its reference is complete, its recipes are true."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from grader import authoring
from grader.cli.kit import kit as kit_command
from grader.judge import engine
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.verdict import Status, Verdict
from grader.kit import exercise as exercise_toml
from grader.kit import figures as figures_toml
from grader.kit import kit as kit_toml
from grader.kit import parts as parts_toml
from grader.kit.exercise import Limits
from grader.kit.kit import Kit, load_kit
from grader.sandbox.box import Box
from grader.wire import BACKENDS
from grader.wire.recording import Ended
from tests.authoring_page import (
    PAGE,
    Command,
    File,
    Recipe,
    masked,
    names_in,
    ours,
    part,
    recipes,
    run,
    steps,
    table,
    write,
)
from tests.kit_samples import change, make_kit

ROOT = PAGE.parents[1]


# ---- the tutorial ----------------------------------------------------------------------------------------------------


def test_the_tutorial_followed_to_the_letter_in_an_empty_folder_ends_with_no_problems(tmp_path: Path) -> None:
    prints = ""
    for step in steps():
        match step:
            case File():
                write(step, tmp_path)
            case Command() if step.line.startswith("pytest "):
                assert ours(run(step, tmp_path)) == ours(step.prints) != []
            case Command():
                prints = run(step, tmp_path)
                assert masked(prints) == masked(step.prints), step.line

    assert prints.rstrip().endswith(" 0 problems")


def test_every_file_of_the_exercise_is_given_whole_by_the_tutorial(tmp_path: Path) -> None:
    written = {step.path for step in steps() if isinstance(step, File)}

    assert {Path(path).name for path in written} >= {
        *("kit.toml", "exercise.toml", "README.md", "retry.py", "scenarios.py", "test_hidden.py")
    }
    assert sum("/right/" in path for path in written) == 3
    assert sum("/wrong/" in path for path in written) >= 3


# ---- the reference ---------------------------------------------------------------------------------------------------


def keys(heading: str) -> list[str]:
    """The keys of a table in full, such as ``rules.imports``."""
    return [cell.strip("`") for cell in table(heading)]


def below(prefix: str, names: Sequence[str]) -> list[str]:
    """The names that stand below this prefix, without it."""
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def test_every_key_of_a_kit_is_described_and_no_other() -> None:
    described = keys("Keys of `kit.toml`")

    assert sorted(key for key in described if "." not in key) == sorted(kit_toml.KEYS)
    assert sorted(below("diagnoses.NAME.", described)) == sorted(kit_toml.DIAGNOSIS_KEYS)


def test_every_key_of_an_exercise_is_described_and_no_other() -> None:
    described = keys("Keys of `exercise.toml`")

    assert sorted(key for key in described if "." not in key) == sorted(exercise_toml.KEYS)
    assert sorted(below("rules.", described)) == sorted(exercise_toml.RULES_KEYS)
    assert sorted(below("figures.", described)) == sorted(figures_toml.KEYS)
    assert sorted(below("parts.", described)) == sorted(parts_toml.KEYS)


def test_every_limit_is_described_with_its_default() -> None:
    defaults = {field.name: str(field.default) for field in dataclasses.fields(Limits)}

    assert dict(zip(keys("Limits"), table("Limits", 2), strict=True)) == defaults


@pytest.mark.parametrize("heading", ["Keys of `kit.toml`", "Keys of `exercise.toml`", "Limits"])
def test_every_key_has_an_example_that_sets_it(heading: str) -> None:
    for key, example in zip(keys(heading), table(heading, 3), strict=True):
        name = key.rpartition(".")[2]
        assert re.fullmatch(rf"`(\[\[?({name}|{name}\.[\w-]+)\]\]?|(general|{name}) = .*)`", example), key


def test_every_ending_of_a_play_is_described_and_no_other() -> None:
    assert keys("How a play ends") == [ended.value for ended in Ended]


def documented_members() -> Mapping[str, set[str]]:
    """The public members that the page describes, by the public name that they belong to."""
    members = {
        name: {found for cell in table(f"`{name}`") for found in names_in(cell)}
        for name in ("Stage", "Play", "Recording", "Span", "Raised", "grading")
    }
    members["Play"] = {found.replace("play", "__call__") for found in members["Play"]}
    for cell in table("The others"):
        for code in re.findall(r"`([^`]+)`", cell):
            owner, _, member = code.partition(".")
            members.setdefault(owner, set()).add(member)
    return members


def public_members(name: str) -> set[str]:
    """The members of a public name that an author may use: of ``grading`` the arguments, of ``Play`` its call, too."""
    public = getattr(authoring, name)
    if inspect.isfunction(public):
        return set(inspect.signature(public).parameters) if public is authoring.grading else set()
    if public is authoring.Diagnosed:
        return set(vars(public("serial", "")))
    fields = [field.name for field in dataclasses.fields(public)] if dataclasses.is_dataclass(public) else []
    endings = {ending.name for ending in Ended} if public is Ended else set()
    own = {member for member in (*vars(public), *fields) if not member.startswith("_")} - endings
    return own | {"__call__"} if public is authoring.Play else own


@pytest.mark.parametrize("name", authoring.__all__)
def test_every_public_member_is_described_and_no_other(name: str) -> None:
    assert documented_members().get(name, set()) == public_members(name)


def test_every_public_name_is_described_and_no_other() -> None:
    headings = set(re.findall(r"(?m)^#### `(\w+)`$", PAGE.read_text()))
    others = re.split(r"(?m)^#### The others$", PAGE.read_text())[1].partition("### ")[0]
    named = {name for name in authoring.__all__ if re.search(rf"`{name}\b", others)} - headings

    assert headings | named == set(authoring.__all__)
    assert documented_members().keys() - {"token"} <= set(authoring.__all__)


def test_every_command_of_an_author_is_described_and_no_other() -> None:
    lines = [cell.strip("`").replace("--kit DIR ", "") for cell in table("Commands")]
    described = [line.split()[2] for line in lines if line.startswith("grade kit ")]

    assert sorted(described) == sorted(kit_command.commands)


def test_every_option_of_the_commands_is_described_and_no_other() -> None:
    options = [
        {option for each in command.params for option in (*each.opts, *each.secondary_opts) if option.startswith("--")}
        for command in kit_command.commands.values()
    ]
    described = {found for cell in table("Commands", 1) for found in re.findall(r"`(--[a-z-]+)", cell)}
    by_default = {"--hidden-tests"}

    assert described == set.union(*options) - set.intersection(*options) - by_default


def test_every_option_of_pytest_is_described_and_no_other() -> None:
    command = [sys.executable, "-m", "pytest", "--help", "-c", os.devnull, "exercises/ex01_join"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ours = re.findall(r"(?ms)^hidden tests of exercises:\n(.*?)^\S", shown)
    described = [found for cell in table("Commands") for found in re.findall(r"`pytest (--[a-z]+)", cell)]

    assert len(ours) == 1
    assert sorted(re.findall(r"(?m)^  (--[a-z]+)", ours[0])) == sorted(described)


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGE.read_text())
    files = {link for link in links if not link.endswith(".svg")}

    assert files
    assert [link for link in files if not (PAGE.parent / link).is_file()] == []


def test_links_within_the_pages_lead_to_a_heading() -> None:
    for file, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", PAGE.read_text()):
        text = (PAGE.parent / file).read_text() if file else PAGE.read_text()
        headings = re.findall(r"(?m)^#+ (.*)$", text)
        anchors = [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]
        assert anchor in anchors


def test_the_other_pages_lead_to_this_one() -> None:
    assert "(docs/authoring.md)" in (ROOT / "README.md").read_text()
    assert "(authoring.md)" in (ROOT / "docs" / "contributing.md").read_text()


def test_the_points_of_the_parametrised_test_are_split_as_the_page_says(tmp_path: Path) -> None:
    (snippet,) = (
        text for text in re.findall(r"(?ms)^```python\n(.*?)^```", part("Reference")) if "parametrize" in text
    )
    root = make_kit(tmp_path / "kit")
    tests = root / "exercises" / "ex01_double" / "test_hidden.py"
    change(tests, "points=60", "points=50")
    tests.write_text(f"import pytest\n{tests.read_text()}\n\n{snippet}")
    change(
        root / "exercises" / "kit.toml",
        "[diagnoses.wrong-value]",
        f"[diagnoses.falsy-result]\n{DESCRIBED}\n[diagnoses.wrong-value]",
    )

    found = {test.name: test.points for test in load_kit(root).exercises[0].tests}

    name = "test_any_value_is_a_success"
    assert found == {"test_value": 50, "test_time": 40, f"{name}[0]": 4, f"{name}[None]": 3, f"{name}[empty]": 3}


# ---- the recipes -----------------------------------------------------------------------------------------------------

RECIPES = tuple(recipes())
KIT = """\
format = 1
title = "Recipes"
version = "1.0"
exercises = {names}
"""
DESCRIBED = """\
sentence = "it goes wrong"
explanation = "It goes wrong."
hints = ["How?", "Like this.", "Do this."]
"""
EXERCISE = """\
id = "{id}"
title = "recipe"
summary = "a recipe"
file = "recipe.py"
concepts = ["recipes"]
level = 1
minutes = 5
[rules]
imports = ["anyio", "anyio.lowlevel", "@pure"]
[hints]
general = ["How?", "Like this.", "Do this."]
"""


def stub_of(answer: str) -> str:
    """An answer without its bodies."""
    tree = ast.parse(answer)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = ast.parse('raise NotImplementedError("your turn")').body
    return ast.unparse(tree)


def make_kit_of_recipes(root: Path) -> Kit:
    names = [f"ex{number:02}_recipe" for number, _ in enumerate(RECIPES, start=1)]
    exercises = root / "exercises"
    for name, recipe in zip(names, RECIPES, strict=True):
        folder = exercises / name
        folder.mkdir(parents=True)
        table = EXERCISE.format(id=name.partition("_")[0])
        (folder / "exercise.toml").write_text(table if recipe.backends == BACKENDS else f"backends = []\n{table}")
        (folder / "README.md").write_text(f"# {recipe.title}\n")
        (folder / "recipe.py").write_text(stub_of(recipe.files["right.py"]))
        for file in ("scenarios.py", "test_hidden.py"):
            (folder / file).write_text(recipe.files[file])
        for file in ("right.py", "wrong.py"):
            path = root / "answers" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(recipe.files[file])
    own = "".join(f"\n[diagnoses.{slug}]\n{DESCRIBED}" for slug in ("too-many", "half-done"))
    (exercises / "kit.toml").write_text(KIT.format(names=names).replace("'", '"') + own)
    return load_kit(root)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """The recipes as a kit that no test changes."""
    return make_kit_of_recipes(tmp_path_factory.mktemp("recipes"))


def verdicts(box: Box, kit: Kit, number: int, options: PlayOptions = EVERYTHING) -> Mapping[str, Verdict]:
    """The verdicts on the two answers of the recipe of that number."""
    exercise = kit.exercises[number]
    paths = [kit.root / "answers" / exercise.folder.name / file for file in ("right.py", "wrong.py")]
    requests = [engine.Request(path=path, shown=path.name, options=options) for path in paths]
    return dict(zip(("right", "wrong"), engine.grade(box, kit, exercise, requests), strict=True))


def shown(verdict: Verdict) -> Iterator[str]:
    """The diagnosis on each backend, or the outcome where nothing failed."""
    for test in verdict.tests:
        for result in test.results:
            yield result.failure.diagnosis if result.failure else result.outcome.value


def numbered(title: str) -> int:
    (number,) = (number for number, recipe in enumerate(RECIPES) if recipe.title == title)
    return number


def test_the_recipes_are_those_that_authors_ask_for() -> None:
    assert [recipe.title for recipe in RECIPES] == [
        "Prove that calls run at once",
        "Prove that nobody polls",
        "A fake server",
        "Cancel at every step",
        "A race that only some schedules show",
        "Randomised inputs that stay hidden",
        "An event loop that learners write",
        "Several inputs in one play",
    ]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
def test_the_right_answer_of_a_recipe_passes_and_the_wrong_one_shows_its_diagnosis(
    box: Box, kit: Kit, recipe: Recipe
) -> None:
    found = verdicts(box, kit, RECIPES.index(recipe))

    assert found["right"].status is Status.PASS, found["right"]
    assert list(shown(found["wrong"])) == [recipe.diagnosis] * len(recipe.backends), found["wrong"].faults


def test_the_race_of_the_recipe_is_not_seen_in_natural_order(box: Box, kit: Kit) -> None:
    number = numbered("A race that only some schedules show")

    assert verdicts(box, kit, number, PlayOptions(schedules=1))["wrong"].status is Status.PASS


@pytest.mark.parametrize("seed", ["spring", "summer", "winter", "7", "8", "9"])
def test_the_wrong_answer_fails_on_every_draw_of_the_recipe(box: Box, tmp_path: Path, seed: str) -> None:
    number = numbered("Randomised inputs that stay hidden")
    kit = make_kit_of_recipes(tmp_path)
    change(kit.exercises[number].test_file, '"autumn"', f'"{seed}"')

    found = verdicts(box, kit, number)

    assert found["right"].status is Status.PASS
    assert list(shown(found["wrong"])) == [RECIPES[number].diagnosis] * len(BACKENDS)
