"""Root before consequence: of all failures of a submission, the one to mend first, and what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from grader.judge.explain.finding import AUTHOR, CONCURRENCY, PYTHON, Finding
from grader.judge.explain.learned import Learned, Shown
from grader.judge.verdict import Root
from grader.kit.diagnosis import NOT_WRITTEN

_WEIGHTS = {PYTHON: 4, CONCURRENCY: 2, AUTHOR: 1}
"""How much a failed test says for a mistake, by the layer of the rule that found it.

A mistake of Python in one test stands behind a mistake of concurrency in three, and before one in a single other test.
"""


class Key(NamedTuple):
    """One failure: the number and the name of the hidden test, and the backend."""

    test: int
    name: str
    backend: str


def root_in_parts(findings: Mapping[Key, Finding], learned: Learned, places: Mapping[int, int]) -> Root | None:
    """The failure to mend first in an exercise that has parts; ``places`` are those of the tests' parts, in order.

    What is not written yet fails no test that a learner has to mend before it is: it is left out while anything else
    fails, and otherwise the first part that lacks something is the next one to write. Of the other failures those of
    an earlier part are mended first, because the later parts may build on it.
    """
    written = {key: found for key, found in findings.items() if found.diagnosis != NOT_WRITTEN}
    first = min((places.get(key.test, 0) for key in findings), default=0)
    shown = written or {key: found for key, found in findings.items() if places.get(key.test, 0) == first}
    left_out = {key.name for key in findings} - {key.name for key in shown}
    return root_of(shown, learned.without(left_out), places)


def root_of(
    findings: Mapping[Key, Finding], learned: Learned, places: Mapping[int, int] = MappingProxyType({})
) -> Root | None:
    """The failure to mend first; None if there is none. The findings come in the order of the tests.

    An answer that shows exactly what a wrong answer of the kit shows has its root. In any other case the mistakes that
    are known to follow from another one that was found are left out, and the one that most failures speak for is taken.
    """
    if not findings:
        return None
    shown = _shown(findings)
    first = min(places.get(key.test, 0) for key in findings)
    of_first = {key: found for key, found in findings.items() if places.get(key.test, 0) == first}
    slug = _known_root(shown, learned) or _likeliest(of_first, learned)
    # A play that came to its own end has the picture that is easier to read.
    keys = [key for key, found in findings.items() if found.diagnosis == slug]
    root = min(keys, key=lambda key: (places.get(key.test, 0), not findings[key].clear, keys.index(key)))
    numbers = {key.name: key.test for key in findings if key.test != root.test}
    same = {number for name, number in numbers.items() if _follows(shown[name], slug, name, learned)}
    return Root(
        test=root.test,
        backend=root.backend,
        same=tuple(sorted(same)),
        afterwards=tuple(sorted(set(numbers.values()) - same)),
    )


def _shown(findings: Mapping[Key, Finding]) -> Shown:
    shown: dict[str, set[str]] = defaultdict(set)
    for key, found in findings.items():
        shown[key.name].add(found.diagnosis)
    return {name: frozenset(slugs) for name, slugs in shown.items()}


def _known_root(shown: Shown, learned: Learned) -> str | None:
    found = set().union(*shown.values())
    roots = learned.roots_of(shown) & found
    return roots.pop() if len(roots) == 1 else None


def _likeliest(findings: Mapping[Key, Finding], learned: Learned) -> str:
    layers: dict[str, int] = {}
    tests: dict[str, set[int]] = defaultdict(set)
    for key, found in findings.items():
        layers[found.diagnosis] = min(found.layer, layers.get(found.diagnosis, AUTHOR))
        tests[found.diagnosis].add(key.test)
    first = [slug for slug in layers if not _is_consequence(slug, layers, learned)] or list(layers)
    return max(first, key=lambda slug: (_WEIGHTS[layers[slug]] * len(tests[slug]), -min(tests[slug])))


def _is_consequence(slug: str, found: Mapping[str, int], learned: Learned) -> bool:
    """Whether another mistake that was found is known to bring this one about, and not the other way round."""
    return any(
        learned.explains(other, slug) and not learned.explains(slug, other) and found[other] <= found[slug]
        for other in found
        if other != slug
    )


def _follows(slugs: frozenset[str], root: str, test: str, learned: Learned) -> bool:
    return all(slug == root or learned.follows(root, test, slug) for slug in slugs)
