"""DeepCleer's requests: one field at a time, encrypted data, the rule of pace."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.accounts import accounts, keys, plans
from reelwarden.accounts.caller import Caller
from reelwarden.accounts.plans import Plan
from reelwarden.api.deepcleer import fields, pace, wishes
from reelwarden.api.deepcleer.account import Settings, settings_of
from reelwarden.api.deepcleer.sealed import opened, sealed
from reelwarden.errors import UsageError
from reelwarden.jobs.options import plan_of
from reelwarden.jobs.refusals import TooQuick
from reelwarden.media.sampling import ByDuration, Count, Every
from reelwarden.media.sampling import Plan as Sampling
from reelwarden.store.database import Database
from reelwarden.text.moderation import TextOptions, moderate_text

SECRET = "0123456789abcdef-and-more"
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("data", "plan"),
    [
        ({}, Every(5)),
        ({"detectFrequency": 2}, Every(2)),
        ({"detectFrequency": "0.5"}, Every(0.5)),
        ({"checkFrameCount": 12, "detectFrequency": 2}, Count(12, Every(2))),
        ({"checkFrameCount": 0}, Every(5)),
        (
            {"advancedFrequency": {"durationPoints": [300, 600], "frequencies": [1, 5, 10]}},
            ByDuration((300, 600), (1, 5, 10), Every(5)),
        ),
        ({"advancedFrequency": {"frequencies": [7]}}, ByDuration((), (7,), Every(5))),
        ({"advancedFrequency": {}}, Every(5)),
        ({"checkFrameCount": 3, "advancedFrequency": {"frequencies": [7]}}, Count(3, Every(5))),
    ],
)
def test_a_number_of_frames_goes_before_steps_by_duration_and_these_before_one_step(
    data: dict[str, Any], plan: Sampling
) -> None:
    assert plan_of(wishes.read_plan(data, 5.0)) == plan


@pytest.mark.parametrize(
    "data",
    [
        {"detectFrequency": 61},
        {"detectFrequency": 0.1},
        {"detectFrequency": True},
        {"detectFrequency": [1]},
        {"checkFrameCount": -1},
        {"checkFrameCount": 1.5},
        {"advancedFrequency": {"durationPoints": [300], "frequencies": [1]}},
        {"advancedFrequency": {"durationPoints": [300]}},
        {"advancedFrequency": {"durationPoints": [600, 300], "frequencies": [1, 2, 3]}},
        {"advancedFrequency": {"durationPoints": [1, 2, 3, 4, 5, 6], "frequencies": [1, 1, 1, 1, 1, 1, 1]}},
        {"advancedFrequency": {"durationPoints": "300", "frequencies": [1, 2]}},
        {"advancedFrequency": 5},
    ],
)
def test_impossible_plans_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        wishes.read_plan(data, 5.0)


@given(ANY)
def test_any_value_of_any_field_is_read_or_refused(value: Any) -> None:
    body = {"x": value, "extra": {"passThrough": value}, "advancedFrequency": value, "data": value}
    for read in (
        lambda: fields.text(body, "x", 20, required=True),
        lambda: fields.number(body, "x", 0, 10),
        lambda: fields.whole(body, "x", 0, 10),
        lambda: fields.switch(body, "x"),
        lambda: fields.choice(body, "x", ("a",)),
        lambda: fields.numbers(body, "x", 0, 10, 5),
        lambda: fields.passed_through(body, 1024),
        lambda: plan_of(wishes.read_plan(body, 5.0)),
        lambda: wishes.read_data(body, Settings(SECRET)),
        lambda: wishes.read_types({"imgType": value}),
    ):
        try:
            read()
        except UsageError as error:
            assert str(error)


def test_types_of_both_generations_and_no_others() -> None:
    types = wishes.read_types({"imgType": "POLITICS_PORN_AD", "audioType": "NONE", "imgBusinessType": "QR_BEAUTY"})
    assert types.image_types == ("POLITY", "EROTIC", "ADVERT")
    assert not types.listens
    assert wishes.types_of(types.document()) == types
    for wrong in (
        {},
        {"audioType": "MOAN"},
        {"imgType": "NOTHING"},
        {"imgType": "EROTIC", "audioType": "NONE_MOAN"},
        {"imgType": 7},
        {"imgType": "EROTIC", "audioBusinessType": "BODY"},
    ):
        with pytest.raises(UsageError):
            wishes.read_types(wrong)


def test_words_are_read_where_a_type_wants_them() -> None:
    def sources(**types: str) -> tuple[str, ...]:
        return wishes.read_types(types).sources

    assert sources(imgType="EROTIC", audioType="DIRTY") == ("speech",)
    assert sources(imgType="IMGTEXTRISK", audioType="MOAN") == ("screen",)
    assert sources(imgType="ADVERT", audioType="EROTIC") == ("screen", "speech")
    assert sources(imgType="QRCODE") == ()


@given(st.dictionaries(st.text(), st.text() | st.integers(), max_size=4))
def test_what_was_sealed_is_opened(value: dict[str, Any]) -> None:
    sealed_value = sealed({"v": value}, SECRET)
    assert opened(sealed_value, SECRET) == {"v": value}
    with pytest.raises(UsageError):
        opened(sealed_value, "another secret key of the account")


def test_the_cipher_is_the_published_one() -> None:
    """The standard's own example (GB/T 32907-2016): the first block in CBC with a zero vector is the one in ECB."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = plain = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(key), modes.CBC(bytes(16))).encryptor()
    assert encryptor.update(plain).hex() == "681edf34d206965e86b3e94f536e4246"


def test_both_forms_of_sealed_data_are_read() -> None:
    data = {"btId": "b", "url": "http://example.com/a.mp4"}
    closed = sealed(data, SECRET)
    digits = base64.b64encode(base64.b64decode(closed).hex().encode()).decode()
    for text in (closed, digits):
        assert wishes.read_data({"encryptType": "sm4", "data": text}, Settings(SECRET)) == data
        inner = {"encryptType": "SM4", "encryptData": text}
        assert wishes.read_data({"data": inner}, Settings(SECRET)) == data


def test_what_is_not_sealed_well_is_refused() -> None:
    whole = sealed({"a": 1}, SECRET)
    for broken in ("", "!", "AAAA", whole[:-4], whole + "AAAA", "AAAAAAAAAAAAAAAAAAAAAA=="):
        with pytest.raises(UsageError):
            opened(broken, SECRET)
    with pytest.raises(UsageError, match="secret key"):
        opened(whole, "")


@given(st.dictionaries(st.sampled_from(["secret_key", "strict", "countries"]), ANY))
def test_odd_settings_fall_back(said: dict[str, Any]) -> None:
    found = settings_of({"dialects": {"deepcleer": said}})
    assert found.strict in (True, False)
    assert found.countries and all(len(country) == 2 for country in found.countries)
    assert not found.secret_key or len(found.secret_key.encode(errors="replace")) >= 16


@pytest.fixture
def paced(sqlite_template: Path, tmp_path: Path) -> Any:
    file = tmp_path / "pace.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    with database.begin() as connection:
        plans.put(connection, Plan("ten", requests_per_second=10.0))
        account = accounts.create(connection, "paced", "ten")
        _, secret = keys.create(connection, account.id, "k")
    caller = keys.authenticate(database, secret)
    yield database, caller
    database.close()


def granted(paced: tuple[Database, Caller], *times: float) -> list[bool]:
    database, caller = paced

    def ask(at: float) -> bool:
        try:
            pace.keep(database, caller, "video", 1_000_000 + at)
        except TooQuick:
            return False
        return True

    return [ask(at) for at in times]


def test_no_more_than_three_of_ten_within_ten_milliseconds(paced: Any) -> None:
    assert granted(paced, 0, 0, 0, 0) == [True, True, True, False]
    assert granted(paced, 0.01, 0.01, 0.01, 0.01) == [True, True, True, False]


def test_no_more_than_ten_in_a_second(paced: Any) -> None:
    assert granted(paced, *(0.011 * n for n in range(10))) == [True] * 10
    assert granted(paced, 0.111) == [True], "a token came back in between"
    assert granted(paced, 0.12) == [False]


def test_whoever_keeps_the_vendors_rule_is_never_refused(paced: Any) -> None:
    assert all(granted(paced, *(second + 0.05 * n for second in range(20) for n in range(10))))
    assert all(granted(paced, *(100 + second for second in range(10) for _ in range(3))))


def test_chinese_telephone_numbers_are_looked_for() -> None:
    options = TextOptions(countries=Settings().countries)
    found = moderate_text("加我 138 0013 8000", options).matches
    assert ("phone_number", "cn") in {(match.category, match.country) for match in found}
    assert settings_of({"dialects": {"deepcleer": {"countries": ["de"]}}}).countries == ("de",)
