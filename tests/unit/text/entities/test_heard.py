"""An address that was said comes without its @: the recogniser writes the `at` into the host."""

from __future__ import annotations

import pytest

from reelwarden.text.entities import find


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("Write to us, infoatexample.com.", "info@example.com"),
        ("My address is johnatgmail.com, thank you", "john@gmail.com"),
        ("patatatyahoo.co.uk is mine", "patat@yahoo.co.uk"),
        ("salesatmatter.org", "sales@matter.org"),
        ("or john.doeatoutlook.com", "john.doe@outlook.com"),
    ],
)
def test_an_at_within_a_host_is_heard(said: str, address: str) -> None:
    (match,) = find(said, source="asr")
    assert (match.category, match.value) == ("email", address)
    assert said[match.start : match.end].lower().replace("at" + address.split("@")[1], "@" + address.split("@")[1]) == (
        address
    )


@pytest.mark.parametrize("said", ["see matter.com", "go to whatsapp.com", "infoatlas is a word", "atgmail.com"])
def test_other_hosts_stay_what_they_are(said: str) -> None:
    assert [match for match in find(said, source="asr") if match.category == "email"] == []


def test_what_is_written_is_taken_as_it_is_written() -> None:
    assert [match.category for match in find("infoatexample.com")] == ["link"]
