"""However a valid number is written, it is found: each family of disguises on its own line of a printed table."""

from __future__ import annotations

import random

import pytest
from unit.text.entities.disguises import CARRIERS, FAMILIES, e164, numbers

from reelwarden.text.entities import find

PER_COUNTRY = 14
PHONES = frozenset(("phone_number",))


def recall(family: str, languages: tuple[str, ...] = ("en",)) -> tuple[int, list[str]]:
    rng = random.Random(family)
    found, missed = 0, []
    for country in ("us", "fr", "gb"):
        for place, digits in enumerate(numbers(country, PER_COUNTRY)):
            written = FAMILIES[family](digits, rng)
            text = CARRIERS[place % len(CARRIERS)].format(written)
            matches = find(text, PHONES, languages=languages)
            if any(match.value == e164(digits, country) and match.country == country for match in matches):
                found += 1
            else:
                missed.append(text)
    return found, missed


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_family_is_found(family: str) -> None:
    found, missed = recall(family)
    total = 3 * PER_COUNTRY
    print(f"{family:28} {found / total:.3f}")
    assert found / total >= 0.95, missed[:5]


def test_there_are_enough_families() -> None:
    assert len(FAMILIES) >= 40
