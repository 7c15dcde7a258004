"""Text for people: hostile text made harmless to look at, and numbers and lists said in words.

A learner's text reaches a screen, a page, a table or a log only through here. Terminals obey escape sequences,
bidirectional controls reorder what a reviewer reads, lone surrogates make writing fail, and ten megabytes of anything
make a report useless; a character that could do any of this is shown as ``\\uXXXX``. Spreadsheets calculate, Markdown
renders and CI runners obey: each has a function here that cleans a text and then disarms it. jinja2 escapes HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

MARK_CATEGORIES = frozenset({"Mn", "Me"})
JOINERS = frozenset("\u200c\u200d")
"""Marks without a width that a word of Persian, Hindi or Sinhala is misspelt without."""
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
MAX_MARKS = 3
"""Combining marks shown on one letter. A tower of them paints over the lines above and below."""

# A German or French spreadsheet takes the semicolon for the end of a cell, even inside quotes that began in the cell
# before. Excel and LibreOffice read the full-width and small forms of the four characters, and the minus sign, alike.
_FORMULA = re.compile(r"""(^|;)([\s"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212])""")
_MARKDOWN = str.maketrans(
    {char: f"\\{char}" for char in "\\`*_{}[]()#+-.!|~:=^"}
    # In Markdown inside HTML a backslash means nothing. GitHub looks for @names and $formulas in the rendered text,
    # from which a backslash has gone; a comment stays and separates the sign from the name.
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "@": "@<!-- -->", "$": "$<!-- -->"}
)
_COMMAND_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_COMMAND_PROPERTY = _COMMAND_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def clean(text: str, limit: int) -> str:
    """Return a block of text without anything that acts, at most ``limit`` characters; newlines and tabs stay.

    Cleaning is idempotent, so a text may safely be cleaned once too often.
    """
    # Cut first: escaping only makes text longer, so nothing beyond the limit can be shown, and a million characters
    # need not be looked at one by one.
    text = text.replace("\r\n", "\n")
    head = text[: limit + 1]
    shown = head if head.isascii() and head.isprintable() else _escape(head)
    return _cut(shown, limit, total=len(text))


def clean_line(text: str, limit: int) -> str:
    """Return one line of text without anything that acts, at most ``limit`` characters. Idempotent."""
    text = text.replace("\r\n", "\n")
    head = text[: limit + 1]
    printable = head.isascii() and head.isprintable()
    shown = head if printable else _escape(head.replace("\t", " ")).replace("\n", "\\n")
    return _cut(shown, limit, total=len(text))


def clean_cell(text: str, limit: int) -> str:
    """Return the text of one spreadsheet cell, at most ``limit`` characters, which no spreadsheet takes for a formula.

    An apostrophe goes before a character that would begin a formula, as OWASP's page on CSV injection advises.
    Idempotent. Quoting, and numbers of our own, are left to the ``csv`` module.
    """
    shown = _FORMULA.sub(r"\1\2'", clean_line(text, limit))
    return _cut(shown, limit, total=len(text))


def clean_markdown(text: str, limit: int) -> str:
    """Return one line of Markdown that renders as the text itself, in a paragraph, a list, a table or inside HTML.

    ``limit`` counts the characters that are seen. Not idempotent: escape once.
    """
    return clean_line(text, limit).strip().translate(_MARKDOWN)


def command_data(text: str, limit: int) -> str:
    """Return the message of a GitHub workflow command, as in ``::error file=...::message``; line breaks stay.

    ``limit`` counts the characters that are seen. Not idempotent: escape once.
    """
    return clean(text, limit).translate(_COMMAND_DATA)


def command_property(text: str, limit: int) -> str:
    """Return the value of a property of a GitHub workflow command, as in ``::error file=value::``.

    ``limit`` counts the characters that are seen. Not idempotent: escape once.
    """
    return clean_line(text, limit).translate(_COMMAND_PROPERTY)


def _escape(text: str) -> str:
    shown: list[str] = []
    marks = 0
    for char, following in zip(text, f"{text[1:]} ", strict=True):
        category = unicodedata.category(char)
        marks = marks + 1 if category in MARK_CATEGORIES else 0
        joins = char in JOINERS and bool(shown) and _joins(shown[-1], following)
        hidden = not joins and _is_hidden(char, category)
        shown.append(_escaped(char) if hidden or marks > MAX_MARKS else char)
    return "".join(shown)


def _joins(before: str, after: str) -> bool:
    """Whether a joiner between these two belongs to a word, and so can hide nothing.

    It stands between two Arabic letters, or after a virama, the sign that takes a letter of India its vowel: rules A1
    and A2 of https://www.rfc-editor.org/rfc/rfc5892#appendix-A , of which this asks a little more.
    """
    if len(before) != 1 or unicodedata.category(after) != "Lo" or after in BLANK_LETTERS:
        return False
    arabic = all(unicodedata.name(char, "").startswith("ARABIC LETTER") for char in (before, after))
    return arabic or unicodedata.combining(before) == 9


def _is_hidden(char: str, category: str) -> bool:
    if char in "\n\t":
        return False
    # A variation selector has no width of its own but changes that of its neighbour, on some terminals.
    selector = category == "Mn" and unicodedata.name(char, "").startswith("VARIATION SELECTOR")
    # Python calls controls, formats, surrogates, unassigned characters and every space but one not printable. A
    # no-break space in a source line is a syntax error that a reader cannot see.
    return not char.isprintable() or char in BLANK_LETTERS or selector


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _cut(shown: str, limit: int, *, total: int) -> str:
    """Shorten to the limit, with a note of how long the original was; the note counts towards the limit."""
    if len(shown) <= limit:
        return shown
    note = f"... [{total} characters in all]"
    if len(note) * 2 > limit:
        note = "..."[:limit]
    # A joiner that has lost the letter after it joins nothing, and cleaning again would show it.
    return shown[: limit - len(note)].rstrip("".join(JOINERS)) + note


# ---- numbers and lists in words --------------------------------------------------------------------------------------


def joined(words: Sequence[str]) -> str:
    """Say a list: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of these words that was probably meant; None if none is near.

    The same letters in another order are nearest, because swapping two is how most words are mistyped. Failing all
    likeness, a word that is the only one to begin so is meant.
    """
    import difflib  # imported for a mistyped word alone

    typed = word.casefold()
    folded = {known.casefold(): known for known in words}
    if near := difflib.get_close_matches(typed, folded, n=5):
        return folded[min(near, key=lambda known: sorted(known) != sorted(typed))]
    begun = [known for known in folded if len(typed) > 1 and known.startswith(typed)]
    return folded[begun[0]] if len(begun) == 1 else None


def counted(number: int, noun: str) -> str:
    """Say how many: ``1 test``, ``2 tests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tests_named(numbers: Sequence[int]) -> str:
    """Say which tests: ``test 3``, ``tests 1, 2 and 3``."""
    return f"{'test' if len(numbers) == 1 else 'tests'} {joined([str(number) for number in numbers])}"


def seconds(number: float) -> str:
    """Say a time as people write it: ``2 s``, ``0.25 s``, ``1,000,000 s``."""
    return f"{short_number(number)} s"


def short_number(number: float) -> str:
    """Write a number with as many digits as matter: ``2``, ``0.3333``, ``1,000,000``."""
    return f"{number:,.9g}" if number >= 1000 else f"{number:.4g}"


def waited_since(time: float) -> str:
    """Say from when on, in virtual seconds: ``since 1.5 s``."""
    return f"since {seconds(time)}"
