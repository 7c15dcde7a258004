"""Makes hostile text harmless to look at: the only way a learner's text reaches a screen or a page.

Terminals obey escape sequences, bidirectional controls reorder what a reviewer reads, lone surrogates make writing
fail, and ten megabytes of anything make a report useless. What could do any of this is shown as ``\\uXXXX``. Cleaning
is idempotent, so a text may safely be cleaned once too often. HTML escaping is another matter, and jinja2's.
"""

from __future__ import annotations

import unicodedata

MARK_CATEGORIES = frozenset({"Mn", "Me"})
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
MAX_MARKS = 3
"""Combining marks shown on one letter. A tower of them paints over the lines above and below."""


def clean(text: str, limit: int) -> str:
    """Return a block of text without anything that acts, at most ``limit`` characters; newlines and tabs stay."""
    # Cut first: escaping only makes text longer, so nothing beyond the limit can be shown, and a million characters
    # are not looked at one by one.
    head = text[: limit + 1]
    shown = head if head.isascii() and head.isprintable() else _escape(head)

    return _cut(shown, limit, total=len(text), whole=len(head) == len(text))


def clean_line(text: str, limit: int) -> str:
    """Return one line of text without anything that acts, at most ``limit`` characters."""
    head = text[: limit + 1]
    printable = head.isascii() and head.isprintable()
    shown = head if printable else _escape(head.replace("\t", " ")).replace("\n", "\\n")

    return _cut(shown, limit, total=len(text), whole=len(head) == len(text))


def _escape(text: str) -> str:
    shown: list[str] = []
    marks = 0
    for char in text.replace("\r\n", "\n"):
        category = unicodedata.category(char)
        marks = marks + 1 if category in MARK_CATEGORIES else 0
        shown.append(_escaped(char) if _is_hidden(char, category) or marks > MAX_MARKS else char)

    return "".join(shown)


def _is_hidden(char: str, category: str) -> bool:
    if char in "\n\t":
        return False
    # A variation selector has no width of its own but changes that of its neighbour, on some terminals.
    selector = category == "Mn" and unicodedata.name(char, "").startswith("VARIATION SELECTOR")
    # Python's idea of printable leaves out controls, formats, surrogates, what is unassigned, and every space but
    # one. A no-break space in a source line is a syntax error that nobody can see.
    return not char.isprintable() or char in BLANK_LETTERS or selector


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _cut(shown: str, limit: int, *, total: int, whole: bool) -> str:
    """Shorten to the limit, with a note of how long the original was; the note counts towards the limit."""
    if whole and len(shown) <= limit:
        return shown
    note = f"... [{total} characters in all]"
    if len(note) * 2 > limit:
        note = "..."[:limit]

    return shown[: limit - len(note)] + note
