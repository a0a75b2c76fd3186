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


def spoken_month(period: str) -> str:
    """Return `October 2026` for `2026-10`; what is no month stays as it is."""
    try:
        return f"{datetime.strptime(period, '%Y-%m'):%B %Y}"  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return period
