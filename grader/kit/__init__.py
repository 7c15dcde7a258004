"""A kit as it lies on the disk: exercises, what their hidden tests declare, diagnoses and their hints.

A folder comes in, a frozen ``Kit`` goes out, or a ``KitError`` that names the file and the line. Nothing is imported
or run: hidden tests are read with ``ast``, so listing a kit loads no pytest and trusts no author.

- ``kit`` reads ``kit.toml`` and puts the kit together; ``exercise`` reads ``exercise.toml``. Add a key there.
- ``hidden_tests`` reads points, diagnosis and feedback of every test in ``test_hidden.py``.
- ``diagnosis`` has the words of the diagnoses that every kit has. Change a sentence or a hint there.
- ``tables`` reads TOML strictly, also for the ``class.toml`` of ``classroom``. Change there how an error is worded.

    tables diagnosis hidden_tests exercise kit
"""
