"""Pictures of every page, light and dark: `make screenshots` writes them, eyes compare them."""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.looking import FLAGS, PAGES, chromium_path, served, settled

SIZE = {"width": 1280, "height": 900}


def main() -> None:
    """Serve a home, look at each page in both themes, and keep what a first screen shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="a home in which a run has published")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument(
        "--whole", action="store_true", help="the whole page, not its first screen"
    )
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with served(given.home.absolute()) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for scheme in ("light", "dark"):
            page = browser.new_context(color_scheme=scheme, viewport=SIZE).new_page()
            page.set_default_timeout(60_000)
            for path in PAGES:
                file = given.folder / f"{path.strip('/') or 'close'}-{scheme}.png"
                _take(page, address + path, file, is_whole=given.whole)
                print(file)
        browser.close()


def _take(page, address, file, *, is_whole):
    page.set_viewport_size(SIZE)
    page.goto(address)
    settled(page)
    if is_whole:
        main = "document.querySelector('[data-testid=\"stMain\"]').scrollHeight"
        page.set_viewport_size({**SIZE, "height": min(page.evaluate(main), 6_000)})
        settled(page)
    # Charts and grids draw themselves a moment after the script has ended.
    page.wait_for_timeout(1_000)
    page.screenshot(path=file)


if __name__ == "__main__":
    main()
