"""Changes of policy files that leave every other byte as it is: comments, order, blanks and quotes survive. Pure.

Each module turns one form (a table of times, a ladder, a week …) into edits of `Source`; nothing here knows a database.
"""
