"""Is this row of digits a telephone number of that country? Quick patterns first, then the numbering plan itself."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneMetadata, PhoneNumberFormat

_DIALLED_ALIKE = {"GB": ("GG", "JE", "IM")}
"""Territories inside the numbering plan of a country, which nobody tells from it."""


class PhoneNumber(NamedTuple):
    country: str
    """ISO 3166 code in small letters."""
    value: str
    """E.164."""


@cache
def _pattern(region: str) -> re.Pattern[str] | None:
    """All that could be dialled for a number of the region; None where there is no such region."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    general = metadata.general_desc if metadata is not None else None
    if metadata is None or general is None or not general.national_number_pattern:
        return None
    trunk = metadata.national_prefix_for_parsing or metadata.national_prefix or ""
    trunk = f"(?:{trunk})?" if trunk else ""
    abroad = metadata.international_prefix or "00"
    code = metadata.country_code
    return re.compile(f"(?:(?:{abroad})?{code})?{trunk}(?:{general.national_number_pattern})")


def known_country(country: str) -> bool:
    return _pattern(country.upper()) is not None


def valid(digits: str, *, plus: bool, country: str) -> PhoneNumber | None:
    """The number, where it is valid in the country and dialled as one dials there (with its trunk prefix)."""
    region = country.upper()
    pattern = _pattern(region)
    if pattern is None or not pattern.fullmatch(digits):
        return None
    try:
        number = phonenumbers.parse(("+" if plus else "") + digits, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.region_code_for_number(number) not in (region, *_DIALLED_ALIKE.get(region, ())):
        return None
    if number.country_code_source == CountryCodeSource.FROM_DEFAULT_COUNTRY and not _as_dialled(digits, number):
        return None
    return PhoneNumber(country.lower(), phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _as_dialled(digits: str, number: phonenumbers.PhoneNumber) -> bool:
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return digits.endswith(phonenumbers.normalize_digits_only(national))


def parse_found(digits: str, *, plus: bool, countries: tuple[str, ...]) -> PhoneNumber | None:
    """The first of the countries in which the digits are a telephone number."""
    if not 7 <= len(digits) <= 20:
        return None
    for abroad in ("00", "011"):
        if not plus and digits.startswith(abroad):
            digits, plus = digits.removeprefix(abroad), True
    for country in countries:
        if found := valid(digits, plus=plus, country=country):
            return found
    return None
