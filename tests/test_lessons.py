"""The lessons: every program prints what stands below it, and every screen is the one that a learner meets."""

from __future__ import annotations

import re

import pytest

from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit
from grader.kit.pages import pages_in
from grader.sandbox.box import Box
from tests.lessons import SAME, Block, backends_of, blocks_of, output_named, output_of, parses, screen_in, words_of

KIT = load_kit(builtin_root())
LESSONS = {exercise.id: exercise.lesson.read_text(encoding="utf-8") for exercise in KIT.exercises}
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in pages_in(KIT.root / "exercises")}
"""The pages of diagnoses, by slug."""
TEXTS = LESSONS | PAGES
PROGRAMS = [
    pytest.param(name, block, id=f"{name}-{block.info['run']}")
    for name, text in TEXTS.items()
    for block in blocks_of(text)
    if "run" in block.info
]
MOST_IMPORTANT = {
    "blocked-loop",
    "cleanup-not-awaited",
    "completion-order",
    "deadlock",
    "falsy-value",
    "late",
    "losers-left-running",
    "lost-error",
    "lost-wakeup",
    "never-yields",
    "no-checkpoint",
    "not-closed",
    "read-ahead",
    "serial",
    "shared-state",
    "siblings-left-running",
    "swallowed-cancellation",
    "wrong-thread",
}
"""Diagnoses that have a page."""


def outputs(id: str, block: Block) -> dict[str, str]:
    """What the lesson says that this program prints, by backend."""
    named = [other for other in blocks_of(TEXTS[id]) if other.info.get("output") == output_named(block)]
    return {other.info.get("backend", ""): other.text for other in named}


@pytest.mark.parametrize(("id", "block"), PROGRAMS)
def test_a_program_prints_what_stands_below_it(id: str, block: Block) -> None:
    said = outputs(id, block)

    assert said, f"no block says `text output={output_named(block)}`"
    for backend in backends_of(block) or ("",):
        assert output_of(block, backend) == (said[backend] if backend in said else said[""])


@pytest.mark.parametrize("exercise", KIT.exercises, ids=lambda exercise: exercise.id)
def test_a_screen_is_what_the_grader_prints(box: Box, exercise: Exercise) -> None:
    screens = [block for block in blocks_of(LESSONS[exercise.id]) if "screen" in block.info]

    assert screens
    for block in screens:
        assert block.text == screen_in(box, exercise, block.info["screen"])


@pytest.mark.parametrize("id", TEXTS)
def test_each_block_is_a_program_a_fragment_or_an_output(id: str) -> None:
    blocks = blocks_of(TEXTS[id])
    names = [block.info["run"] for block in blocks if "run" in block.info]

    assert TEXTS[id].count("\n```") == 2 * len(blocks)
    assert len(names) == len(set(names))
    assert not [block.line for block in blocks if block.language == "python" and not parses(block.text)]
    known = {"same" if name in SAME else name for name in names}
    assert not [block.line for block in blocks if "output" in block.info and block.info["output"] not in known]


@pytest.mark.parametrize("id", TEXTS)
def test_it_shows_the_same_in_anyio_asyncio_and_trio(id: str) -> None:
    names = [block.info["run"] for block in blocks_of(TEXTS[id]) if "run" in block.info]

    assert [name for name in names if name in SAME] == list(SAME)


@pytest.mark.parametrize("id", LESSONS)
def test_a_lesson_has_700_to_1000_words_and_its_fixed_parts(id: str) -> None:
    headings = re.findall(r"^## (.+)$", LESSONS[id], flags=re.MULTILINE)

    assert 700 <= words_of(LESSONS[id]) <= 1000
    assert headings[-3:] == ["The same in asyncio and in trio", "Your task", "Read next"]
    assert re.search(r"!\[[^\]]+\]\(figures/[\w-]+\.svg\)", LESSONS[id])
    assert f"`grade {id}`" in LESSONS[id]


# ---- pages of diagnoses ----------------------------------------------------------------------------------------------


def test_the_most_important_diagnoses_have_a_page() -> None:
    assert PAGES.keys() >= MOST_IMPORTANT
    assert PAGES.keys() <= KIT.diagnoses.keys()


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_has_a_picture_an_example_and_its_fixed_parts(slug: str) -> None:
    page = PAGES[slug]
    headings = re.findall(r"^## (.+)$", page, flags=re.MULTILINE)
    picture = re.match(r"!\[[^\]]+\]\(\.\./(ex\d{2})_\w+/figures/([\w-]+)\.svg\)\n", page)

    assert picture is not None
    assert f"```text figure={picture[1]}/{picture[2]}\n" in page
    assert headings == ["In real code", "The same in asyncio and in trio"]
    assert "```python\n" in page[: page.index("## In real code")]
    assert 100 <= words_of(page) <= 500


def test_the_page_of_deadlock_says_how_to_see_one_in_a_running_program() -> None:
    assert "python -m asyncio pstree PID" in PAGES["deadlock"]
