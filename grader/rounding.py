"""Rounds numbers in the one way in which all reports do: half to even, at the digit that is shown.

A mark is rounded once, to hundredths, where it is made (``classroom.marks``); means, shares and totals are computed
from those marks and rounded when they are written. So a program that reads ``grades.csv`` arrives at the numbers of
every page and screen. Half to even is the rule of IEEE 754 and of Python's ``round``, and adds no bias to a mean.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

POINTS = 2
"""Digits after the point of marks and totals."""
MEANS = 1
"""Digits after the point of means, medians and the per cent of a class."""

_NOISE = Decimal("1e-9")
"""A float that is meant to be 0.125 may be 0.12499999999999999; a real number this near to a tie is taken for one."""


def rounded(number: float | Fraction | Decimal, places: int) -> Decimal:
    """Round a finite number half to even."""
    exact = _decimal(number).quantize(_NOISE, rounding=ROUND_HALF_EVEN)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def hundredths(points: float) -> float:
    """The points of a mark, as they stand in every table."""
    return float(rounded(points, POINTS))


def exact(number: float) -> Fraction:
    """The number that a float is written as in decimal digits, so that 0.1 and 0.2 add up to 0.3."""
    return Fraction(repr(number))


def number_said(number: float | Fraction | Decimal, places: int = POINTS) -> str:
    """Write a number with at most so many digits after the point, and no noughts at its end: ``87.5``, ``100``."""
    text = f"{rounded(number, places):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def share_said(part: float | Fraction, whole: float | Fraction) -> str:
    """Say a share in whole per cent: ``67%``; nothing of nothing is ``0%``."""
    return f"{number_said(Fraction(part) * 100 / Fraction(whole), 0) if whole else 0}%"


def _decimal(number: float | Fraction | Decimal) -> Decimal:
    if isinstance(number, Fraction):
        return Decimal(number.numerator) / Decimal(number.denominator)
    return number if isinstance(number, Decimal) else Decimal(repr(number))
