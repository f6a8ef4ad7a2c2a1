"""`make evening`: the first evening alone, in a real browser, measured."""

import json
import os
import sys

from playwright.sync_api import sync_playwright

from tests.browser import FLAGS, find
from tests.evening.first_evening import walk_it
from tests.evening.house import House


def main() -> int:
    found = find()
    if not found:
        sys.stdout.write(
            "NO CHROMIUM: the first evening was NOT walked. Install it or set CHROMIUM.\n"
        )
        return 1 if os.environ.get("CI") == "true" else 0
    with House() as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        measured = walk_it(browser, house)
        browser.close()
    sys.stdout.write(json.dumps(measured.as_line()) + "\n")
    return 1 if measured.broken() else 0


sys.exit(main())
