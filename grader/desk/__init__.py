"""One use case each: what a learner does in a folder, a run, a class, a test of this computer.

Options come in from the command line, already parsed. Files, screens and notes go out; the command line makes the exit
code of them. Nothing here knows click.

- ``folder`` finds the learner's folder, ``standing`` remembers how far they are, and ``glance`` shows it at once.
- ``workspace`` is the folder that ``grade init`` makes: which files it gets, and how attempts are kept in it.
- ``delivered`` remembers what was put into that folder, to tell what the learner has changed.
- ``meant`` says which exercise a word or a path means.
- ``reset`` puts the stub back, or one function of it, and keeps the learner's file.
- ``lastruns`` keeps the last run of each file that is no answer of the workspace (``--file``), to give hints on it.
- ``whereto`` shows the way to a folder of exercises, and remembers the one used last.
- ``hints`` says which hint follows for a verdict, and finds a learner's own failure to a diagnosis.
- ``plays`` plays an answer as the figures of an exercise do, for `grade solution` and the end of the course.
- ``course`` writes the lessons as pages, with how far the learner is.
- ``learner`` serves every command in such a folder but grading: init, list, hint, report, reset, ...
- ``explaining`` is ``grade explain``.
- ``afterwards`` shows what there is to see of an exercise that is complete: ``grade solution``, and the last page.
- ``run`` grades a learner's files (``grade ex01``), and sends the verdicts to reports and to GitHub.
- ``class_`` grades a class; ``class_files`` writes its pages and tables, and leaves alone what has not changed;
  ``feedback`` sends the learners' pages home.
- ``forgetting`` removes one learner from what a class run has written.
- ``author`` is a room of its own for those who write kits: ``grade kit``.
- ``making`` is ``grade init``; ``editor`` has the files for an editor, ``container`` those for a container.
- ``watching`` waits for files to be saved, and ``keyboard`` for keys; ``watch`` grades a file whenever it is saved.
- ``doctor`` tests whether this computer offers what the grader needs.

To add an option of ``grade run`` that decides what is played, change ``asked_for`` in ``grader.judge.options``, else
``RunOptions``; for ``grade class`` change ``ClassOptions``, and ``again``, which repeats every option that decides a
mark.

    folder standing whereto glance delivered workspace meant reset lastruns hints plays course learner explaining
    afterwards run class_files feedback class_ forgetting watching keyboard watch author editor container making doctor
"""
