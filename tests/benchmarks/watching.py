"""What a reader in a browser waits for: the first figure of a page, and the end of a change."""

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

# Set before any script of a page: when its first figure stood there, and when a run of it ended.
WATCH = """
(() => {
    const figures = '[data-testid="stMetricValue"], [data-testid="stDataFrame"],'
        + ' [data-testid="stTable"]';
    const app = () => document.querySelector('[data-test-script-state]');
    const isDone = () => app()?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
    window.seen = {first: null, asked: null, hasRun: false, ended: null};
    const look = () => {
        const seen = window.seen;
        if (seen.first === null && document.querySelector(figures)) seen.first = performance.now();
        if (app() && app().dataset.testScriptState !== 'notRunning') seen.hasRun = true;
        if (seen.ended === null && seen.hasRun && isDone()) seen.ended = performance.now();
    };
    const begin = () => {
        window.seen = {...window.seen, asked: performance.now(), hasRun: false, ended: null};
    };
    new MutationObserver(look).observe(document, {
        subtree: true, childList: true, attributes: true,
        attributeFilter: ['data-test-script-state', 'data-stale'],
    });
    for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, begin, true);
})();
"""
ENDED = "() => window.seen.first !== null && window.seen.ended !== null"
CONTROLS = ("stSelectbox", "stCheckbox", "stButtonGroup", "stTextInput")
# What is looked for in a text: numbers of returns, and words of definitions.
WORDS = ("1001", "refund", "1002", "order", "1003", "amount")
LONGEST = 60_000
# After so long a choice that nothing came of is made again, so often.
UNHEARD, CHOICES = 5_000, 3


@dataclass(frozen=True)
class Opened:
    """Seconds from asking for an address to its first figure, and to the end of its script."""

    first: float
    whole: float


def open_page(page: Page, url: str) -> Opened:
    """Open an address and wait until all of it stands."""
    page.goto(url, wait_until="commit")
    return opened(page)


def opened(page: Page) -> Opened:
    """Wait until a page that is on its way stands."""
    page.wait_for_function(ENDED, timeout=LONGEST)
    seen = page.evaluate("window.seen")
    return Opened(seen["first"] / 1000, seen["ended"] / 1000)


def controls(page: Page) -> list[str]:
    """Return the labels of everything in a page that narrows it, each by its kind."""
    found = []
    for kind in CONTROLS:
        for control in page.get_by_test_id("stMain").get_by_test_id(kind).all():
            label = control.get_by_test_id("stWidgetLabel").inner_text().strip()
            # An e-mail is looked for by its hash, of which the copies have no other.
            if "e-mail" not in label:
                found.append(f"{kind}/{label}")
    return found


def change(page: Page, control: str, number: int) -> float | None:
    """Choose something else and return the seconds until it stands; None for no other choice."""
    kind, _, label = control.partition("/")
    for _ in range(CHOICES):
        widget = _widget(page, kind, label)
        if widget is None or not _choose(page, widget, kind, number):
            return None
        try:
            page.wait_for_function("() => window.seen.hasRun", timeout=UNHEARD)
        except PlaywrightTimeoutError:
            # A click on what is drawn anew at that moment reaches nobody.
            continue
        page.wait_for_function("() => window.seen.ended !== null", timeout=LONGEST)
        seen = page.evaluate("window.seen")
        return float(seen["ended"] - seen["asked"]) / 1000
    raise RuntimeError(f"{control} of {page.url} does nothing")


def _widget(page: Page, kind: str, label: str) -> Locator | None:
    for widget in page.get_by_test_id("stMain").get_by_test_id(kind).all():
        if widget.get_by_test_id("stWidgetLabel").inner_text().strip() == label:
            widget.scroll_into_view_if_needed()
            return widget
    return None


def _choose(page: Page, widget: Locator, kind: str, number: int) -> bool:
    if kind == "stSelectbox":
        return _select(page, widget, number)
    if kind == "stCheckbox":
        widget.locator("label").first.click()
    elif kind == "stTextInput":
        widget.get_by_role("textbox").or_(widget.get_by_role("searchbox")).fill(
            WORDS[number % len(WORDS)]
        )
        page.keyboard.press("Enter")
    else:
        buttons = widget.get_by_role("radio").or_(widget.get_by_role("button")).all()
        buttons[(number + 1) % len(buttons)].click()
    return True


def _select(page: Page, widget: Locator, number: int) -> bool:
    widget.get_by_role("combobox").click()
    options = page.get_by_role("option")
    options.first.wait_for()
    chosen = [one.get_attribute("aria-selected") == "true" for one in options.all()]
    others = [place for place, is_chosen in enumerate(chosen) if not is_chosen]
    if not others:
        page.keyboard.press("Escape")
        return False
    options.nth(others[number % len(others)]).click()
    return True


def cycle(found: list[str], times: int) -> Iterator[tuple[str, int]]:
    """Yield so many changes, one control after another, and how often each had its turn."""
    for number in range(times):
        yield found[number % len(found)], number // len(found)
