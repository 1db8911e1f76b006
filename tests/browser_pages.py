"""Pages in headless Chromium, served from memory, so that a test can set the policy of the server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ADDRESS = "http://report.test/"
KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


@dataclass(kw_only=True)
class Visit:
    """A page that is open, with what it asked for and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def visited(
    browser: Browser,
    files: str | Mapping[str, str],
    *,
    policy: str = "",
    width: int = 1280,
    height: int = 900,
    init: str = "",
    **context: Any,
) -> Iterator[Visit]:
    """Open `report.html` of these files, with a policy as a server would send it."""
    known = {"report.html": files} if isinstance(files, str) else files

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        visit.requests.append(name)
        if name not in known:
            route.abort()
            return
        headers = {"Content-Type": f"{KINDS[name.rsplit('.', 1)[1]]}; charset=utf-8"}
        if policy:
            headers["Content-Security-Policy"] = policy
        route.fulfill(body=known[name], headers=headers)

    window = browser.new_context(viewport={"width": width, "height": height}, **context)
    try:
        visit = Visit(page=window.new_page())
        visit.page.on("dialog", lambda dialog: visit.dialogs.append(dialog.message))
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        window.route("**/*", serve)
        if init:
            visit.page.add_init_script(init)
        visit.page.goto(f"{ADDRESS}report.html")
        yield visit
    finally:
        window.close()
