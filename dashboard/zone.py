"""The reader's time zone: times are stored in UTC and read where the reader is."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def reader_zone() -> ZoneInfo:
    """Return the zone of the reader's browser, UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def spoken_day(moment: datetime) -> str:
    """Return `5 March 2026`, the day in the reader's zone."""
    local = moment.astimezone(reader_zone())
    return f"{local.day} {local:%B %Y}"


def spoken_time(moment: datetime) -> str:
    """Return `2026-03-05 14:00`, in the reader's zone."""
    return f"{moment.astimezone(reader_zone()):%Y-%m-%d %H:%M}"
