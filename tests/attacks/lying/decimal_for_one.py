# expect: fails
# policy: nothing
"""A decimal equals the number it comes to."""

from decimal import Decimal


async def answer():
    return Decimal(1)
