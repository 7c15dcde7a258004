"""Everything that runs beside a learner's code. Of the rest of the package it imports ``wire``, ``values`` and
``recording`` only.

``zygote`` is a warm process that has imported anyio, trio and both backends once and forks a child per job;
``player`` plays; ``stage`` is what a scenario may use; ``surroundings`` is what the process shares with the student's
code; ``harden`` and ``sweep`` limit and end it; ``simulation`` owns
virtual time, the order of task steps and the verdict on how a play ended. Nothing that is decided here is a grade.
"""
