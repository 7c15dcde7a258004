"""One use case each: what a learner does in a folder, a run, a class, a test of this computer.

Options come in from the command line, already parsed. Files, screens and notes go out; the command line makes the exit
code of them. Nothing here knows click.

- ``workspace`` is the folder that ``grade init`` makes: which files it gets, and how attempts are kept in it.
- ``lastruns`` keeps the last run of each file that is no answer of the workspace (``--file``), to give hints on it.
- ``hints`` says which hint follows for a verdict, and finds a learner's own failure to a diagnosis.
- ``course`` writes the lessons as pages, with how far the learner is.
- ``learner`` serves every command in such a folder but grading: init, list, hint, explain, solution, report, reset, ...
- ``run`` grades a learner's files (``grade ex01``), and sends the verdicts to reports and to GitHub.
- ``class_`` grades a class; ``class_files`` writes its pages and tables, and leaves alone what has not changed.
- ``author`` is a room of its own for those who write kits: ``grade kit``.
- ``watching`` waits for files to be saved, and ``keyboard`` for keys; ``watch`` grades a file whenever it is saved.
- ``doctor`` tests whether this computer offers what the grader needs.

To add an option of ``grade run`` that decides what is played, change ``asked_for`` in ``grader.judge.options``, else
``RunOptions``; for ``grade class`` change ``ClassOptions``, and ``again``, which repeats every option that decides a
mark.

    workspace lastruns hints course learner run class_files class_ watching keyboard
    watch author doctor
"""
