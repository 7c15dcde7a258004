"""Files that are named like no exercise, and can be the answer to one only.

Such a file is taken where its learner has no answer to an exercise that was asked for, and

* it defines the functions of that exercise, of no other, and is the only file that does; or
* one exercise was asked for, and it is the only Python file that its learner handed in.

What was taken in this way is said, because it is the weakest evidence of all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from grader.classroom.matching import is_helper, mentioned, stem_of
from grader.kit.exercise import Exercise

_MOST_BYTES = 4 << 20
_FUNCTION = re.compile(r"^(?:async[ \t]+)?def[ \t]+([^\W\d_]\w*)", re.MULTILINE)
_CLASS = re.compile(r"^class[ \t]+([^\W\d_]\w*)", re.MULTILINE)


def only_answer(
    files: Sequence[tuple[str, Path]], exercise: Exercise, exercises: Sequence[Exercise], *, alone: bool
) -> Collection[int]:
    """Which of a learner's misnamed files, each a name and a path, can be the answer: copies of one file, or none.

    ``alone`` says that this exercise alone was asked for, and that the learner handed in no other answer.
    """
    others = [other for other in exercises if other is not exercise]
    named = [stem_of(name).text for name, _ in files]
    loose = [at for at, (name, _) in enumerate(files) if not is_helper(name) and not mentioned(named[at], others)]
    defining = {at: defining_all(files[at][1], exercises) for at in loose}
    fitting = [at for at in loose if defining[at] == {exercise.id}]
    if not fitting and alone:
        fitting = loose if not any(defining.values()) and len(loose) == len(files) else []
    stems = {named[at].casefold() for at in fitting}
    return fitting if len(stems) == 1 else ()


def defining_all(path: Path, exercises: Sequence[Exercise]) -> frozenset[str]:
    """The exercises of which a file defines all that the stub does, by the look of its lines."""
    try:
        with path.open("rb") as file:
            # Not as a program: a file that does not parse is still an answer, which the grader then says.
            text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return frozenset()
    defined = {*_FUNCTION.findall(text), *_CLASS.findall(text)}
    return frozenset(exercise.id for exercise in exercises if (asked := _asked(exercise.stub)) and asked <= defined)


@cache
def _asked(stub: Path) -> frozenset[str]:
    """The functions of a stub, or its classes where it has no functions."""
    try:
        text = stub.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return frozenset()
    return frozenset(_FUNCTION.findall(text) or _CLASS.findall(text))
