"""Statements that are made once: what is asked and written all day, without Django's compiler in between.

Django makes the SQL of a query anew each time, which takes five to ten times as long as asking the database. `Asked` lets it make
the SQL once; `add`, `change` and their like keep that of an INSERT or UPDATE. Models stay the one description of the tables.
For what is asked now and then, a query of Django's is shorter and better. Any room with rows may call this one.
"""

from upheld.statements.asking import Asked, Given, among, take_over
from upheld.statements.writing import add, add_all, add_once, add_together, change, change_all, next_numbers

__all__ = [
    "Asked",
    "Given",
    "add",
    "add_all",
    "add_once",
    "add_together",
    "among",
    "change",
    "change_all",
    "next_numbers",
    "take_over",
]
