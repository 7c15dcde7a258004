"""A kit as it lies on the disk: exercises, what their hidden tests declare, diagnoses and their hints.

A folder comes in, a frozen ``Kit`` goes out, or a ``KitError`` that names the file and the line. Nothing is imported
or run: hidden tests are read with ``ast``, so listing a kit loads no pytest and trusts no author.

- ``kit`` reads ``kit.toml`` and puts the kit together; ``exercise`` reads ``exercise.toml``. Add a key there.
- ``hidden_tests`` reads points, diagnosis and feedback of every test in ``test_hidden.py``.
- ``figures`` reads which plays are drawn for the lesson of an exercise.
- ``catalogue`` has the diagnoses of every kit: ``of_plays``, ``of_python`` and ``of_tasks``. Change a sentence or a
  hint there; ``diagnosis`` is what one consists of.
- ``tables`` reads TOML strictly, also for the ``class.toml`` of ``classroom``. Change there how an error is worded.

    faults tables diagnosis of_plays of_python of_tasks catalogue hidden_tests figures exercise kit
"""
