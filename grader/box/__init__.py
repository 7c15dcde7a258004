"""Everything that runs beside a learner's code. Of the other rooms it imports ``wire`` alone.

``main`` starts a new process and tests its fences, ``zygote`` is that process: it has imported anyio, trio and both
backends once and forks a child per job. The child lowers its limits and puts up the ``fence`` of its level, made of
what the ``kernel`` offers (Landlock and seccomp), before a byte of the learner's file is loaded. Then ``player`` plays;
``stage`` is what a scenario may use; ``simulation`` owns virtual time, the order of task steps and how a play ended.
Jobs come in, recordings as lines go out, and nothing that is decided here is a grade.

    kernel seccomp fence selftest simulation stage player zygote main
"""
