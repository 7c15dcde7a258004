"""A whole class: what a learning platform exports comes in, marks and files to import back go out.

One-way, as the whole package:

    found zip_index unpacking archive  people sheet roster owners  matching  layouts  choosing intake
    rules rules_file marks results moved  filling handback
"""
