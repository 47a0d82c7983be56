"""Two accounts on one server: whatever the one asks for by the other's ids is not there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from findings import seen

from reelwarden.accounts import metering
from reelwarden.deliver import endpoints
from reelwarden.store.tables.submissions import evidence, submissions

pytestmark = pytest.mark.slow
Native = Any
MARK = "xylophone"
"""Stands in everything that the first account has; must stand in nothing that the second gets."""
SPOKEN = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Offset": "0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}

BODIES: dict[str, Any] = {
    "PUT /lists/{named}/entries": {"entries": []},
    "POST /lists/{named}/entries": {"entries": []},
    "PUT /policies/{name}": {"document": 'name = "theirs"\n'},
}
OWN_NAMES = {"PUT /policies/{name}"}
"""Routes that make something of the asker's own under a name that the other may have as well."""


@dataclass(frozen=True)
class Belongings:
    """What the first account has, one of each kind."""

    tenant: Any
    submission: str
    delivery: str
    words: str
    entry: str
    policy: str
    key: str
    upload: str
    endpoint: str
    media: bytes

    def fill(self, path: str) -> str:
        of = {"submissions": self.submission, "deliveries": self.delivery, "lists": self.words, "keys": self.key}
        of |= {"policies": self.policy, "uploads": self.upload, "accounts": self.tenant.account, "plans": "free"}
        of |= {"endpoints": self.endpoint}
        first = path.split("/")[1]
        filled = path.replace("/entries/{id}", f"/entries/{self.entry}").replace("{time}", "1.0")
        return re.sub(r"\{(id|named|name)\}", of.get(first, ""), filled)

    @property
    def secrets(self) -> list[str]:
        return [
            MARK,
            self.submission,
            self.delivery,
            self.words,
            self.entry,
            self.key,
            self.upload,
            self.endpoint,
            self.tenant.account,
        ]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def native(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, serve: Any) -> Iterator[Native]:
    if request.param == "sqlite":
        with serve(tmp_path_factory.mktemp("tenants")) as running:
            yield running
        return
    postgres = request.getfixturevalue("postgres")
    url = postgres.new_database()
    with serve(tmp_path_factory.mktemp("tenants"), database_url=url) as running:
        yield running
    postgres.drop(url)


@pytest.fixture
def theirs(native: Native) -> Belongings:
    """A whole household: everything that can belong to an account."""
    a = native.tenant()

    def made(verb: str, path: str, **sent: Any) -> Any:
        answer = native.ask(a, verb, path, **sent)
        assert answer.status_code < 300, answer.text
        return answer

    fields = {"labels": "weapon", "name": f"{MARK}.mp4", "callback": f"https://{MARK}.example.com/"}
    media = f"{MARK} media".encode()
    submission = made("POST", "/submissions", data=fields, files={"file": ("a.mp4", media)}).json()["id"]
    native.bench.blobs.put(f"media/{submission}/evidence/1.0.jpg", f"\xff\xd8 {MARK}".encode("latin-1"))
    with native.bench.database.begin() as connection:
        row = {"submission": submission, "time": 1.0, "blob": f"media/{submission}/evidence/1.0.jpg"}
        connection.execute(evidence.insert().values(row))
        metering.count(connection, a.account, a.key, metering.day_of(time.time()), {MARK: 7})
    native.finish(submission, seen("weapon.firearm", 1.0, text=MARK), seen("weapon.firearm", 2.0))
    words = made("POST", "/lists", json={"name": f"{MARK} words", "entries": [{"text": MARK}]}).json()["id"]
    entry = made("GET", f"/lists/{words}").json()["page"][0]["id"]
    made("PUT", f"/policies/{MARK}", json={"document": f'name = "{MARK}"\n'})
    key = made("POST", "/keys", json={"name": f"{MARK} key"}).json()["id"]
    headers = SPOKEN | BYTES | {"Upload-Metadata": "filename eHlsb3Bob25l"}
    upload = made("POST", "/uploads", content=MARK.encode(), headers=headers).headers["Location"].rpartition("/")[2]
    delivery = made("GET", "/deliveries").json()["deliveries"][0]["id"]
    with native.bench.database.begin() as connection:
        endpoints.close(connection, a.account, f"https://example.com/{MARK}/gone", delivery, time.time())
    endpoint = made("GET", "/endpoints").json()["closed"][0]["id"]
    return Belongings(a, submission, delivery, words, entry, MARK, key, upload, endpoint, media)


def routes(native: Native) -> list[tuple[str, str]]:
    paths = native.http.get("/openapi.json").json()["paths"]
    return [(verb.upper(), path) for path, verbs in paths.items() for verb in verbs]


def state_of(native: Native, theirs: Belongings) -> dict[str, Any]:
    """Everything that the first account sees of its own, but for what its own asking changes."""
    seen_: dict[str, Any] = {}
    for verb, path in routes(native):
        if verb in ("GET", "HEAD") and not path.startswith(
            ("/health", "/metrics", "/accounts", "/plans", "/events/stream")
        ):
            answer = native.ask(theirs.tenant, verb, theirs.fill(path), headers=SPOKEN)
            assert answer.status_code == 200, f"{verb} {path}: {answer.text}"
            seen_[f"{verb} {path}"] = re.sub(r'"last_used":\s*("[^"]*"|null)', "", answer.text)
    return seen_


def test_by_anothers_ids_nothing_is_there(native: Native, theirs: Belongings) -> None:
    """Every route with an id: 404 for the second account, and nothing of the first has changed afterwards."""
    b = native.tenant()
    before = state_of(native, theirs)
    walked = []
    for verb, path in routes(native):
        if "{" not in path or path.startswith(("/accounts", "/plans")):
            continue
        said = f"{verb} {path}"
        body = {"json": BODIES[said]} if said in BODIES else {"content": b""}
        headers = SPOKEN | (BYTES if verb == "PATCH" else {})
        answer = native.ask(b, verb, theirs.fill(path), headers=headers, **body)
        walked.append(said)
        if said in OWN_NAMES:
            assert answer.status_code == 200
            assert native.ask(b, "DELETE", theirs.fill(path)).status_code == 204
            continue
        assert answer.status_code == 404, f"{said}: {answer.status_code} {answer.text}"
        if verb != "HEAD":
            error = answer.json()["error"]
            assert error["code"] == "not_found"
            assert "Traceback" not in answer.text and ".py" not in answer.text
    assert len(walked) >= 20, walked
    assert state_of(native, theirs) == before


def test_the_same_answer_as_for_what_there_never_was(native: Native, theirs: Belongings) -> None:
    """Nobody can learn which ids exist."""
    b, never = native.tenant(), "sub_0000000000000000000000000"
    for verb, path in (("GET", "/submissions/{id}"), ("DELETE", "/submissions/{id}"), ("GET", "/deliveries/{id}")):
        one = native.ask(b, verb, theirs.fill(path))
        other = native.ask(b, verb, path.replace("{id}", never))
        assert (one.status_code, one.text) == (other.status_code, other.text)


def test_listings_never_mix(native: Native, theirs: Belongings) -> None:
    """Every route without an id, and every filter by an id of the other's: nothing of the first account."""
    b = native.tenant()
    asked = [path for verb, path in routes(native) if verb == "GET" and "{" not in path and "stream" not in path]
    filters = [f"submission={theirs.submission}", f"key={theirs.key}", "by=day,label,key", "after=0", "limit=200"]
    for path in asked:
        for query in ("", *filters):
            answer = native.ask(b, "GET", f"{path}?{query}")
            found = [secret for secret in theirs.secrets if secret in answer.text.replace(query, "")]
            assert not found, f"{path}?{query}: {found}"
            assert answer.status_code in (200, 403, 503), path


def test_events_never_mix(native: Native, theirs: Belongings) -> None:
    """Both streams at once: each hears its own."""
    b = native.tenant()
    with native.http.stream("GET", "/events/stream", headers=b.headers | {"Last-Event-ID": "0"}) as stream:
        made = [
            native.ask(who, "POST", "/submissions", json={"url": f"https://example.com/{name}", "labels": ["gore"]})
            for who, name in ((theirs.tenant, MARK), (b, "mine"), (theirs.tenant, MARK), (b, "mine"))
        ]
        heard = []
        for line in stream.iter_lines():
            assert MARK not in line
            if line.startswith("data: "):
                heard.append(json.loads(line.removeprefix("data: "))["submission"])
            if len(heard) == 2:
                break
    assert heard == [made[1].json()["id"], made[3].json()["id"]]


def test_named_in_a_request_it_is_not_there_either(native: Native, theirs: Belongings) -> None:
    """The other's upload, lists and policy as parts of one's own request."""
    b = native.tenant()
    wanted = {"url": "https://example.com/a", "labels": ["text"]}
    requests = [
        ("/submissions", wanted | {"lists": [theirs.words]}),
        ("/submissions", wanted | {"policy": theirs.policy}),
        ("/submissions", {"upload": theirs.upload, "labels": ["text"]}),
        ("/text", {"text": MARK, "lists": [theirs.words]}),
    ]
    for path, body in requests:
        assert native.ask(b, "POST", path, json=body).status_code == 404, body
    changes = {"policy": theirs.policy}
    native.ask(b, "PATCH", "/account/settings", json=changes)
    assert native.ask(b, "POST", "/submissions", json=wanted).status_code == 404
    with native.bench.database.read() as connection:
        rows = connection.execute(submissions.select().where(submissions.c.account == b.account)).all()
    assert rows == []


def test_again_for_all_means_ones_own(native: Native, theirs: Belongings) -> None:
    b = native.tenant()
    for body in ({"states": ["owed", "given_up", "delivered"]}, {"submission": theirs.submission, "states": ["owed"]}):
        assert native.ask(b, "POST", "/deliveries/again", json=body).json() == {"again": 0}


def test_an_id_of_ones_own_is_ones_own(native: Native, theirs: Belongings) -> None:
    """The same external id in two accounts is two submissions."""
    b, said = native.tenant(), {"url": "https://example.com/a", "labels": ["gore"], "external_id": "same"}
    first, second = (native.ask(who, "POST", "/submissions", json=said).json() for who in (theirs.tenant, b))
    assert first["id"] != second["id"]
    assert second["fresh"] is True


def test_no_key_no_answer(native: Native, theirs: Belongings) -> None:
    """Every route without a key, and with one that opens nothing."""
    free = {"/health/live", "/health/ready"}
    for verb, path in routes(native):
        if path in free or verb == "OPTIONS":
            continue
        for headers in ({}, {"Authorization": "Bearer rw_" + "x" * 43}):
            answer = native.http.request(verb, theirs.fill(path), headers=SPOKEN | headers)
            assert answer.status_code == 401, f"{verb} {path}: {answer.status_code} {answer.text}"
