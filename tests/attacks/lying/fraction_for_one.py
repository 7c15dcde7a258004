# expect: fails
# policy: nothing
"""A fraction equals the number it comes to."""

from fractions import Fraction


async def answer():
    return Fraction(2, 2)
