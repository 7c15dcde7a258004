"""The map of the course, ``exercises/README.md``, says of each exercise what its exercise.toml does."""

from __future__ import annotations

import re

from grader.kit.kit import builtin_root, load_kit

KIT = load_kit(builtin_root())
PAGE = (KIT.root / "exercises" / "README.md").read_text(encoding="utf-8")


def test_the_table_has_every_exercise_in_order() -> None:
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\| \[ex.*", PAGE, re.MULTILINE)]

    assert rows == [
        [
            f"[{exercise.id}]({exercise.folder.name}/README.md)",
            f"`{exercise.title}`: {exercise.summary}",
            "★" * exercise.level,
            str(exercise.minutes),
            ", ".join(exercise.after),
        ]
        for exercise in KIT.exercises
    ]


def test_the_graph_has_an_arrow_from_each_exercise_to_those_that_need_it() -> None:
    (graph,) = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    arrows = {pair for line in graph.splitlines() for pair in re.findall(r"(ex\d+)\S* --> (ex\d+)", line)}

    assert arrows == {(earlier, exercise.id) for exercise in KIT.exercises for earlier in exercise.after}


def test_nothing_that_is_needed_is_named_twice() -> None:
    """An exercise names what it needs itself, and not what that needs in its turn."""
    needs = {exercise.id: set(exercise.after) for exercise in KIT.exercises}
    everything: dict[str, set[str]] = {}
    for id, after in needs.items():
        everything[id] = after | {other for one in after for other in everything[one]}

    for id, after in needs.items():
        assert not {one for one in after if any(one in everything[other] for other in after)}, id
