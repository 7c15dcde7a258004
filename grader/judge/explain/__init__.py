"""From what happened to what is wrong: rules that look at recordings, at the syntax tree and at the line in question.

Evidence comes in, of every hidden test that failed on every backend; findings go out, one for each failure, and which
of them is the root of the others. Nothing is played here, and no verdict depends on it: that a test failed is known.

- ``telling`` chooses the play that shows why a hidden test failed, while the test is at hand.
- ``code`` is the submission's syntax tree, ``evidence`` what is known of one failure, ``finding`` what a rule says of
  it; ``words`` puts values and kinds into a learner's words, ``turns`` a schedule.
- The rules stand in three layers: mistakes of Python and of the interface (``names``, ``awaiting``, ``calls``,
  ``operands``, ``exceptions``, ``dropped``, ``returned``, ``tasks``, ``leaving``, ``endings``), mistakes of concurrency
  (``order``, ``waiting``, ``cancelling``), and what the author says.
- ``rules`` asks them all, the most specific first; ``lines`` finds the line for those that name none, and ``contrast``
  what was got against what was expected.
- ``learned`` is what the wrong answers of a kit teach about an exercise, and ``roots`` finds the failure to mend first.

    code finding words turns telling evidence names raised awaiting calls operands exceptions dropped returned tasks
    leaving endings lines order waiting cancelling contrast rules learned roots
"""
