"""The application that granian serves.

Our middleware and views are plain functions. Django's own ASGI handler takes a request to a thread and back several times:
for each of its middlewares, for its signals, for closing the response. Here the whole of a request is one step into one of
a fixed number of threads, which is twice as fast, and the number of threads bounds the number of database connections.
Few threads are faster than many: each answer of the database has to wait for the thread that Python runs just then, so that
with ten of them a page took three times as long as with two (bench/README.md).
What a view streams (the live view) is sent from the event loop, and holds no thread.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, cast

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upheld.config.settings")

Message = Mapping[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Handler(ASGIHandler):
    """Django's handler, with a request in one thread."""

    def __init__(self) -> None:
        super().__init__()
        threads = settings.UPHELD_WEB_THREADS
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django asks for True
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Upheld speaks HTTP and not {scope['type']}.")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self._in_thread(self._answer, scope, body)
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """From the first signal to the last, in one thread, with its database connection given back at the end."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        if request is None:
            body.close()
            assert refusal is not None
            return refusal
        response = self.get_response(request)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if isinstance(response, StreamingHttpResponse):
            close_old_connections()
            if not response.is_async:
                response.streaming_content = self._read(cast("Iterator[bytes]", response.streaming_content))
        else:
            response.close()  # sends request_finished; what was rendered stays readable
        return response

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send until the end, or until the browser goes."""
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._in_thread(response.close)

    async def _read(self, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
        """A file, block by block, so that a slow reader keeps neither a thread nor the file in memory."""
        blocks = iter(parts)
        while (part := await self._in_thread(next, blocks, None)) is not None:
            yield part

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await sync_to_async(work, thread_sensitive=False, executor=self.threads)(*arguments)


def _application() -> Handler:
    django.setup(set_prefix=False)
    handler = Handler()
    # What was loaded stays for good. A request leaves few circles behind: to look through everything for them every 700 new
    # objects, which is Python's habit, costs some percent of every page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    return handler


application = _application()
