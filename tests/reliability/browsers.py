"""Many people at once over real HTTP: each with a cookie of their own, submitting the forms a page shows them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

from lxml import html


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Browser:
    """One person. ``answers`` are the statuses of all requests, ``seconds`` how long each write took."""

    url: str
    answers: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _NoRedirect())

    def get(self, path: str) -> str:
        """Get a page's text."""
        return self._ask(path, None)[1]

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> tuple[int, str]:
        """Send a form; gives the status and the page."""
        start = time.perf_counter()
        answer = self._ask(path, urlencode(fields).encode())
        self.seconds.append(time.perf_counter() - start)
        return answer

    def sign_in(self, username: str, password: str) -> None:
        """Sign in."""
        fields = form_fields(self.get("/login"), username=username, password=password)
        status, _page = self.post("/login", fields)
        assert status == 303, status
        self.seconds.clear()

    def _ask(self, path: str, data: bytes | None) -> tuple[int, str]:
        try:
            with self._opener.open(f"{self.url}{path}", data, timeout=60) as response:
                status, body = response.status, response.read()
        except HTTPError as answer:
            status, body = answer.code, answer.read()
        self.answers.append(status)
        return status, body.decode()


def form_fields(page: str, **changes: str) -> list[tuple[str, str]]:
    """The fields of a page's first form in the main area as it was shown, some of them changed."""
    root = html.fromstring(page)
    form = next(iter(root.xpath("//main//form[@method='post']")))
    fields = [(name, value) for name, value in form.form_values() if name not in changes]
    return [*fields, *changes.items()]


def all_at_once(work: Callable[[int], object], people: int) -> None:
    """Let ``people`` threads do ``work(number)``, beginning together; the first exception of any is raised."""
    barrier = threading.Barrier(people)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
