"""What only a browser can tell: that it fits, can be hit and reached, and that the scripts help."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.once  # the site of its own keeps nothing

TARGETS = """() => [...document.querySelectorAll(
    'button, summary, .bar a, .pages a, .foot li a, a.button, .choice, .plate, textarea'
  )].filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.skip'))
  .map((one) => [one.className || one.tagName, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)"""


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A phone at the specimen page."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 320, "height": 640}, locale="en"
    )
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    wide = []
    for frame in ("/", "/plain/", "/quiet/"):
        page.goto(frame)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((frame, width))
    assert wide == []


def test_whatever_is_pressed_is_44_pixels_large(page: Page) -> None:
    assert page.evaluate(TARGETS) == []


@pytest.mark.parametrize("frame", ["/", "/quiet/"])
def test_no_fault_of_access_is_found(page: Page, frame: str) -> None:
    page.goto(frame)
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        found = Axe().run(page)
        assert [fault["id"] for fault in found.response["violations"]] == []


def test_a_word_is_chosen_with_the_keyboard_and_shows_a_tick(page: Page) -> None:
    page.get_by_role("radio", name="A good day").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    chosen = page.get_by_role("radio", name="Doing okay")
    expect(chosen).to_be_checked()
    tick = "input => getComputedStyle(input.nextElementSibling, '::after').content"
    assert "✓" in chosen.evaluate(tick)
    assert chosen.evaluate("input => getComputedStyle(input.nextElementSibling).outlineWidth") == (
        "3px"
    )


def test_leaving_covers_the_page_and_leaves_no_way_back(page: Page) -> None:
    page.goto("/plain/")
    page.locator("a.leave").click()
    page.wait_for_url("**/elsewhere/")
    page.go_back()
    assert "/plain/" not in page.url


def test_shift_three_times_leaves(page: Page) -> None:
    for _ in range(2):
        page.keyboard.press("Shift")
    expect(page.get_by_text("Press Shift once more to leave.")).to_be_attached()
    page.keyboard.press("Shift")
    page.wait_for_url("**/elsewhere/")


def test_writing_capitals_does_not_leave(page: Page) -> None:
    box = page.get_by_label("A few words")
    box.focus()
    for letter in "ABCDE":
        page.keyboard.press(f"Shift+{letter}")
    assert box.input_value() == "ABCDE"
    assert page.url.endswith("/")


def test_without_scripts_the_way_out_is_a_link(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/plain/")
    page.locator("a.leave").click()
    assert page.url.endswith("/elsewhere/")
    context.close()


def test_a_reply_appears_while_the_page_is_open_and_what_is_typed_stays(page: Page) -> None:
    page.get_by_label("A few words").fill("not yet sent")
    expect(page.get_by_text("Soup is ready.").first).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Something new.")).to_be_attached()
    assert page.get_by_label("A few words").input_value() == "not yet sent"


def test_a_chip_says_what_was_chosen_in_it(page: Page) -> None:
    page.locator("#chip summary").click()
    page.get_by_label("nothing", exact=True).check()
    page.locator("#chip summary").click()
    expect(page.locator("#chip summary")).to_have_text("Mina hears: nothing")


def test_the_page_turns_with_the_writing(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")
    mark = page.locator(".mark").bounding_box()
    leave = page.locator(".leave").bounding_box()
    assert mark
    assert leave
    assert leave["x"] < mark["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_page_and_its_sheet_and_scripts_fit_into_fourteen_kilobytes(page: Page) -> None:
    loaded: list[bytes] = []
    page.on("response", lambda response: loaded.append(response.body()))
    page.goto("/plain/", wait_until="networkidle")
    assert len(loaded) >= 4
    assert sum(len(gzip.compress(body)) for body in loaded) <= 14 * 1024
