"""Who may do what: rules as values, and every page as each role sees it."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access import (
    MAY,
    AccessRules,
    Capability,
    ExpiredError,
    NotAdmittedError,
    Role,
    person_of,
)
from dashboard.masking import masked_name, masked_text
from dashboard.people import NotAllowedError, still_acting
from dashboard.settings import UnusableSettingError, settings
from orchestration.ledger import Decisions, FoundBreak
from tests.dashboard.conftest import APP, SECONDS
from tests.dashboard.publications import asked
from tests.dashboard.test_pages import PAGES, metrics, said, table

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLAIMS = {"exp": NOW.timestamp() + 60, "email": "ann@example.com", "roles": ["analyst"]}
AUTH = {
    "redirect_uri": "https://returns.example.com/oauth2callback",
    "cookie_secret": "c" * 32,
    "client_id": "dashboard",
    "client_secret": "s",
    "server_metadata_url": "https://id.example.com/.well-known/openid-configuration",
}


def logged_in(claims=None, *, rules=None, now=NOW):
    return person_of(CLAIMS | (claims or {}), rules or AccessRules(), now=now)


def test_a_person_is_named_and_may_what_their_roles_may():
    person = logged_in({"roles": ["viewer", "support", "something-else"]})
    assert (person.name, person.roles) == ("ann@example.com", (Role.VIEWER, Role.SUPPORT))
    assert person.capabilities == MAY[Role.VIEWER] | MAY[Role.SUPPORT]


def test_only_the_approver_may_accept_sign_off_approve_and_halt():
    kept = {Capability.ACCEPT, Capability.SIGN_OFF, Capability.APPROVE, Capability.HALT}
    assert {role for role in Role if MAY[role] & kept} == {Role.APPROVER}
    assert MAY[Role.APPROVER] - MAY[Role.ANALYST] == kept


def test_support_and_viewers_see_no_names_decide_nothing_and_take_nothing_home():
    assert MAY[Role.SUPPORT] == {Capability.LOOK_UP}
    assert MAY[Role.VIEWER] == {Capability.LOOK_UP, Capability.READ}


@pytest.mark.parametrize("role", [None, [], "", {"analyst": True}, 7, ["Analyst"], "viewers"])
def test_a_claim_that_names_no_role_gives_none(role):
    assert logged_in({"roles": role}).capabilities == frozenset()


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("groups", {"groups": "finance-leads"}),
        ("realm_access.roles", {"realm_access": {"roles": ["finance-leads"]}}),
        ("https://example.com/roles", {"https://example.com/roles": ["x", "finance-leads"]}),
    ],
)
def test_a_role_goes_by_the_providers_name_for_it(claim, claims):
    rules = AccessRules(role_claim=claim, called={Role.APPROVER: frozenset({"finance-leads"})})
    assert logged_in({"roles": ["analyst"], **claims}, rules=rules).roles == (Role.APPROVER,)


@pytest.mark.parametrize("ends", [NOW.timestamp(), NOW.timestamp() - 1, None, "tomorrow", True])
def test_a_login_that_ended_or_never_says_when_is_none(ends):
    with pytest.raises(ExpiredError):
        logged_in({"exp": ends})


@pytest.mark.parametrize("name", [None, "", "  ", 7, ["ann@example.com"]])
def test_a_login_without_a_name_signs_nothing(name):
    with pytest.raises(NotAdmittedError, match="no claim `email`"):
        logged_in({"email": name})


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_email_that_was_never_verified_is_nobodys_name(verified):
    with pytest.raises(NotAdmittedError, match="never verified"):
        logged_in({"email_verified": verified})
    rules = AccessRules(name_claim="sub")
    assert logged_in({"email_verified": verified, "sub": "u1"}, rules=rules).name == "u1"


def test_a_file_is_made_for_nobody_whose_login_has_ended_meanwhile():
    person = logged_in(now=NOW)
    with pytest.raises(NotAllowedError, match="take a file home"):
        still_acting(person, Capability.EXPORT)
    later = datetime.now(UTC) + timedelta(minutes=1)
    still_acting(logged_in({"exp": later.timestamp()}), Capability.EXPORT)


def test_the_settings_say_what_the_provider_calls_each_role(monkeypatch):
    monkeypatch.setenv("DASHBOARD_ROLES", "approver=leads, analyst=finance,analyst=controllers")
    monkeypatch.setenv("DASHBOARD_ROLE_CLAIM", "groups")
    rules = settings().access
    assert rules.role_claim == "groups"
    assert rules.called == {
        Role.APPROVER: frozenset({"leads"}),
        Role.ANALYST: frozenset({"finance", "controllers"}),
    }


@pytest.mark.parametrize("text", ["approver", "boss=leads", "analyst="])
def test_a_role_that_there_is_not_is_named_with_those_there_are(monkeypatch, text):
    monkeypatch.setenv("DASHBOARD_ROLES", text)
    with pytest.raises(UnusableSettingError, match="viewer, support, analyst, approver"):
        settings()


def test_emails_and_names_are_masked_in_the_form_in_which_customers_land():
    text = "Spoke to ada.lovelace@mail.example.co.uk, see #1001 (a***@e***.com)."
    assert masked_text(text) == "Spoke to a***@m***.uk, see #1001 (a***@e***.com)."
    assert masked_name("ann@example.com") == "a***@e***.com"
    assert masked_name("Ann O'Hara") == "A*** O***"


@pytest.fixture
def entered(monkeypatch):
    """Open a page over a home as somebody who logged in with these roles."""
    monkeypatch.setattr("dashboard.serving.st.get_option", lambda _: "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("DASHBOARD_CONTACT", "the controller")

    def enter(home, page, *roles, **claims):
        monkeypatch.setenv("RETURNS_HOME", str(home))
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        app.secrets["auth"] = AUTH
        ends = datetime.now(UTC) + timedelta(minutes=5)
        app.user = {**CLAIMS, "exp": ends.timestamp(), "is_logged_in": True, "roles": roles}
        app.user |= claims
        return app.switch_page(f"views/{page}.py").run()

    return enter


def files(app):
    return app.get("download_button")


@pytest.mark.parametrize("page", PAGES)
def test_a_viewer_reads_every_page_and_takes_nothing_home(entered, published, page):
    app = entered(published[0], page, "viewer")
    assert not app.exception
    assert "Complete, as of" in said(app)
    assert not files(app)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "one_return"])
def test_support_is_refused_every_page_but_the_one_return(entered, published, page):
    app = entered(published[0], page, "support")
    if page == "close":  # where everybody arrives
        assert app.title[0].value == "What can I tell the customer?"
        return
    assert "the role viewer or analyst or approver may. Ask the controller." in said(app)
    assert not any((app.metric, app.dataframe, files(app)))


def test_support_finds_a_return_with_a_masked_customer(entered, published):
    app = entered(published[0], "one_return", "support")
    app.text_input(key="find").set_value("#1031").run()
    assert "We received your goods on" in said(app)
    assert not files(app)


@pytest.mark.parametrize("role", ["analyst", "approver"])
def test_who_decides_takes_every_table_home(entered, published, role):
    assert files(entered(published[0], "breaks", role))


def test_without_a_role_the_page_says_whom_to_ask(entered, published):
    app = entered(published[0], "close")
    assert "You are logged in as ann@example.com" in said(app)
    assert "Ask the controller." in said(app)
    assert not app.metric


def test_without_a_login_there_is_a_way_in_and_no_number(entered, published):
    for page in PAGES:
        app = entered(published[0], page, "approver", is_logged_in=False)
        assert app.button(key="login_None").label == "Log in"
        assert not any((app.metric, app.dataframe))


def test_an_expired_login_is_asked_to_log_in_again(entered, published):
    app = entered(published[0], "close", "approver", exp=datetime.now(UTC).timestamp() - 1)
    assert "Your login has ended." in said(app)
    assert not app.metric


def test_the_authors_of_decisions_and_the_emails_in_them_are_masked_for_a_viewer(
    entered, publish_anew
):
    home, file = publish_anew()
    row = asked(
        file,
        """
        select break_key, case_name, break_type, amount, currency, 50.00
        from marts.fct_reconciliation_breaks
        where currency = 'USD' and owner_role <> 'none' order by amount desc, break_key limit 1
        """,
    )[0]
    with Decisions(f"sqlite:///{home / 'ledger.sqlite'}") as decisions:
        now, found = datetime.now(UTC), [FoundBreak(*row, "p")]
        decisions.assign(found, owner="bob@example.com", who="bob@example.com", at=now)
        decisions.note(found, text="Ask ada@shop.com.", who="bob@example.com", at=now)
    seen = {}
    for role in ("viewer", "analyst"):
        rows = table(entered(home, "breaks", role), "breaks")
        shown = rows[rows["Return"] == row[1]]
        words = shown["Next step, or what was said"].tolist()
        seen[role] = (shown["Owner"].tolist()[0], words[0])
    assert seen["viewer"] == ("b***@e***.com", "Ask a***@s***.com.")
    assert seen["analyst"] == ("bob@example.com", "Ask ada@shop.com.")


def test_a_decision_is_refused_where_it_is_taken():
    def script():
        import streamlit as st

        from dashboard.access import Capability
        from dashboard.doorway import allowed

        for capability in Capability:
            st.text(str(capability))
            st.text(allowed(capability).name)

    app = AppTest.from_function(script)
    app.secrets["auth"] = AUTH
    ends = datetime.now(UTC) + timedelta(minutes=5)
    app.user = {**CLAIMS, "exp": ends.timestamp(), "is_logged_in": True, "roles": ["viewer"]}
    app.run()
    refused_at = app.text[-1].value
    assert Capability(refused_at) == Capability.SEE_NAMES
    assert "This is not for you" in app.error[0].value
    assert metrics(app) == {}
