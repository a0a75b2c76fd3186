"""The door: who is let in, who is asked to log in, and what is said to who may not go on."""

import streamlit as st

from dashboard.access import Capability, ExpiredError, NotAdmittedError, Person
from dashboard.people import NotAllowedError, acting, current_person, whom_to_ask
from dashboard.serving import login_section, providers, refusal_here

# What a browser makes of the rows it shows has no part in our rule, so it is not offered either.
NO_FILES = """<style>
    [data-testid="stElementToolbarButton"]:has([aria-label^="Download"], [aria-label^="Copy"]) {
        display: none;
    }
</style>"""


def admitted() -> Person:
    """Return who is looking; whoever is nobody yet, or has no role, gets no further."""
    _stop_where_unservable()
    if login_section() is not None and not st.user.get("is_logged_in"):
        _login("Log in to see the returns.")
    try:
        person = current_person()
    except ExpiredError:
        st.logout()
        _login("Your login has ended.")
    except NotAdmittedError as error:
        _turned_away("Nobody can be known by this login", f"{error} {whom_to_ask()}")
    if not person.capabilities:
        _turned_away(
            "You have no role here yet",
            f"You are logged in as {person.name}, and your login carries none of the roles that"
            f" this dashboard knows. {whom_to_ask()}",
        )
    if not person.may(Capability.EXPORT):
        st.html(NO_FILES)
    return person


def allowed(capability: Capability) -> Person:
    """Return who is about to do this; whoever may not is told whose it is, and gets no further."""
    try:
        return acting(capability)
    except NotAllowedError as error:
        st.error(f"**This is not for you.** {error}", icon=":material/lock:")
        if capability is Capability.READ:
            st.page_link("views/one_return.py", label="Look a return up", icon=":material/search:")
        st.stop()


def who_is_here() -> None:
    """Show who is logged in, with the way out; nothing where nobody has to log in."""
    person = current_person()
    if person.roles:
        with st.popover(person.name, icon=":material/person:", type="tertiary"):
            st.caption(f"Logged in as {' and '.join(person.roles)}")
            _way_out()


def _stop_where_unservable() -> None:
    """Whatever started this script, as `streamlit run` of this file and not of the app would."""
    said = refusal_here()
    if said:
        st.error(said, icon=":material/lock:")
        st.stop()


def _login(said: str) -> None:
    st.title("Return lifecycle", anchor=False)
    st.text(said)
    for provider in providers(login_section() or {}):
        label = "Log in" if provider is None else f"Log in with {provider}"
        if st.button(label, key=f"login_{provider}", type="primary", icon=":material/login:"):
            st.login(provider)
    st.stop()


def _turned_away(title: str, said: str) -> None:
    st.title(title, anchor=False)
    st.text(said)
    _way_out()
    st.stop()


def _way_out() -> None:
    if st.button("Log out", key="logout", icon=":material/logout:"):
        st.logout()
