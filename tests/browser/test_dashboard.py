"""What a person sees: numbers of the marts, in both themes, at both widths, and no errors."""

import re
from itertools import pairwise
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.looking import PAGES, settled

WIDTHS = (800, 1280, 1920)
# Tables are drawn anew a moment after the window has changed.
HAS_NO_OVERFLOW = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    return document.documentElement.scrollWidth <= window.innerWidth
        && main.scrollWidth <= main.clientWidth;
}"""
HAS_WHOLE_FIGURES = """() => [
    ...document.querySelectorAll('[data-testid="stMetricValue"] > div')
].every(figure => figure.scrollWidth <= figure.clientWidth)"""
OUTLINE = """() => [
    ...document.querySelectorAll('[data-testid="stMain"] :is(h1, h2, h3, h4, h5, h6)')
].map(heading => Number(heading.tagName[1]))"""
# Text of plain size takes 4.5 to 1 against what it stands on (WCAG 2.2, 1.4.3); what is switched
# off, an icon's name and what stands on a picture are left out.
FAINT = """() => {
    const colour = said => {
        const [red, green, blue, alpha = 1] = said.match(/[\\d.]+/g).map(Number);
        return [red, green, blue, alpha];
    };
    const over = (above, below) => above.slice(0, 3).map(
        (part, at) => part * above[3] + below[at] * (1 - above[3])
    );
    const light = rgb => rgb.map(part => part / 255).map(
        part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    ).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = element => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            layers.unshift(colour(getComputedStyle(at).backgroundColor));
        }
        return layers.reduce((below, above) => over(above, below), [255, 255, 255]);
    };
    const said = [...document.querySelectorAll(
        ':is([data-testid="stMain"], header) :is(p, h1, h2, code, th, td)'
    )];
    return said.filter(element => {
        if (!element.innerText?.trim() || !element.checkVisibility({opacityProperty: true})
            || element.closest(':disabled, [data-testid="stSkeleton"]')) return false;
        const below = ground(element);
        const ink = over(colour(getComputedStyle(element).color), below);
        const [bright, dark] = [light(ink), light(below)].sort((one, other) => other - one);
        return (bright + 0.05) / (dark + 0.05) < 4.5;
    }).map(element => element.innerText.slice(0, 60));
}"""
IS_THEMED = """scheme => {
    const app = document.querySelector('[data-testid="stApp"]');
    const red = Number(getComputedStyle(app).backgroundColor.match(/\\d+/)[0]);
    return scheme === 'dark' ? red < 80 : red > 200;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_both_themes_and_widths(look, path):
    page = look(path, scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[path])
    expect(page).to_have_title(re.compile(r"\w — Return lifecycle$"))
    assert all(level <= before + 1 for before, level in pairwise(page.evaluate(OUTLINE)))
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(IS_THEMED, arg=scheme)
        assert page.evaluate(FAINT) == []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(HAS_NO_OVERFLOW)
            page.wait_for_function(HAS_WHOLE_FIGURES)
        assert page.get_by_test_id("stException").count() == 0


def test_stages_shows_the_counts_of_the_mart(look, ask, metric):
    page = look("/stages")
    overdue, falsely = ask(
        """
        select count(*) filter (is_overdue), count(*) filter (is_falsely_complete)
        from marts.fct_return_lifecycle
        """
    )
    assert metric(page, "Overdue") == f"{overdue:,}"
    assert metric(page, "Falsely complete") == f"{falsely:,}"
    expect(
        page.get_by_text(f"Storefront says complete, ERP does not: {falsely:,}")
    ).to_be_visible()


def test_variance_shows_the_sums_of_the_mart_and_a_bridge(look, ask, metric):
    currency, net, gross = ask(
        """
        select currency, coalesce(sum(variance_amount), 0), coalesce(sum(abs(variance_amount)), 0)
        from marts.fct_refund_variance
        where currency is not null
        group by currency order by count(*) desc, currency limit 1
        """
    )
    page = look(f"/variance?currency={currency}")
    assert metric(page, f"Net variance ({currency})") == f"{net:,.2f}"
    assert metric(page, f"Gross variance ({currency})") == f"{gross:,.2f}"
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()


def test_exposure_shows_units_and_money_of_the_mart(look, ask, metric):
    currency, units, money = ask(
        """
        select currency, sum(open_quantity), sum(open_amount)
        from marts.fct_restock_exposure
        group by currency order by sum(open_quantity) desc limit 1
        """
    )
    page = look(f"/exposure?currency={currency}")
    assert metric(page, "Units on sale now") == f"{units:,}"
    assert metric(page, "Money on sale now") == f"{currency} {money:,.2f}"


def test_gates_shows_the_counts_of_the_mart(look, ask, metric):
    page = look("/gates")
    ready, held, done = ask(
        """
        select count(*) filter (decision = 'ready'), count(*) filter (decision = 'held'),
            count(*) filter (decision = 'done')
        from marts.fct_sync_gates
        """
    )
    shown = [metric(page, label) for label in ("Ready", "Held", "Done")]
    assert shown == [f"{ready:,}", f"{held:,}", f"{done:,}"]


def test_health_says_whether_the_publication_may_be_trusted(look, ask, metric):
    page = look("/health")
    is_complete, passed = ask(
        """
        select (select is_complete from ops.publication),
            (select count(*) from ops.checks where passed)
        """
    )
    shown = metric(page, "Publication")
    assert shown in (("Complete", "Stale") if is_complete else ("Incomplete",))
    assert metric(page, "Checks passed") == f"{passed:,}"


def test_a_falsely_complete_return_is_never_told_as_complete(look, ask):
    (case_key,) = ask(
        "select case_key from marts.fct_return_lifecycle where is_falsely_complete limit 1"
    )
    page = look(f"/one_return?find={quote(case_key)}")
    told = page.get_by_role("heading", level=2).first
    expect(told).to_be_visible()
    assert "complete" not in told.inner_text().lower()
    expect(page.get_by_text("Timeline", exact=True)).to_be_visible()


def test_a_selected_case_opens_its_lines_and_then_its_return_beside_the_list(look):
    page = look("/variance?currency=GBP")
    grid = page.locator(".st-key-variance_cases_table").get_by_test_id("stDataFrame")
    grid.scroll_into_view_if_needed()
    grid.locator(".dvn-scroller").click(position={"x": 18, "y": 52})
    link = page.get_by_role("link", name="Open this return")
    expect(link).to_be_visible()
    with page.expect_popup() as opened:
        link.click()
    one = opened.value
    settled(one)
    expect(one.get_by_role("heading", level=1)).to_have_text(PAGES["/one_return"])
    expect(one.get_by_role("heading", level=2).first).to_be_visible()
    assert "find=" in one.url
    one.close()
    assert "currency=GBP" in page.url
    expect(page.get_by_text("Net variance (GBP)")).to_be_visible()


def test_a_choice_stands_in_the_address_and_can_be_sent_on(look, ask, metric):
    (store,) = ask("select store from marts.fct_return_lifecycle order by store limit 1")
    page = look(f"/stages?store={store}")
    open_ = ask(
        f"""
        select count(*) from marts.fct_return_lifecycle
        where store = '{store}' and current_stage not in ('complete', 'declined', 'cancelled')
        """
    )[0]
    assert metric(page, "Open") == f"{open_:,}"


def test_the_menu_leads_to_a_page_as_it_was_left(look):
    page = look("/breaks?store=uk&currency=GBP&owner=Finance")
    page.get_by_role("link", name="Exposure").click()
    expect(page).to_have_url(re.compile(r"/exposure\?store=uk&currency=GBP$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES["/exposure"])
    settled(page)

    page.get_by_role("link", name="Breaks").click()
    expect(page).to_have_url(re.compile("owner=Finance"))
    expect(page.get_by_role("combobox", name="Owner")).to_have_value("Finance")


def test_an_earlier_publication_goes_along_until_somebody_leaves_it(look):
    page = look("/?publication=20200101T000000Z-before&currency=GBP")
    page.get_by_role("link", name="Definitions").click()
    expect(page).to_have_url(re.compile(r"/health\?publication=20200101T000000Z-before"))
    expect(page.get_by_text("An earlier publication, as it was kept")).to_be_visible()
    settled(page)

    page.get_by_role("button", name="Show the current numbers").click()
    expect(page.get_by_text("An earlier publication, as it was kept")).to_have_count(0)
    page.get_by_role("link", name="Variance").click()
    expect(page).to_have_url(re.compile(r"/variance\?currency=GBP$"))


def test_who_goes_by_the_keyboard_sees_where_they_are_and_comes_to_another_page(look):
    page = look("/")
    link = page.get_by_role("link", name="Stages")
    for _ in range(12):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES["/stages"])


def test_a_chart_says_its_figures_to_who_cannot_see_it(look, metric):
    page = look("/variance?currency=USD")
    bridge = page.get_by_label(re.compile("^Bridge from the storefront")).first
    expect(bridge).to_be_visible()
    said = bridge.get_attribute("aria-label")
    assert said.endswith(f"; ERP {metric(page, 'ERP (USD)')}")


def test_the_dashboard_asks_nobody_outside_this_machine(chromium, address):
    asked = []
    context = chromium.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    settled(page)
    context.close()
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert outside == []


def test_on_a_phone_the_chart_of_the_stages_names_every_status(look):
    page = look("/stages", width=390)
    drawn = page.get_by_test_id("stVegaLiteChart")
    chart = drawn.bounding_box()
    for status in ("Done", "Not required", "In progress", "Not started", "Failed"):
        name = drawn.locator(f"svg text:text-is('{status}')").first.bounding_box()
        assert name["x"] + name["width"] <= chart["x"] + chart["width"], status


def test_on_a_phone_no_figure_of_the_bridge_runs_into_another(look):
    page = look("/variance?currency=USD", width=390)
    figures = page.get_by_test_id("stVegaLiteChart").first.locator(".mark-text.role-mark text")
    expect(figures.nth(5)).to_be_visible()
    boxes = sorted((figure.bounding_box() for figure in figures.all()), key=lambda box: box["x"])
    for left, right in pairwise(boxes):
        is_beside = abs(left["y"] - right["y"]) < left["height"]
        assert not is_beside or left["x"] + left["width"] <= right["x"] + 1
