"""The application that granian serves.

Our middleware and nearly all views are plain functions. Django's own ASGI handler would take each middleware of its own
to a thread and back, twice a request; here the whole request takes one step into a thread. Streams (the live view) still
run on the event loop, since what a view returns is sent from there.
"""

from __future__ import annotations

import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upheld.config.settings")


class Handler(ASGIHandler):
    """Django's handler, with its middleware in one thread."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django asks for True
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


def _application() -> Handler:
    django.setup(set_prefix=False)
    return Handler()


application = _application()
