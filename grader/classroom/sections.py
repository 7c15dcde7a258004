"""The sections of a class: one run may be about some of them alone, as the roster names them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from grader.classroom.gradebook import Learner
from grader.classroom.intake import Intake
from grader.errors import UsageError
from grader.text import clean_line, nearest

MAX_NAME = 60


def section_names(learners: Sequence[Learner]) -> tuple[str, ...]:
    """Return the sections of these learners, in the order of the alphabet."""
    return tuple(sorted({learner.section for learner in learners if learner.section}))


def check_sections(learners: Sequence[Learner], wanted: Collection[str]) -> None:
    """Raise UsageError if these learners are not in sections, or in none of one that is wanted."""
    known = section_names(learners)
    for name in wanted:
        if not known:
            message = f"--section {name}: no learner of this class has a section"
            raise UsageError(message, hint="Name a roster that has a column `section` with --roster CSV.")
        if name not in known:
            near = nearest(name, known)
            there = ", ".join(clean_line(section, MAX_NAME) for section in known)
            hint = f"Did you mean `--section '{clean_line(near, MAX_NAME)}'`?" if near else f"There are: {there}."
            raise UsageError(f"--section {name}: no learner is in this section", hint=hint)


def of_sections(intake: Intake, wanted: Collection[str]) -> Intake:
    """Return the intake of these sections alone; of the whole class if none is wanted. What is left over stays."""
    if not wanted:
        return intake
    learners = tuple(learner for learner in intake.learners if learner.section in wanted)
    keys = {learner.key for learner in learners}
    return replace(intake, learners=learners, files=tuple(file for file in intake.files if file.learner in keys))
