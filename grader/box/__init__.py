"""Everything that runs beside a learner's code. Of the rest of the package it imports ``wire``, ``values`` and
``recording`` only.

``boot`` takes a new process to its place and has ``selftest`` try the fences; ``zygote`` is that process, which has
imported anyio, trio and both backends once and forks a child per job. Before a byte of a student's file is loaded, the
child lowers its limits (``harden``) and puts up the ``fence`` of its level, made of ``landlock`` and ``seccomp`` (both
speak to the ``kernel``); ``ports`` and ``loading`` are for exercises that need the network or processes. ``player``
plays; ``stage`` is what a scenario may use; ``surroundings`` is what the process shares with the student's code;
``simulation`` owns virtual time, the order of task steps and the verdict on how a play ended; ``sweep`` ends what was
started. Nothing that is decided here is a grade.
"""
