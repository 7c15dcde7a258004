"""What the box and the judge say to each other, and how it is written down.

The trusted side sends the box jobs and requests for plays; the box answers each play with one line, which becomes a
``Recording``. Both sides import this room, so nothing here may depend on anything but the standard library, and
nothing here decides about points. Reading a line from a box is done with suspicion, in ``sandbox.reading``.

To change what a recording holds, begin with its row in ``recording``; to change which values may cross, ``values``.

    lines values orders recording
"""

BACKENDS = ("asyncio", "trio")
"""The event loops that everything is played on."""
