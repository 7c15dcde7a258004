"""A kit as it lies on the disk: exercises, what their hidden tests declare, diagnoses and their hints.

A folder comes in, a frozen ``Kit`` goes out, or a ``KitError`` that names the file and the line. Nothing is imported
or run: hidden tests are read with ``ast``, so listing a kit costs no pytest and trusts no author. To add a key to
``kit.toml`` or ``exercise.toml``, change ``kit`` or ``exercise``; how tables are read and complained about stands in
``tables``; the words of the diagnoses that every kit has stand in ``diagnosis``.

    tables diagnosis hidden_tests exercise kit
"""
