"""What an account says once for this dialect: `settings.dialects.deepcleer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelwarden.api.deepcleer import DIALECT

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret_key` opens encrypted data. `strict` refuses a request that asks for a type of which nothing can be told
    here, instead of leaving that type out.
    """

    secret_key: str = ""
    strict: bool = False


def settings_of(account: Mapping[str, Any]) -> Settings:
    """The account's, and the usual value for whatever is missing or cannot be."""
    said = account.get("dialects", {}).get(DIALECT, {})
    secret = said.get("secret_key")
    return Settings(
        secret_key=secret if isinstance(secret, str) and len(secret.encode(errors="replace")) >= KEY_BYTES else "",
        strict=said.get("strict") is True,
    )
