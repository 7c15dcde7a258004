"""Values and kinds of values in words for the author of a submission."""

from __future__ import annotations

from grader.policy.promises import in_words
from grader.wire.rows import Leaf
from grader.wire.values import Opaque, Record, Token

MAX_VALUE = 160
"""Characters of one value in a sentence or a line of a report."""


def in_python(value: object) -> str:
    """A value of a recording as Python prints it, cut to a line: ``['a', 'b']``, ``Winner(index=1, value='b')``."""
    text = _whole(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 3]}..."


def _whole(value: object) -> str:
    match value:
        case Token():
            return f"<{value!s}>"
        case Opaque(name):
            return in_words(name) if name.isidentifier() else "something else"
        case Record(name, fields):
            return f"{name}({', '.join(f'{key}={_whole(item)}' for key, item in fields)})"
        case list():
            return f"[{', '.join(map(_whole, value))}]"
        case tuple():
            return f"({', '.join(map(_whole, value))}{',' if len(value) == 1 else ''})"
        case dict():
            return f"{{{', '.join(f'{_whole(key)}: {_whole(item)}' for key, item in value.items())}}}"
    return repr(value)


def said(leaf: Leaf) -> str:
    """``ValueError: boom``, as Python would print it."""
    name = leaf.types[0].removeprefix("submission.") if leaf.types else "an exception"
    return f"{name}: {leaf.message}" if leaf.message else name


def a(kind: str) -> str:
    """``a list``, ``None``, ``a coroutine``, by the name of a class as exceptions and annotations write it."""
    return in_words("NoneType" if kind == "None" else kind)
