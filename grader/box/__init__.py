"""Everything that runs beside a learner's code. Of the other rooms it imports ``wire`` alone.

``main`` is the first code of a new process: it takes the orders and begins the ``selftest``. The process then becomes a
``zygote``, which has imported anyio, trio and both backends once and forks a child per job. Before a byte of the
learner's file is loaded, the child lowers its limits and puts up the ``fence`` of its level: files and ports with
Landlock (``kernel``), system calls with ``seccomp``. Then ``player`` plays; ``stage`` is what a scenario may use;
``simulation`` owns virtual time, the order of task steps and how a play ended. Jobs come in, recordings go out as
lines, and no grade is decided here.

To allow a system call, add its number to the tables in ``seccomp``; to change a resource limit or the number of ports,
see the top of ``fence``; which files are open comes with the orders, from ``sandbox.grants``. To have the self-test try
one more thing, add it to ``selftest``.

    kernel seccomp fence selftest simulation stage player zygote main
"""
