"""The browser of a process's tests, open from the first that looks through it to the first that does not."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws the same pages with half the work: it has no windows, tabs and profiles to keep."""
CHROMIUM = next((path for path in map(shutil.which, PROGRAMS) if path), None)


class Opened:
    """While it is open its loop runs in this thread, and no other test may find it running (tests/conftest.py closes it before one)."""

    def __init__(self) -> None:
        self._leaving = contextlib.ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        """Return it, opened where it is not."""
        self._browser = self._browser or self._open()
        return self._browser

    def close(self) -> None:
        """Close it, if it is open."""
        if self._browser is not None:
            self._browser = None
            self._leaving.close()

    def _open(self) -> Browser:
        from playwright.sync_api import sync_playwright  # a large library, for some processes alone

        # the database is only used between the steps of the browser
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        self._leaving.callback(os.environ.pop, "DJANGO_ALLOW_ASYNC_UNSAFE", None)
        playwright = self._leaving.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--headless=new"])
        self._leaving.callback(browser.close)
        return browser


OPENED = Opened()
