"""The pages: the workspace of the people who work here (`desk`), the customers' front (`portal`), signing in, and the live view.

A page decides nothing: it loads what the viewer may see, calls one action, and renders or redirects. Everything works without
JavaScript; scripts only make it quicker. Owns the words view (of a queue), chip, notice, drawer.
"""
