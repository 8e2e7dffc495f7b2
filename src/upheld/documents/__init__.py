"""The documents of a policy: one neutral tree for each, written as HTML, tagged PDF, DOCX and Markdown.

Words owned here: *document* (one of the eight kinds), *block* and *run* (what its tree is made of), *format*, *skeleton* (the
text that stands in where a policy has none of its own), *phrase*, *subscription*. `composing` makes the tree of a policy; it, the
formats and `building` need neither Django nor a database. Numbers and names come from clauses and are never typed.
"""
