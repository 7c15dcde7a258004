"""A whole class: what a learning platform exports comes in, marks and files to import back go out.

``archive`` unpacks what was handed in, ``layouts`` say whose each file is, ``intake`` brings both together with the
``roster``; ``batch`` and ``pool`` grade it on every processor, ``gradebook`` keeps each verdict from the moment it is
known; ``rules`` are the instructor's (deadlines, late days, marks by hand), ``marks`` applies them, ``handback`` writes
them into the platform's own file. ``run`` is one class from end to end. To change what being late costs, see ``rules``.

    found zips archive people sheet pool batch gradebook roster matching layouts intake rules marks handback run
"""
