"""What an account says once for this dialect: `settings.dialects.deepcleer`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelwarden.api.deepcleer import DIALECT

KEY_BYTES = 16
COUNTRY = re.compile("[a-z]{2}")
COUNTRIES = ("cn", "us", "gb", "hk", "tw", "sg")
"""Where the telephone numbers come from that are looked for: those of the vendor's customers."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret_key` opens encrypted data. `strict` refuses a request that asks for a type of which nothing can be told
    here, instead of leaving that type out. `countries` are those whose telephone numbers are looked for.
    """

    secret_key: str = ""
    strict: bool = False
    countries: tuple[str, ...] = COUNTRIES


def settings_of(account: Mapping[str, Any]) -> Settings:
    """The account's, and the usual value for whatever is missing or cannot be."""
    said = account.get("dialects", {}).get(DIALECT, {})
    secret = said.get("secret_key")
    return Settings(
        secret_key=secret if isinstance(secret, str) and len(secret.encode(errors="replace")) >= KEY_BYTES else "",
        strict=said.get("strict") is True,
        countries=_countries(said.get("countries")),
    )


def _countries(said: Any) -> tuple[str, ...]:
    """Two small letters each; the usual ones where anything else is said."""
    sound = isinstance(said, list) and said and all(isinstance(c, str) and COUNTRY.fullmatch(c) for c in said)
    return tuple(said) if sound else COUNTRIES
