"""The least of a browser: keeps cookies, fills forms in, follows redirects. Standard library only, for `demo --check`."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy


class Form:
    """Where a form goes and what stands in its fields already."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append(Form(given.get("action", "")))
            self._open = True
        elif self._open and given.get("name") and _counts(tag, given):
            self.found[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def _counts(tag: str, given: dict[str, str]) -> bool:
    """Whether a field goes along when nobody touches it."""
    if tag not in ("input", "textarea", "select"):
        return False
    return given.get("type") not in ("checkbox", "radio", "submit", "file") or "checked" in given


class Browser:
    """One person's session with one site."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = CookieJar(DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainLiberal))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[int, str]:
        return self._answer(urllib.request.Request(urllib.parse.urljoin(self.url, path)))  # noqa: S310 - our own site

    def submit(self, page: str, form: Form, **filled: str) -> tuple[int, str]:
        """Send a form that stands on `page`, with these fields filled in."""
        target = urllib.parse.urljoin(urllib.parse.urljoin(self.url, page), form.action)
        body = urllib.parse.urlencode({**form.fields, **filled}).encode()
        return self._answer(urllib.request.Request(target, data=body, headers={"Referer": self.url + "/"}))  # noqa: S310

    def form(self, page: str, *, with_fields: set[str], action: str = "") -> Form:
        """The first form of the page that has these fields and goes there. Raises LookupError."""
        status, html = self.get(page)
        parser = _Forms()
        parser.feed(html)
        for form in parser.found:
            if with_fields <= set(form.fields) and action in form.action:
                return form
        raise LookupError(f"no form with {', '.join(sorted(with_fields))} on {page} (status {status})")

    def _answer(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=20) as response:
                return response.status, response.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
