"""A whole class: what a learning platform exports comes in, marks and files to import back go out.

``grader.desk.class_`` runs a class from end to end: ``intake`` takes the files in, ``run`` has them graded, ``marks``
turns verdicts into points, ``handback`` writes them for the platform. The modules, each importing earlier ones alone:

    people sheet               names and keys of people; CSV files that keep every byte
    found zips archive         the files in a folder or zip, unpacked without trusting any
    pool batch                 grading on every processor or on a cluster, and what to do when workers die
    gradebook                  verdicts from the moment they are known, and when an earlier one is used again
    roster matching            who is in the class; which exercise a file is for
    layouts                    whose each file is: how a platform names its files, and where one is added
    intake                     which of a learner's files counts within one export
    weighing rules marks       ``class.toml``; which hand-in counts between runs, what being late costs, points by hand
    totals remarks             which marks count in the total, and how often; what the instructor says to learners
    handback                   points written into Canvas' or Moodle's own file
    run                        grading the files of one intake; verdicts in the gradebook are used again

A new key of ``class.toml`` is read in ``rules`` and applied in ``marks``, or in ``totals`` if it is about the total
alone; the late rule is ``marks._days_late`` and ``marks._deducted``.
"""
