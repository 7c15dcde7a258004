"""All files in one folder, each named after learner and exercise: ``alice_join.py``, ``ex01_alice.py``.

Below a folder for an exercise (``ex01_join/alice.py``), and where one exercise is asked for, the name of the file need
only name the learner.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.classroom.found import Claim, FoundFile, Reader
from grader.classroom.matching import forms_of, mentioned, stem_of
from grader.classroom.people import person_called, words_of
from grader.kit.exercise import Exercise

_SEPARATORS = " _-.,"
_WORD = re.compile(r"[^\W_]+")


def reader(source: str, exercises: Sequence[Exercise], only: Exercise | None = None) -> Reader:
    """How to claim a file by its name. ``source`` is the name of the folder or zip that holds all of them.

    A file that names no exercise is of ``only``, which alone was asked for.
    """

    def read(file: FoundFile) -> Sequence[Claim] | str:
        if file.suffix != ".py":
            return "is not a Python file"
        context = file.parts[:-1]
        named = _take_apart(stem_of(file.parts[-1]).text, exercises)
        if isinstance(named, str):
            return named
        owner, exercise = named
        if not owner:
            return "does not say in its name whose it is"
        if not exercise and not any(mentioned(place, exercises) for place in (source, *context)):
            if only is None:
                return "does not say in its name which exercise it is for"
            exercise = only.id
        name = f"{exercise}.py" if exercise else file.parts[-1]
        return (Claim(file=file, person=person_called(owner), name=name, context=context),)

    return read


def names_learner(file: FoundFile, exercises: Sequence[Exercise]) -> bool:
    """Whether the name of a file says both whose it is and which exercise it is for."""
    named = _take_apart(stem_of(file.parts[-1]).text, exercises)
    return not isinstance(named, str) and all(named)


def names_no_exercise(file: FoundFile, exercises: Sequence[Exercise]) -> bool:
    """Whether the name of a file says whose it is at most."""
    named = _take_apart(stem_of(file.parts[-1]).text, exercises)
    return not isinstance(named, str) and not named[1]


def _take_apart(stem: str, exercises: Sequence[Exercise]) -> tuple[str, str] | str:
    """The learner and the words for the exercise (either may be empty), or why the name is not clear, in words."""
    words = list(_WORD.finditer(stem))
    runs = {exercise.id: run for exercise in exercises if (run := _run(words, exercise))}
    runs = {id: run for id, run in runs.items() if run[2]} or runs
    if len(runs) > 1:
        return f"could be {' or '.join(sorted(runs))} by its name"
    if not runs:
        return stem.strip(_SEPARATORS), ""
    first, last, _ = next(iter(runs.values()))
    before, after = stem[: words[first].start()], stem[words[last].end() :]
    owner = " ".join(filter(None, (before.strip(_SEPARATORS), after.strip(_SEPARATORS))))
    return owner, stem[words[first].start() : words[last].end()]


def _run(words: Sequence[re.Match[str]], exercise: Exercise) -> tuple[int, int, bool] | None:
    """Where the longest name of the exercise stands, and whether its id is in it."""
    plain = [word for written in words for word in words_of(written[0])[:1]]
    if len(plain) != len(words):
        return None
    forms = forms_of(exercise)
    best: tuple[int, int, bool] | None = None
    for form in sorted(forms.every, key=len):
        for at in range(len(plain) - len(form) + 1):
            if tuple(plain[at : at + len(form)]) == form:
                best = (at, at + len(form) - 1, any(form[: len(id)] == id for id in forms.by_id))
    return best
