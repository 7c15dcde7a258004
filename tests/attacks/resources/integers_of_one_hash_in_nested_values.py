# expect: limit
# policy: nothing
"""Integers of one hash, each in another dict, tuple or list, for a test that puts them together."""


async def answer():
    numbers = [number * (2**61 - 1) for number in range(4000)]
    return [numbers[::3], [{number: ()} for number in numbers[1::3]], [({"a": number},) for number in numbers[2::3]]]
