"""Who is who: people as a platform, a roster or the name of a folder names them, and the keys and spellings of theirs.

``roster`` decides with these whether two of them are the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CANVAS = "canvas"
MOODLE = "moodle"
STUDENT_NUMBER = "sid"
LOGIN = "login"

# Letters that Unicode does not take apart into a plain one and a mark, as people write them on other keyboards.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_UNSAFE = re.compile(r"[^\w.@+-]+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_MOST_WORDS = 12
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What one source says of a person. ``name`` is as the source writes it."""

    name: str
    email: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    section: str = ""
    group: str = ""
    """The group that hands in for this person."""
    handle: str = ""
    """A word, such as the name of a folder, that may be a login, a number or an address."""
    key: str = ""
    """The key of this person where the platform gives nothing else that can be relied on."""


def person_called(word: str) -> Person:
    """The person whom the name of a folder or a file means: by name, login, number or address."""
    if _ADDRESS.fullmatch(word):
        return Person(name=word, email=word, handle=word)
    return Person(name=" ".join(word.replace("_", " ").split()) or word, handle=word)


def key_of(person: Person) -> str:
    """The key of a person: the user id on Canvas, else the address, else the login, the student number or the name.

    A number of Moodle is no key: it belongs to one assignment, and the same person has another one in the next.
    """
    ids = dict(person.ids)
    if person.key:
        return person.key
    if CANVAS in ids:
        return _safe(f"{CANVAS}-{ids[CANVAS]}")
    known = person.email or ids.get(LOGIN) or ids.get(STUDENT_NUMBER)
    return _safe(known) if known else slug(person.name)


def _safe(key: str) -> str:
    """A key that may be the name of a file: an address stays as it is, and a path is no longer one."""
    return _UNSAFE.sub("-", key.casefold()).lstrip(".-") or "nameless"


def slug(text: str) -> str:
    """A name as lower-case letters and digits with hyphens, for a key or a file; never empty."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return "-".join(words).replace("_", "-").strip("-") or "nameless"


def readable(name: str) -> str:
    """A name in reading order: ``Doe, Jane`` is turned round, and Canvas' guard against formulas is removed."""
    name = name.encode(errors="backslashreplace").decode()
    if name.startswith('="') and name.endswith('"'):
        name = name[2:-1]
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and first.strip() and "," not in first else name
    return " ".join(turned.split())


def spellings(name: str) -> frozenset[str]:
    """The forms that a name may have in the name of a file, run together and without marks and case.

    They are every order that keeps first and last names whole, and the order of the alphabet.
    """
    words = words_of(readable(name))[:_MOST_WORDS]
    orders = [(*words[at:], *words[:at]) for at in range(len(words))]
    return frozenset("".join(order) for order in (*orders, tuple(sorted(words))) if order)


@lru_cache(maxsize=10_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, without marks and case."""
    # An apostrophe or a hyphen within a name ends a word here, which is harmless where words are run together.
    return tuple(re.findall(r"[^\W_]+", folded(text)))


def folded(text: str) -> str:
    """A text in lower case and without marks: ``lukasz`` for ``Łukasz``."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN))
    return "".join(char for char in plain if not unicodedata.combining(char))
