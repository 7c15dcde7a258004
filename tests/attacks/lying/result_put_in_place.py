# expect: tampered
# policy: import
"""Puts what it has recorded into the stage's rows by hand, without having recorded it."""

import gc


async def answer():
    (performance,) = (each for each in gc.get_objects() if type(each).__name__ == "Performance")
    performance._stage.marks.append([0.0, "answer", 1])
    return 1
