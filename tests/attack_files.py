"""The hostile submissions in ``attacks/``, and the kit of small questions that most of them are put to.

Every file begins with comments that say what is to become of it:

``expect``    how the plays of the targeted tests end, one word or several joined by "or"; ``fails`` is a play that
              ended by itself and was judged. ``cannot-judge (KIND)`` is what the intake or the rules say.
``policy``    what the rules say about the file: the kind of its first fault, ``please-look``, or ``nothing``.
              All but the ``cannot-judge`` ones are then played all the same, because the box is the wall.
``level``     the isolation level from which on it holds; where it is weaker the file is left out.
``exercise``  ex01 to ex05; without it the two questions below, of which the second is answered honestly.
``aims at``   the hidden tests that must earn nothing; without it all of an exercise, or the first question.
``spoils``    what else of its own it breaks: after damage done to a library the second question may be lost as well.
``schedules`` under how many it is played; without it under natural order alone.
``backends``  the only one to play on, where a play takes its time; without it both.

A line ``# ---- with: NAME ----`` stands for the text of ``attack_parts/NAME.py``, which several of them share. What
follows a line ``# ---- beside: NAME ----`` is another file, put into the folder of the submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.kit.kit import Kit, load_kit
from tests.forging_samples import OTHER, SCENARIOS, TESTS

FOLDER = Path(__file__).parent / "attacks"
PARTS = Path(__file__).parent / "attack_parts"
MARKER = "grader-attack"
"""The mark in the name of every file and the command line of every process that an attack tries to leave behind."""

_HEAD = re.compile(r"# ([a-z ]+): (.+)")
_WITH = re.compile(r"^# ---- with: (.+) ----$", re.MULTILINE)
_BESIDE = re.compile(r"^# ---- beside: (.+) ----\n", re.MULTILINE)

KIT = """\
format = 1
title = "Questions"
version = "1"
exercises = ["ex01_one", "ex02_innocent"]

[limits]
cpu_seconds = 2
wall_seconds = 2
memory_mb = 400

[diagnoses.wrong]
sentence = "it is the wrong answer"
explanation = "There is another one."
hints = ["a", "b", "c"]
"""

EXERCISE = """\
id = "{id}"
title = "{id}"
summary = "questions"
file = "one.py"
concepts = ["answers"]
level = 1
minutes = 1

[rules]
imports = ["anyio", "anyio.abc", "anyio.lowlevel", "@pure"]

[hints]
general = ["a", "b", "c"]
"""

STUB = "async def answer(): ...\n\n\nasync def other(): ...\n"
HONEST = "async def answer():\n    return 1\n" + OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile submission and what is to become of it."""

    name: str
    source: str
    beside: tuple[tuple[str, str], ...]
    expect: frozenset[str]
    policy: str
    level: int
    exercise: str
    aims_at: frozenset[str]
    spoils: bool
    schedules: int
    backends: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether the rules, and not the box, are what it runs into."""
        return any(word.startswith("cannot-judge") for word in self.expect)

    @property
    def answers_honestly(self) -> bool:
        """Whether the second question is answered honestly, by us."""
        return not self.exercise and "def other" not in self.source


def all_attacks() -> list[Attack]:
    """Read every file."""
    paths = sorted([*FOLDER.glob("*/*.py"), *FOLDER.glob("*/*.txt")])
    return [_attack(f"{path.parent.name}/{path.stem}", _with_parts(path.read_text("utf-8"))) for path in paths]


def _with_parts(text: str) -> str:
    """The text with every part that it names, and that a part of it names, in the place of the name."""
    return _WITH.sub(lambda line: _with_parts((PARTS / f"{line[1]}.py").read_text("utf-8")).rstrip("\n"), text)


def _attack(name: str, text: str) -> Attack:
    head = dict(_head(text))
    assert not set(head) - {"expect", "policy", "level", "exercise", "aims at", "spoils", "schedules", "backends"}, name
    source, *rest = _BESIDE.split(text)
    return Attack(
        name=name,
        source=source,
        beside=tuple(zip(rest[::2], rest[1::2], strict=True)),
        expect=frozenset(head["expect"].split(" or ")),
        policy=head["policy"],
        level=int(head.get("level", 0)),
        exercise=head.get("exercise", ""),
        aims_at=frozenset(head.get("aims at", "").split()),
        spoils="spoils" in head,
        schedules=int(head.get("schedules", 1)),
        backends=tuple(head.get("backends", "asyncio trio").split()),
    )


def _head(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _HEAD.fullmatch(line)
        if found is None:
            return
        yield found[1], found[2]


def make_questions(root: Path) -> Kit:
    """Write the kit of questions to a folder and read it; its second exercise is for innocent answers."""
    (root / "exercises").mkdir(parents=True)
    (root / "exercises" / "kit.toml").write_text(KIT)
    for name in ("ex01_one", "ex02_innocent"):
        folder = root / "exercises" / name
        folder.mkdir()
        files = {"test_hidden.py": TESTS, "scenarios.py": SCENARIOS, "one.py": STUB, "README.md": ""}
        for file, text in {**files, "exercise.toml": EXERCISE.format(id=name[:4])}.items():
            (folder / file).write_text(text)
    return load_kit(root)
