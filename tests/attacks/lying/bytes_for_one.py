# expect: fails
# policy: nothing
"""Bytes that look like the number."""


async def answer():
    return b"\x01"
