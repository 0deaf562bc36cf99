"""Time zones: a table's clock, the workspace's days, and what lies between them."""

from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

from semantic_layer.errors import did_you_mean


def _known(name: str) -> str:
    if name not in available_timezones():
        cities = [zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix"))]
        raise ValueError(f"unknown time zone '{name}'; {did_you_mean(name, cities)}")
    return name


ZoneName = Annotated[str, AfterValidator(_known)]


def midnight(day: date, *, here: str, written: str) -> datetime:
    """Return when a day begins in the zone `here`, as the clock of the zone `written` shows it."""
    begins = datetime.combine(day, time(), ZoneInfo(here))
    return begins.astimezone(UTC).astimezone(ZoneInfo(written)).replace(tzinfo=None)
