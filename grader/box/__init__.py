"""Everything that runs beside a learner's code. Of the rest of the package it imports ``wire`` and ``recording`` only.

``zygote`` is a warm process that has imported anyio, trio and both backends once and forks a child per job;
``player`` plays; ``stage`` is what a scenario may use; ``surroundings`` is what a process shares with it; ``simulation`` owns
virtual time, the order of task steps and the verdict on how a play ended. Nothing that is decided here is a grade.
"""
