"""What a page is narrowed to, chosen from a list; the address of the page holds the answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from dashboard.words import spoken

ANY = "any"
DOUBTS: ContextVar[list[str]] = ContextVar("doubts")


@contextmanager
def filters() -> Iterator[None]:
    """Open the row in which a page asks what it is narrowed to."""
    doubts: list[str] = []
    before = DOUBTS.set(doubts)
    try:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            yield
    finally:
        DOUBTS.reset(before)
    for text in doubts:
        st.warning(text, icon=":material/filter_alt_off:")


def one_of(
    label: str,
    codes: Sequence[str],
    words: Mapping[str, str] | None = None,
    *,
    key: str,
    width: int,
    every: str = "All",
    index: int = 0,
) -> str | None:
    """Ask for one of these or for all of them, which is nothing; without words a code is shown."""

    def said(code: str) -> str:
        if code == ANY:
            return every
        return code if words is None else spoken(code, words)

    options = [ANY, *codes]
    say_unknown(label, options, said, key=key)
    choice = st.selectbox(
        label,
        options,
        index=index,
        format_func=said,
        key=key,
        bind="query-params",
        width=width,
    )
    return None if choice in (None, ANY) else str(choice)


def say_unknown(
    label: str, options: Sequence[str], said: Callable[[str], str], *, key: str
) -> None:
    """Say where a link asks for what is not here: Streamlit would show all, without a word."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in [said(option) for option in options]:
        # As code: what stands in an address is anybody's.
        doubt(
            f"{label}: the link asks for `{asked.replace('`', '')}`, which is not in these"
            " numbers, so it was left out."
        )


def doubt(text: str) -> None:
    """Say below the row of choices why they may not be what the reader takes them for."""
    DOUBTS.get().append(text)
