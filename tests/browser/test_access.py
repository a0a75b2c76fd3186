"""Logging in, in each role, and trying what the role may not."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from dashboard.masking import masked_name
from dashboard.returning import COOKIE
from orchestration.ledger import Decisions
from tests.browser.looking import PAGES, served, settled
from tests.browser.provider import Account, Provider, providing, secrets_of
from tests.browser.test_work import accept, say, tick

ANALYST, APPROVER = "ann@example.com", "bob@example.com"
VIEWER, SUPPORT, NOBODY, SHORT = (
    "vic@example.com",
    "sue@example.com",
    "no@example.com",
    "so@example.com",
)
ACCOUNTS = (
    Account(VIEWER, ("readers",)),
    Account(SUPPORT, ("support",)),
    Account(ANALYST, ("finance", "all-staff")),
    Account(APPROVER, ("finance-leads",)),
    Account(NOBODY, ("all-staff",)),
    Account(SHORT, ("finance-leads",), seconds=45),
)
SETTINGS = {
    "DASHBOARD_ROLE_CLAIM": "groups",
    "DASHBOARD_ROLES": "viewer=readers,support=support,analyst=finance,approver=finance-leads",
    "DASHBOARD_CONTACT": "the controller",
}
NOT_YOURS = "This is not for you."


@dataclass(frozen=True)
class Door:
    """A dashboard that people log in to: its address, its ledger, and who vouches for them."""

    url: str
    ledger: str
    provider: Provider


@pytest.fixture(scope="module")
def door(publication_home, tmp_path_factory):
    """The dashboard where people log in, with a ledger of its own, on every address."""
    folder = tmp_path_factory.mktemp("door")
    (folder / ".streamlit").mkdir()
    with providing(ACCOUNTS) as provider:
        (folder / ".streamlit" / "secrets.toml").write_text(secrets_of(provider))
        ledger = f"sqlite:///{folder / 'ledger.sqlite'}"
        options = ("--server.address", "0.0.0.0")  # noqa: S104 - allowed where people log in
        with served(
            publication_home, *options, folder=folder, LEDGER_URL=ledger, **SETTINGS
        ) as url:
            yield Door(url, ledger, provider)


@pytest.fixture(scope="module")
def at_rest():
    """Browsers that nobody uses now: they hold the scripts of the pages, and no login."""
    return []


@pytest.fixture
def enter(chromium, door, at_rest):
    """Log in as somebody, in a browser of their own; hand out the page they arrive at."""
    contexts = []

    def as_(who, path="/"):
        if at_rest:
            context = at_rest.pop()
        else:
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(door.url + path)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name=who).click()
        page.wait_for_url(f"{door.url}/**")
        settled(page)
        return page

    yield as_
    for context in contexts:
        for page in context.pages:
            page.close()
        context.clear_cookies()
        at_rest.append(context)


@pytest.fixture
def visit(door):
    """Open an address of the dashboard as whoever a page belongs to."""

    def at(page, path):
        page.goto(door.url + path)
        settled(page)
        return page

    return at


@pytest.fixture
def decisions(door):
    with Decisions(door.ledger) as opened:
        yield opened


def test_nobody_sees_a_number_before_logging_in(chromium, door):
    context = chromium.new_context()
    page = context.new_page()
    for path in PAGES:
        page.goto(door.url + path)
        settled(page)
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        assert page.get_by_test_id("stMetric").count() == 0
    context.close()


def test_whoever_opened_a_link_comes_to_it_after_logging_in(enter, ask):
    (name,) = ask("select case_name from marts.fct_return_lifecycle order by case_key limit 1")
    for who, page_, filters in (
        (ANALYST, "/breaks", {"currency": "GBP", "store": "uk"}),
        (SUPPORT, "/one_return", {"find": name}),
    ):
        page = enter(who, f"{page_}?{urlencode(filters)}")
        expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[page_])
        arrived = urlsplit(page.url)
        assert arrived.path == page_
        assert dict(parse_qsl(arrived.query)).items() >= filters.items()
        assert not [one for one in page.context.cookies() if one["name"] == COOKIE]


def test_a_viewer_reads_every_page_decides_nothing_and_takes_nothing_home(enter, visit):
    page = enter(VIEWER)
    for path, question in PAGES.items():
        visit(page, path)
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        assert page.get_by_text(NOT_YOURS).count() == 0
        assert page.get_by_test_id("stDownloadButton").count() == 0
    visit(page, "/breaks")
    tick(page, 0)
    expect(page.get_by_role("link", name="Open this return")).to_be_visible()
    for label in ("Assign", "Note", "Accept", "Propose to accept"):
        assert page.get_by_role("button", name=label, exact=True).count() == 0
    visit(page, "/gates")
    assert page.get_by_role("button", name="Stop sending").count() == 0


def test_a_table_offers_no_file_of_its_own_to_a_viewer(enter, visit):
    csv = "Download as CSV"
    for who, is_offered in ((ANALYST, True), (VIEWER, False)):
        page = visit(enter(who), "/stages")
        frame = page.locator(".st-key-stages_table")
        frame.get_by_test_id("stDataFrame").hover()
        toolbar = frame.get_by_test_id("stElementToolbar")
        expect(toolbar.get_by_role("button").first).to_be_visible()
        expect(toolbar.get_by_role("button", name=csv)).to_have_count(int(is_offered))


def test_support_gets_the_one_return_and_is_refused_every_other_address(enter, visit, ask):
    page = enter(SUPPORT)
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES["/one_return"])
    for path in PAGES:
        if path in ("/", "/one_return"):
            continue
        visit(page, path)
        expect(page.get_by_text(NOT_YOURS)).to_be_visible()
        assert page.get_by_test_id("stMetric").count() == 0
        assert page.get_by_test_id("stDataFrame").count() == 0
    name, company = ask("""
        select cases.case_name, customers.display_name
        from marts.fct_return_lifecycle as cases
        inner join marts.dim_customers as customers using (store, customer_key)
        where customers.customer_type = 'company' order by cases.case_key limit 1
    """)
    visit(page, f"/one_return?find={name.replace('#', '%23')}")
    expect(page.get_by_text("Tell the customer", exact=True)).to_be_visible()
    expect(page.get_by_text(masked_name(company), exact=True)).to_be_visible()
    assert page.get_by_text(company, exact=True).count() == 0
    assert page.get_by_test_id("stDownloadButton").count() == 0


def test_an_analyst_proposes_an_approver_accepts_and_each_signs_as_the_token_says(
    enter, visit, decisions
):
    proposer = visit(enter(ANALYST), "/breaks?currency=USD")
    tick(proposer, 0)
    assert proposer.get_by_role("button", name="Accept", exact=True).count() == 0
    say(
        proposer,
        "Propose to accept",
        label="Why it may stay as it is",
        text="Goodwill.",
        key="propose",
    )
    expect(proposer.get_by_text("1 break proposed").first).to_be_visible()
    for path, label in (("/", "Sign off"), ("/gates", "Stop sending")):
        visit(proposer, path)
        assert proposer.get_by_role("button", name=label).count() == 0

    agreeing = enter(APPROVER)
    for told in ("1 break accepted.", "1 break proposed", "1 break you proposed yourself"):
        # Opened anew, so that nothing of the last decision is still selected or being drawn.
        visit(agreeing, "/breaks?currency=USD")
        tick(agreeing, 0)
        accept(agreeing)
        expect(agreeing.get_by_text(told).first).to_be_visible()

    said = [(decision.who, decision.verb) for decision in decisions.history()]
    assert said == [
        (ANALYST, "propose_acceptance"),
        (APPROVER, "accept"),
        (APPROVER, "propose_acceptance"),
    ]
    assert decisions.verify() == ()


def test_whoever_has_no_role_is_told_whom_to_ask_and_can_leave(enter, visit):
    page = enter(NOBODY)
    for path in PAGES:
        visit(page, path)
        expect(page.get_by_text(f"You are logged in as {NOBODY}")).to_be_visible()
        expect(page.get_by_text("Ask the controller.")).to_be_visible()
        assert page.get_by_test_id("stMetric").count() == 0
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_login_that_ends_is_logged_out_at_the_next_rerun(enter, visit, decisions, door):
    page = visit(enter(SHORT), "/breaks?currency=USD")
    before = decisions.version()
    tick(page, 0)
    page.get_by_role("button", name="Note", exact=True).click()
    page.get_by_role("textbox", name="Note").fill("Written in time, sent too late.")
    page.wait_for_function("ends => Date.now() / 1000 > ends", arg=door.provider.ended)
    page.locator(".st-key-note button").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert decisions.version() == before
    assert not [one for one in page.context.cookies() if one["name"] == "_streamlit_user"]
