"""A kit as it lies on the disk: exercises, what their hidden tests declare, diagnoses and their hints.

A folder comes in, and a frozen ``Kit`` goes out, with every fault that its author has to correct: the file, the line,
what is wrong and what to write. Nothing is imported or run: hidden tests are read with ``ast``, so listing a kit loads
no pytest and trusts no author.

- ``kit`` reads ``kit.toml`` and puts the kit together; ``exercise`` reads ``exercise.toml``. Add a key there.
- ``hidden_tests`` reads ``test_hidden.py``: ``functions`` reads one test of it, ``grading`` its points, diagnosis and
  feedback, ``parameters`` its parameter sets, and ``fixtures`` says what it may use. Allow more of pytest there.
- ``place`` says where the kit lies that comes with the grader; ``outline`` reads what an overview needs of a kit.
- ``naming`` knows what people call an exercise: `3`, `join`, `ex01_join`. Understand another word there.
- ``contract`` reads the numbered promises of a stub.
- ``scenarios`` finds scenarios that no test plays, and inputs that none has. ``sources`` salvages what it can from a
  file that is no Python, and ``toplevel`` knows what the names at its top level stand for.
- ``figures`` reads which plays are drawn for the lesson of an exercise, and ``parts`` what a long one is cut into.
- ``pages`` finds the pages on which an author explains diagnoses at length.
- ``catalogue`` has the diagnoses of every kit: ``of_plays``, ``of_python`` and ``of_tasks``. Change a sentence or a
  hint there; ``diagnosis`` is what one consists of.
- ``kept`` keeps a kit that has been read in the user's cache, for the next command.
- ``faults`` is what a fault consists of; ``tables`` reads TOML strictly, also for the ``class.toml`` of ``classroom``.
  Change there how a fault is worded.

    faults tables diagnosis of_plays of_python of_tasks catalogue
    sources toplevel parameters fixtures grading functions hidden_tests scenarios figures contract parts exercise
    pages place naming outline kit kept
"""
