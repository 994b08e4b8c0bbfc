"""People at a browser: each has a window of their own, and does what a person does, by labels and buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# Whether a control leads to another page: a link to an address, or a button that sends a form (no dialog's opener).
LEADS_ON = "c => c.matches('a[href]:not([href^=\"#\"]):not([data-dialog], [data-edit]), button[type=submit]:not([data-dialog])')"


class Person:
    """Somebody signed in, with a window that stays open from step to step."""

    def __init__(self, page: Page, username: str, password: str) -> None:
        self.page, self.username, self.password = page, username, password

    def sign_in(self) -> None:
        """Sign in on the sign-in page."""
        if "/login" not in self.page.url:
            self.page.goto("/login")
        self.page.get_by_label("账号").fill(self.username)
        self.page.get_by_label("密码").fill(self.password)
        self.press("登录")
        assert "/login" not in self.page.url, self.said()

    def open(self, path: str) -> None:
        """Go to an address; sign in again where the session has ended meanwhile."""
        self.page.goto(path)
        ended = self.main.get_by_role("link", name="去登录")
        if ended.count():
            self.click(ended)
        if "/login" in self.page.url:
            self.sign_in()
            self.page.goto(path)

    def go(self, name: str) -> None:
        """Follow an entry of the main navigation."""
        self.follow(re.compile(name), self.page.get_by_role("navigation", name="主导航", exact=True))

    def follow(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Follow the first link of that name."""
        self.click((within or self.main).get_by_role("link", name=name).first)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the first button of that name."""
        self.click((within or self.main).get_by_role("button", name=name).first)

    def click(self, control: Locator) -> None:
        """Click, and wait for the page that it leads to: a click returns before the next page is asked for."""
        if not control.evaluate(LEADS_ON):
            control.click()
            return
        with self.page.expect_navigation():
            control.click()

    def choose(self, name: str) -> None:
        """Follow a task's action, wherever it stands: beside the title or among 更多操作."""
        link = self.main.get_by_role("link", name=name).first
        if not link.is_visible():
            self.main.get_by_text("更多操作").first.click()
        self.click(link)

    def fill(self, **fields: Any) -> None:
        """Fill in fields by their labels."""
        for label, value in fields.items():
            self.field(label).fill(str(value))

    def field(self, label: str) -> Locator:
        """Return the field with that label (what follows it, such as 选填, left aside)."""
        return self.main.get_by_label(re.compile(f"^{re.escape(label)}")).first

    @property
    def main(self) -> Locator:
        """The page's main part."""
        return self.page.get_by_role("main")

    def said(self) -> str:
        """Return what the main part says, white space folded."""
        return " ".join(self.main.inner_text().split())

    def sees(self, text: str) -> None:
        """Wait until a text stands on the page."""
        self.main.get_by_text(text).first.wait_for()


OpenPage = Callable[..., "Page"]
