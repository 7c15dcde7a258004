"""The kit that an author means is found from every folder of it, and is never the one that comes with the grader."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.desk.author.place import root_of
from grader.desk.learner import Desk
from grader.errors import KitError
from tests.kit_samples import make_kit


@pytest.mark.parametrize(
    ("folder", "root"),
    [(".", "."), ("exercises", ".."), ("exercises/ex01_double", "../.."), ("solutions/ex01_double/wrong", "../../..")],
)
def test_the_kit_is_found_from_each_of_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, root: str
) -> None:
    monkeypatch.chdir(make_kit(tmp_path / "kit") / folder)

    assert root_of(Desk(directory=Path(), kit=None)) == Path(root)


def test_the_kit_that_is_named_goes_before_the_one_around(tmp_path: Path) -> None:
    named = tmp_path / "named"

    assert root_of(Desk(directory=make_kit(tmp_path / "kit"), kit=named)) == named


def test_where_there_is_no_kit_none_is_taken_instead(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="neither this folder nor one above it holds a kit") as refused:
        root_of(Desk(directory=tmp_path, kit=None))

    assert "--kit DIR" in refused.value.hint
