"""The dashboard over a large publication: first content, filter changes, readers, memory."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.benchmarks.multiplied import multiply
from tests.benchmarks.run import runs_of
from tests.benchmarks.sizes import Size
from tests.benchmarks.table import Section
from tests.benchmarks.watching import WATCH, Opened, change, controls, cycle, open_page, opened
from tests.browser.looking import FLAGS, PAGES, chromium_path, free_port, started, starting

TRIVIAL = Path(__file__).with_name("trivial.py")
MOST_OVER, MOST_CHANGE = 0.5, 1.0
VIEW: ViewportSize = {"width": 1280, "height": 900}


@dataclass
class Seen:
    """All that was measured of one page, in seconds; changes by the control that was used."""

    opened: list[Opened] = field(default_factory=list)
    together: list[Opened] = field(default_factory=list)
    changes: dict[str, list[float]] = field(default_factory=dict)

    @property
    def first(self) -> float:
        """The median of the first content, of one reader alone."""
        return median(one.first for one in self.opened)

    @property
    def all_changes(self) -> list[float]:
        """Every change, whatever was changed."""
        return [seconds for changes in self.changes.values() for seconds in changes]


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield what readers of each page wait for, alone and some at once."""
    home = scratch.parent / "run" / "home"
    if not home.exists():
        for _ in islice(runs_of(home, returns=size.run_returns), 2):
            continue
    copies = multiply(home, scratch / "large", returns=size.shown_returns)
    seen, memory = watch(scratch / "large", size)
    yield _alone(size, seen, returns=copies.cases, copies=copies.count)
    yield _together(size, seen, memory, returns=copies.cases)


def watch(home: Path, size: Size) -> tuple[dict[str, Seen], Sequence[int]]:
    """Look at every page of a home, alone and together; return what was seen, and the memory."""
    with ExitStack() as stack:
        port, other = free_port(), free_port()
        server = stack.enter_context(started(home, starting(port), DASHBOARD_USER="ann"))
        trivial = starting(other, "--server.headless", "true", app=TRIVIAL)
        stack.enter_context(started(home, trivial))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        addresses = {"trivial": f"http://127.0.0.1:{other}/"}
        addresses |= {path: f"http://127.0.0.1:{port}{path}" for path in PAGES}
        seen = {path: Seen() for path in addresses}
        begun = memory_mib(server)
        _look_alone(browser, addresses, seen, looks=size.looks)
        _look_together(browser, addresses, seen, size)
        _change(browser, addresses, seen, changes=size.looks)
        memory = (begun, *memory_mib(server, "VmRSS", "VmHWM"))
        browser.close()
    return seen, memory


def _look_alone(
    browser: Browser, addresses: dict[str, str], seen: dict[str, Seen], *, looks: int
) -> None:
    page = _reader(browser)
    open_page(page, addresses["trivial"])
    for _ in range(looks):
        for path, url in addresses.items():
            seen[path].opened.append(open_page(page, url))
    page.context.close()


def _look_together(
    browser: Browser, addresses: dict[str, str], seen: dict[str, Seen], size: Size
) -> None:
    pages = [_reader(browser) for _ in range(size.readers)]
    # Where figures count, a first round does not: in it each browser gets the scripts.
    uncounted = int(size.is_judged)
    for number in range(uncounted + ceil(size.looks / size.readers)):
        for path, url in addresses.items():
            for page in pages:
                page.goto(url, wait_until="commit")
            together = [opened(page) for page in pages]
            if number >= uncounted:
                seen[path].together += together
    for page in pages:
        page.context.close()


def _change(
    browser: Browser, addresses: dict[str, str], seen: dict[str, Seen], *, changes: int
) -> None:
    page = _reader(browser)
    for path, url in addresses.items():
        if path == "trivial":
            continue
        open_page(page, url)
        for place, (control, number) in enumerate(cycle(controls(page), changes)):
            # Each from the page as it opens, so that filters do not leave less and less.
            if place:
                open_page(page, url)
            seconds = change(page, control, number)
            if seconds is not None:
                seen[path].changes.setdefault(control, []).append(seconds)
    page.context.close()


def _reader(browser: Browser) -> Any:
    page = browser.new_context(viewport=VIEW).new_page()
    page.add_init_script(WATCH)
    return page


def memory_mib(server: subprocess.Popen[str], *names: str) -> Any:
    """Return what a process holds, and has held at most, in MiB."""
    lines = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8").splitlines()
    said = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    found = [round(int(said[name]) / 2**10) for name in names or ("VmRSS",)]
    return found if names else found[0]


def _alone(size: Size, seen: dict[str, Seen], *, returns: int, copies: int) -> Section:
    section = Section(
        f"The dashboard over {returns:,} returns, one reader",
        (
            *("page", "first content", "over trivial", "the first look", "whole"),
            *("filter change", "slowest change", "of"),
        ),
        size.is_judged,
    )
    trivial = seen["trivial"].first
    for path, page in seen.items():
        slowest, of = max(
            ((max(times), control) for control, times in page.changes.items()), default=(None, "")
        )
        section.add(
            path,
            round(page.first, 2),
            round(page.first - trivial, 2),
            round(page.opened[0].first, 2),
            round(median(one.whole for one in page.opened), 2),
            round(median(page.all_changes), 2) if page.all_changes else None,
            round(slowest, 2) if slowest is not None else None,
            of.partition("/")[2],
        )
    pages = [page for path, page in seen.items() if path != "trivial"]
    over = max(page.first - trivial for page in pages)
    section.require("seconds of first content, over a trivial page's", over, at_most=MOST_OVER)
    slowest_median = max(median(page.all_changes) for page in pages)
    section.require("seconds of a filter change", slowest_median, at_most=MOST_CHANGE)
    section.notes += [
        f"Medians of {size.looks}, in seconds, of Chromium's own clock; a page is opened anew for"
        " each. The trivial page is a metric, served by another process of the same server.",
        "First content is the first figure or table; whole is the end of the script. The first"
        " look is the first that anybody takes at a publication, when nothing is cached yet.",
        f"The publications are not built at this size: the pipeline ran twice over"
        f" {size.run_returns:,} generated returns, and the rows of both its publications"
        f" were copied {copies:,} times, under keys and times of their own."
        " The ledger holds the decisions of those two runs.",
    ]
    return section


def _together(
    size: Size, seen: dict[str, Seen], memory: Sequence[int], *, returns: int
) -> Section:
    section = Section(
        f"The dashboard over {returns:,} returns, {size.readers} readers at once",
        ("page", "first content", "over trivial", "whole"),
        size.is_judged,
    )
    trivial = median(one.first for one in seen["trivial"].together)
    for path, page in seen.items():
        first = median(one.first for one in page.together)
        whole = median(one.whole for one in page.together)
        section.add(path, round(first, 2), round(first - trivial, 2), round(whole, 2))
    begun, now, most = memory
    section.notes += [
        f"All {size.readers} browsers ask for the same page at the same moment, and share the"
        " machine with the server.",
        f"Memory of the server: {begun:,} MiB when it had started, {now:,} MiB at the end,"
        f" {most:,} MiB at most.",
    ]
    return section
