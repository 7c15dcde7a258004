"""What a submission is, read without running a line of it.

A path comes in; a ``Submission`` goes out, or a ``Fault`` that the learner can act on, and the lines that an instructor
should look at. Reading deters and teaches; the box is what protects.

- ``submission`` takes the file in: its type, its size, its encoding.
- ``program`` parses it within bounds, and finds the place of a fault in the source. ``texts`` works out the texts that
  are put together from constants, and ``names`` tells what names mean.
- ``interface`` compares it with the stub: names, ``async``, parameters.
- ``promises`` reads what the functions of a stub promise to return, and how a submission defines them.
- ``rules`` applies what an exercise forbids, and has ``check``, which runs all of these but ``submission``.
- ``please_look`` finds what no rule forbids and an instructor may want to see. ``owned`` tells it which objects are
  seen to be of the program's own classes, from ``scopes``, ``decorators``, ``classes``, ``uses`` and ``kinds``, and
  ``foreign`` which may have come from outside, along the arrows of ``flow``; ``reaching`` knows the functions of
  libraries that take attributes by their names.

To forbid something in one exercise, change its ``exercise.toml``; for every exercise, change ``rules``.

    submission texts names program interface scopes decorators promises classes uses kinds flow foreign owned reaching
    please_look rules
"""
