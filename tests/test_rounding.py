"""Numbers are rounded half to even at the digit shown, and float noise does not decide a tie."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.rounding import exact, hundredths, number_said, rounded, share_said


@pytest.mark.parametrize(
    ("number", "places", "said"),
    [
        (0.5, 0, "0"),
        (1.5, 0, "2"),
        (2.5, 0, "2"),
        (67.85, 1, "67.8"),
        (67.75, 1, "67.8"),
        (10.125, 2, "10.12"),
        (10.135, 2, "10.14"),
        (29.999999999999996, 2, "30"),
        (0.1 + 0.2, 2, "0.3"),
        (99.999, 2, "100"),
        (99.99, 2, "99.99"),
        (-0.001, 2, "0"),
        (100, 2, "100"),
        (Fraction(200, 3), 2, "66.67"),
    ],
)
def test_a_number_is_rounded_half_to_even_and_ends_in_no_nought(number: float, places: int, said: str) -> None:
    assert number_said(number, places) == said


def test_a_tie_that_a_float_misses_by_its_noise_is_still_a_tie() -> None:
    assert str(rounded(10.134999999999998, 2)) == "10.14"
    assert hundredths(0.285 * 100 / 10) == 2.85


def test_numbers_add_up_as_they_are_written() -> None:
    assert sum(exact(number) for number in (0.1, 0.2)) == exact(0.3)


def test_a_share_is_in_whole_per_cent_and_nothing_of_nothing_is_none() -> None:
    assert [share_said(part, whole) for part, whole in ((2, 3), (1, 200), (3, 200), (0, 0))] == [
        "67%",
        "0%",
        "2%",
        "0%",
    ]
