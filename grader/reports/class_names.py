"""Takes out of a line of code what may say whose it is: comments, texts in quotes, and words of the learner's names."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from grader.classroom.intake import Learner

MAX_LINE = 2000
CACHED = 4096
"""Texts that are kept with what became of them: a class says the same few things again and again."""
MASK = "…"
LEAST_WORD = 2
"""Letters of a name that are looked for as a whole word; an initial is in every line."""
LEAST_PART = 5
"""Letters of a name that are looked for inside of longer words: ``lovelace`` in ``lovelacejoin``."""

# A quote that nobody closes reaches to the end: the line may stand inside of a longer text.
_TEXT = re.compile(r"""("(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$))""", re.DOTALL)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+")


class Names:
    """The words that some learners are known by: in their names, addresses and numbers."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self._words = frozenset(word for learner in learners for word in _words_of(learner))
        long = sorted((re.escape(word) for word in self._words if len(word) >= LEAST_PART), key=len, reverse=True)
        self._inside = re.compile("|".join(long)) if long else None
        self._kept = lru_cache(maxsize=CACHED)(self._is_kept)
        self._masked = lru_cache(maxsize=CACHED)(self._mask)

    def masked(self, text: str) -> str:
        """Put a mask in the place of every word that is, or has in it, a word of the names."""
        return self._masked(text[:MAX_LINE])

    def _mask(self, text: str) -> str:
        return _WORD.sub(lambda found: found[0] if self._kept(found[0]) else MASK, _ADDRESS.sub(MASK, text))

    def _is_kept(self, word: str) -> bool:
        if keyword.iskeyword(word) or keyword.issoftkeyword(word):
            return True
        folded = _folded(word)
        pieces = {folded, word.casefold(), *(_folded(piece) for piece in _PIECE.findall(word))}
        return not (pieces & self._words) and not (self._inside and self._inside.search(folded))


@lru_cache(maxsize=CACHED)
def without_texts(line: str) -> str:
    """Take the comment and what stands in quotes out of a line of code."""
    # Quotes first: a # inside of them begins no comment.
    code = _TEXT.sub(lambda found: f"{found[0][0]}{MASK}{found[0][0]}", line[:MAX_LINE])
    return code.partition("#")[0].rstrip()


def _words_of(learner: Learner) -> Iterator[str]:
    for text in (learner.name, learner.email.partition("@")[0], learner.key, *(id for _, id in learner.ids)):
        words = _WORD.findall(text[:MAX_LINE])
        # Ada Lovelace may also be adalovelace or lovelaceada.
        for word in (*words, "".join(words), "".join(reversed(words))):
            yield from {word.casefold(), _folded(word)} if len(word) >= LEAST_WORD else ()


def _folded(word: str) -> str:
    """``zoe`` for ``Zoë``."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
