"""A whole class: what a learning platform exports comes in, marks and files to import back go out.

One-way, as the whole package: ``archive  roster  layouts  intake  rules  marks  results  handback``.
"""
