"""Frozen records with fields that are computed, and a cache in a private one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Version:
    _parts: tuple[int, ...]
    _text: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_text", ".".join(map(str, self._parts)))

    @classmethod
    def parse(cls, text: str) -> Version:
        return cls(tuple(int(part) for part in text.split(".")))

    def bumped(self) -> Version:
        return dataclasses.replace(self, _parts=(*self._parts[:-1], self._parts[-1] + 1))

    def is_newer(self, other: Version) -> bool:
        return self._parts > other._parts

    def __str__(self) -> str:
        return self._text


@dataclass
class Release:
    _version: Version
    _notes: list[str] = field(default_factory=list)
    _previous: Release | None = None

    def history(self) -> list[str]:
        release: Release | None = self
        found = []
        while release is not None:
            found.append(release._version._text)
            release = release._previous
        return found


def newest(texts: list[str]) -> str:
    versions = [Version.parse(text) for text in texts]
    return max(versions)._text
