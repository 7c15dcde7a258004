"""What an honest box notes beside the rows of a message."""

from __future__ import annotations

from typing import Any

from grader.wire.lines import checksum


def instant(time: float, what: str, number: int, row: Any = None) -> list[Any]:
    """An instant as the box notes it, of this row."""
    return [time, what, number, 0 if row is None else checksum(row)]


def noted(message: dict[str, Any]) -> list[list[Any]]:
    """What an honest box notes while it records the rows of a message."""
    marks = [instant(row[0], "mark", number, row) for number, row in enumerate(message["marks"])]
    stretches = [
        entry
        for kind in ("span", "attempt")
        for number, row in enumerate(message[f"{kind}s"])
        for entry in (
            instant(row[1], kind, number, [row[0], row[1], None, "open", None, row[5]]),
            *([instant(row[2], f"end of {kind}", number, row)] if row[2] is not None else []),
        )
    ]
    return [*sorted([*marks, *stretches], key=lambda entry: entry[0]), instant(message["elapsed"], "over", 0)]
