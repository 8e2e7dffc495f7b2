"""The written form of what holidays do: ``{country: US, hours: closed, only: [Labor Day]}``."""

from collections.abc import Mapping
from typing import Any

from upheld.hours.errors import CalendarError, Faults, Path
from upheld.hours.public_holidays import HolidayRule, country_codes, is_known_name, known_names, regions
from upheld.hours.spans import Spans, read_spans
from upheld.kernel.text import listed, nearest

HOLIDAY_KEYS = {
    "country": "ISO 3166 code of the country, such as US.",
    "region": "Code of a region of it, such as BY in DE: its own holidays count as well.",
    "hours": "Its hours instead of the usual ones, also on a day that is closed otherwise; closed when nothing is said.",
    "only": "Names of the holidays meant; all, when nothing is said.",
    "except": "Names of holidays not meant.",
    "observed": "Whether the substitute counts as well when a holiday falls on a weekend: true (default) or false.",
}
_EXAMPLE = "Write {country: US, hours: closed}."


def read_holidays(value: Any, path: Path, faults: Faults) -> tuple[HolidayRule, ...]:
    """The rules in their order, with everything wrong in them added to ``faults``."""
    if not isinstance(value, list | tuple):
        faults.add(
            path, "The holidays are not a list.", 'Begin each entry with "- ", as in - {country: US, hours: closed}.'
        )
        return ()
    rules: list[HolidayRule] = []
    for index, entry in enumerate(value):
        here = (*path, index)
        with faults.caught():
            rule = _read_rule(entry, here, faults)
            for before, earlier in enumerate(rules):
                if earlier.leaves_nothing_to(rule):
                    problem = f"This entry never counts: entry {before + 1} covers its holidays already."
                    raise CalendarError(here, problem, "Put the narrower entry first, or take one out.")
            rules.append(rule)
    return tuple(rules)


def _read_rule(entry: Any, path: Path, faults: Faults) -> HolidayRule:
    if not isinstance(entry, Mapping):
        raise CalendarError(path, "An entry of holidays is a mapping.", _EXAMPLE)
    faults.add_unknown_keys(entry, list(HOLIDAY_KEYS), path)
    country = _country(entry, path)
    region = _region(entry, country, path)
    hours: Spans = ()
    with faults.caught():
        hours = read_spans(entry.get("hours", "closed"), (*path, "hours"))
    return HolidayRule(
        country=country,
        region=region,
        hours=hours,
        only=_names(entry, "only", country, region, path, faults),
        excepted=_names(entry, "except", country, region, path, faults),
        observed=_observed(entry, path, faults),
    )


def _country(entry: Mapping[str, Any], path: Path) -> str:
    if "country" not in entry:
        raise CalendarError(path, "The country is missing.", _EXAMPLE)
    value = entry["country"]
    here = (*path, "country")
    if value is False:
        raise CalendarError(here, "The country NO was read as the word no.", 'Put it in quotes: "NO".')
    known = country_codes()
    if isinstance(value, str) and value in known:
        return value
    code = str(value).upper()
    remedy = f"Did you mean '{code}'?" if code in known else "Write its ISO 3166 code, such as US, DE or JP."
    raise CalendarError(here, f"No holidays are known for the country '{value}'.", remedy)


def _region(entry: Mapping[str, Any], country: str, path: Path) -> str | None:
    if "region" not in entry:
        return None
    value, known = str(entry["region"]), regions(country)
    if value in known:
        return value
    meant = nearest(value, known)
    remedy = f"The regions of {country} are {listed(known)}." if known else f"{country} has none: take it out."
    if meant:
        remedy = f"Did you mean '{meant}'?"
    raise CalendarError((*path, "region"), f"'{value}' is not a region of {country}.", remedy)


def _names(
    entry: Mapping[str, Any], key: str, country: str, region: str | None, path: Path, faults: Faults
) -> tuple[str, ...]:
    if key not in entry:
        return ()
    value, here = entry[key], (*path, key)
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names:
        faults.add(here, "Here stand no names of holidays.", "Write a list, such as [Christmas Day, Labor Day].")
        return ()
    known = known_names(country, region)
    for index, name in enumerate(names):
        if not is_known_name(str(name), known):
            meant = nearest(str(name), known)
            remedy = f"Did you mean '{meant}'?" if meant else f"Its holidays are {listed(known)}."
            faults.add((*here, index), f"'{name}' is not a holiday of {country}.", remedy)
    return tuple(str(name) for name in names)


def _observed(entry: Mapping[str, Any], path: Path, faults: Faults) -> bool:
    value = entry.get("observed", True)
    if value in (True, "true"):
        return True
    if value not in (False, "false"):
        faults.add(
            (*path, "observed"), f"'{value}' is neither true nor false.", "Write observed: false, or take it out."
        )
    return False
