"""A diagnosis: a named kind of failure, with a sentence, an explanation and three hints.

``catalogue`` has those that the grader can make for any exercise. A kit adds its own in ``exercises/kit.toml``, for its
hidden tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.kit.tables import Table

HINT_STAGES = 3
HINTS_EXAMPLE = '["a question", "the idea", "nearly the code"]'
NOT_WRITTEN = "not-written"
"""The slug of the diagnosis for code that still raises NotImplementedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One kind of failure, in the learner's words.

    ``sentence`` finishes "error: ": lower case, present tense, no full stop. ``help`` is one line that starts with a
    verb. ``hints`` has three stages: a question, the idea, nearly the code.
    """

    slug: str
    sentence: str
    explanation: str
    help: str
    hints: tuple[str, ...]


def read_hints(table: Table, key: str) -> tuple[str, ...]:
    """Read the three stages of a hint; by default each is only named."""

    def accept(value: object) -> tuple[str, ...] | None:
        hints = (
            tuple(hint for hint in value if isinstance(hint, str) and hint.strip()) if isinstance(value, list) else ()
        )
        return hints if isinstance(value, list) and len(hints) == len(value) == HINT_STAGES else None

    stages = ("a question", "the idea", "nearly the code")
    return table.read(key, accept, stages, expected=f"{HINT_STAGES} hints: {', '.join(stages)}", example=HINTS_EXAMPLE)
