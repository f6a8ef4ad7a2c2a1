"""Somebody at a browser nobody used before: what they see, press, type and have to decide."""

import time
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

from tests.evening.post import Letter

# A mail program puts its own frame around a mail: headings and landmarks are not ours there.
_PAGE_RULES = {"resultTypes": ["violations"]}
_MAIL_RULES = _PAGE_RULES | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# By night a page has other colours and nothing else, so only what looks at colours looks again.
_NIGHT_RULES = _PAGE_RULES | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}
_FIND_FAULTS = "(rules) => axe.run(rules).then((found) => found.violations)"


class Reader:
    """One tab in a fresh profile. It counts, and keeps what nobody should ever see."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        *,
        faults: list[str],
        width: int = 390,
        script: bool = True,
        checks: bool = True,
    ) -> None:
        self.site = site
        self.checks = checks
        self.script = script
        self.browser = browser
        self.faults = faults
        self.context = browser.new_context(
            base_url=site,
            locale="en-DE",
            timezone_id="Europe/Berlin",
            viewport={"width": width, "height": 844},
            java_script_enabled=script,
        )
        self.page: Page = self.context.new_page()
        self.screens = 0
        self.decisions = 0
        self.requests = 0
        self.seconds_of_checking = 0.0
        self.page.on("domcontentloaded", self._arrived)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.context.on("request", self._request)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()

    def open(self, address: str) -> None:
        """Open an address: the site's own, or one that stood in a mail."""
        self.page.goto(address)

    def choose(self, choice: Locator | str) -> None:
        """Tick one thing. Each is a decision, and each is counted."""
        found = self.page.get_by_label(choice, exact=True) if isinstance(choice, str) else choice
        found.check(force=True)  # the plate drawn over a radio takes the click in its place
        self.decisions += 1

    def write(self, label: str, words: str) -> None:
        """Type into the field of that label."""
        self.page.get_by_label(label, exact=True).fill(words)

    def press(self, name: str) -> None:
        """Press the button of that name, and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the link of that name."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def unfold(self, name: str) -> None:
        """Open the folded part of that name."""
        self.page.locator("summary").filter(has_text=name).first.click()

    @property
    def words(self) -> str:
        """What stands on the page."""
        return self.page.locator("main").inner_text()

    def look(self) -> None:
        """Look at this page as somebody who needs it to be accessible, by day and by night."""
        if not self.checks:
            return
        begun = time.monotonic()
        if self.script:
            self._check(self.page)
        else:
            self._check_with_a_twin()
        self.seconds_of_checking += time.monotonic() - begun

    def _check_with_a_twin(self) -> None:
        # The check itself is a script: it looks at the same page in a browser that runs some.
        twin = self.browser.new_context(
            storage_state=self.context.storage_state(), viewport=self.page.viewport_size
        )
        page = twin.new_page()
        page.goto(self.page.url)
        self._check(page)
        twin.close()

    def _check(self, page: Page, rules: dict[str, Any] = _PAGE_RULES) -> None:
        where = urlsplit(page.url).path
        page.evaluate(AXE_SCRIPT)
        for colours, asked in (("light", rules), ("dark", _NIGHT_RULES)):
            page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            for fault in page.evaluate(_FIND_FAULTS, asked):
                nodes = [node["html"][:120] for node in fault["nodes"]]
                self.faults.append(f"{where} {colours}: {fault['id']} {nodes}")
        page.emulate_media(color_scheme="light")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.faults.append(f"{where} is {wide} pixels wider than the window")

    def read(self, letter: Letter) -> None:
        """Look at a mail as a mail program shows it. It has to stand without fetching anything."""
        before = self.requests
        self.page.set_content(letter.html)
        self._check(self.page, _MAIL_RULES)
        if self.requests != before:
            self.faults.append(f"the mail “{letter.subject}” fetches something")

    def _arrived(self, page: Page) -> None:
        self.screens += 1

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 410 or 404 on purpose is no fault of the page.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        self.requests += 1
        if asked.scheme in {"http", "https"} and asked.netloc != urlsplit(self.site).netloc:
            self.faults.append(f"asked {asked.netloc} for something")
