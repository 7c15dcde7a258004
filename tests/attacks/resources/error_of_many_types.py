# expect: raised
# policy: please-look
"""An exception whose class has hundreds of bases with long names, with a million characters in its message."""

kind = ValueError
for number in range(300):
    kind = type("E" * 100_000 + str(number), (kind,), {})


async def answer():
    raise ExceptionGroup("a group", [kind("x" * 10**6, [[]] * 1000, number) for number in range(50)])
