"""Changes the text of a ``kit.toml`` so that its comments and its layout survive.

Python reads TOML and does not write it. So the text is changed where a pattern finds the place, and then read again: a
change that did anything else than it should is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from grader.errors import KitError

_LIST = re.compile(r"^[ \t]*exercises[ \t]*=[ \t]*\[", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_IN_LIST = re.compile(r"""(?P<name>"[^"\n]*"|'[^'\n]*')|(?P<comment>#[^\n]*)|(?P<comma>,)|(?P<end>\])|\s""")
_DIAGNOSIS = re.compile(r"^\[diagnoses\.(?P<slug>[a-z0-9-]+)\]$", re.MULTILINE)


def read(path: Path) -> Mapping[str, object]:
    """Read a ``kit.toml``. Raises KitError if it cannot be read or is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        hint = "`grade kit check` says what is wrong with a kit; correct it, and type the command again."
        raise KitError(f"{path}: cannot be read: {error}", hint=hint) from error


def with_exercise(path: Path, name: str, diagnoses: str) -> str:
    """The text of a ``kit.toml`` with one more exercise, and with those of the diagnoses that it does not have.

    ``diagnoses`` is TOML: tables ``[diagnoses.SLUG]``, one after the other. Raises KitError where the text is written
    in a way that cannot be added to.
    """
    before, text = read(path), path.read_text(encoding="utf-8")
    changed = _listed(text, name)
    own = before.get("diagnoses", {})
    missing = [block for slug, block in blocks_of(diagnoses) if isinstance(own, dict) and slug not in own]
    if changed is not None:
        changed = "\n\n".join([changed.rstrip("\n"), *missing]) + "\n" if missing else changed
    if changed is None or not _is_extended(before, changed, name):
        hint = f'Add "{name}" to the list `exercises` in its first lines, as in `exercises = ["{name}"]`.'
        raise KitError(f"{path}: the grader does not see where to add the exercise", hint=hint)
    return changed


def blocks_of(diagnoses: str) -> list[tuple[str, str]]:
    """The tables ``[diagnoses.SLUG]`` of a text, each with its slug and without blank lines at its end."""
    found = list(_DIAGNOSIS.finditer(diagnoses))
    ends = [*(match.start() for match in found), len(diagnoses)][1:]
    return [(match["slug"], diagnoses[match.start() : end].rstrip()) for match, end in zip(found, ends, strict=True)]


def _listed(text: str, name: str) -> str | None:
    """The text with one more name at the end of ``exercises = [...]``; None where that is not found."""
    begin, tables = _LIST.search(text), _TABLE.search(text)
    if begin is None or (tables is not None and tables.start() < begin.start()):
        return None
    place, last, comma = begin.end(), None, False
    while (token := _IN_LIST.match(text, place)) is not None and not token["end"]:
        place = token.end()
        last, comma = (token, False) if token["name"] else (last, comma or bool(token["comma"]))
    if token is None:
        return None
    if last is None:
        return f'{text[: begin.end()]}"{name}"{text[begin.end() :]}'
    return _behind(text, last.start(), last.end(), token.start(), f'"{name}"', comma=comma)


def _behind(text: str, start: int, end: int, close: int, item: str, *, comma: bool) -> str:
    """Put an item behind the last one, which stands from ``start`` to ``end``: on its line, or on one of its own."""
    line_end = text.find("\n", end)
    begin_of_line = text.rfind("\n", 0, start) + 1
    indent = text[begin_of_line:start]
    if not -1 < line_end < close or indent.strip():
        return f"{text[:end]}, {item}{text[end:]}"
    # A comment may follow the last item on its line, and goes on belonging to it.
    return f"{text[:end]}{'' if comma else ','}{text[end:line_end]}\n{indent}{item},{text[line_end:]}"


def _is_extended(before: Mapping[str, object], changed: str, name: str) -> bool:
    """Whether the changed text says what it said before, and has this exercise and perhaps some diagnoses besides."""
    try:
        after = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        return False
    names, own = before.get("exercises"), before.get("diagnoses", {})
    added = after.pop("diagnoses", {})
    kept = {key: value for key, value in before.items() if key != "diagnoses"}
    return (
        isinstance(names, list)
        and isinstance(own, dict)
        and after == {**kept, "exercises": [*names, name]}
        and {slug: added.get(slug) for slug in own} == own
    )
