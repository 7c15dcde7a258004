"""What the box and the trusted side say to each other, and how it is written down.

In: jobs and requests for plays, which the trusted side sends as lines of JSON. Out: one line for each play, which
``sandbox.reading`` turns into a ``Recording`` for the judge and the hidden tests. Both sides import this room, so it
depends on the standard library alone, and it decides about nothing: neither about points nor about trust.

To change how long or how deep a line may be, see ``lines``; which values cross, how they are written and what they
equal, ``values``; which choices a seed makes, ``turns``; what a recording holds and what hidden tests may ask of it,
``recording``, and of a span, a mark or an exception in it, ``rows``; what a child writes while one call into C keeps it
from answering, ``stalls``. A new field of a row (a span, a mark, an event) is stated in ``rows`` and filled in by
``box.stage`` or ``box.player``, and by ``box.simulation.trace`` for a trace; reading and storing follow. A new field of
the whole message is written in ``box.player`` and read in ``sandbox.reading``.

    lines values orders turns rows recording stalls
"""

BACKENDS = ("asyncio", "trio")
"""The event loops that everything is played on, unless it needs none."""
PLAIN = "python"
"""What stands in the place of a backend where there is no event loop: scenarios are plain functions."""
