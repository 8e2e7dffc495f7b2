"""A state as a resource: POST brings it about, DELETE takes it back.

A form says DELETE by `_method`, since forms only know POST.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

View = Callable[..., HttpResponseBase]


def resource(*, get: View | None = None, post: View | None = None, delete: View | None = None) -> View:
    """One address, a view for each method. Anything else is 405. The views keep their own permissions."""
    views = {"GET": get, "HEAD": get, "POST": post, "DELETE": delete}
    allowed = [method for method, view in views.items() if view is not None]

    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = request.method or ""
        if method == "POST" and request.POST.get("_method", "").upper() == "DELETE":
            method = "DELETE"
        view = views.get(method)
        if view is None:
            return HttpResponseNotAllowed(allowed)
        return view(request, *args, **kwargs)

    respond.views = [view for view in (get, post, delete) if view is not None]  # type: ignore[attr-defined]  # for the test of permissions
    return respond
