"""How platforms and people lay out what a class handed in; one module for each layout says whose each file is.

The files of an archive come in, a claim for each goes out: this file, of this learner, for this exercise, handed in
then. To add a platform:

1. write a module like ``canvas`` with ``is_ours``, which tells by a file's path whether it may be of this platform, and
   ``read``, which makes the claim for a file or says in words why there is none;
2. give it a value in ``grader.classroom.found.Layout``, which is the word for ``--layout`` as well;
3. name it in ``recognise``, which takes the first layout that three quarters of the files fit, and makes its reader;
4. add the word to ``LAYOUTS`` in ``grader.cli.class_``, which imports nothing of this room.

``gradescope`` is the example for a platform that says in a file of its own whose each submission is.

    canvas moodle gradescope folders flat recognise
"""
