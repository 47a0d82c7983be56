"""One real clip through all four dialects: the same moments, each in the vendor's own words."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import httpx
import moments
import pytest
from clips import make_clip
from moments import FACE, INSULT, KINDS, PHONE, WORDS, Moments, Stretch
from PIL import Image, ImageDraw, ImageFont
from serving import Keyed, Server, until

from reelwarden.api.labels import label_map, nowhere
from reelwarden.taxonomy import expand

pytestmark = [pytest.mark.slow, pytest.mark.models]
SIZE = (640, 360)
SECONDS, STEP, FINE = 7.0, 1.0, 0.5
FACES_END, CAPTION = 5.0, (2.0, 4.0)
SAID = "you piece of shit\ncall +1 800 222 2408"
DIALECTS = ("sightengine", "deepcleer", "deepengin", "moderationapi")
MADE = {INSULT: CAPTION, PHONE: CAPTION, WORDS: CAPTION, FACE: (0.0, FACES_END)}
"""From when to when each is in the clip; the ends are no longer part of it."""
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, shared_media: Callable[[str], Path]) -> Path:
    """Five seconds of two speakers, then bottles; words over the picture from second 2 to 4. The speech's own caption
    is below what is cut out."""
    speech = list(pictures(shared_media("real/obama_speech.mp4"), (0, 0, 320, 180), FACES_END))
    bottles = next(pictures(shared_media("real/bottle-detection.mp4"), None, 1.0))[1]

    def picture(_: int, at: float) -> Image.Image:
        shown = bottles if at >= FACES_END else [frame for time, frame in speech if time <= at + 1e-6][-1]
        return captioned(shown) if CAPTION[0] <= at < CAPTION[1] else shown

    return make_clip(tmp_path_factory.mktemp("moments") / "clip.mp4", SECONDS, fps=10, size=SIZE, picture=picture)


def pictures(path: Path, box: tuple[int, int, int, int] | None, seconds: float) -> Iterator[tuple[float, Image.Image]]:
    """The frames of real footage, each with its time from the first one on."""
    with av.open(str(path)) as container:
        first: float | None = None
        for frame in container.decode(video=0):
            time = float(frame.time or 0.0)
            first = time if first is None else first
            if time - first > seconds:
                return
            yield time - first, frame.to_image().resize(SIZE, Image.Resampling.BICUBIC, box)


def captioned(picture: Image.Image) -> Image.Image:
    shown = picture.copy()
    draw = ImageDraw.Draw(shown)
    draw.rectangle((0, 235, SIZE[0], SIZE[1]), fill=(20, 30, 60))
    place = (SIZE[0] // 2, 297)
    draw.multiline_text(place, SAID, (255, 255, 255), ImageFont.load_default(42), "mm", align="center")
    return shown


def test_the_same_moments_in_every_vendors_words(
    server: Server, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account, url = server.account(), server.media(clip)
    with httpx.Client(base_url=server.url, timeout=180) as client:
        said: dict[str, Moments] = {
            "native": moments.joined(moments.native(natively(client, account, url)), FINE),
            "sightengine": moments.joined(moments.sightengine(sightengine(client, account, url)), STEP),
            "deepcleer": moments.joined(moments.deepcleer(deepcleer(client, account, url)), STEP),
            "deepengin": moments.joined(moments.deepengin(deepengin(client, account, url, server)), STEP),
            "moderationapi": moments.joined(moments.moderationapi(moderationapi(client, account, url)), STEP),
        }
    shown = moments.table(said)
    with capsys.disabled():
        print(f"\n\n{shown}\n")
    for kind in KINDS:
        true = only(said["native"], kind, shown)
        start, end = MADE[kind]
        assert true.agrees(Stretch(kind, start, end - FINE), FINE), f"native {kind} is {true}\n{shown}"
        for dialect in DIALECTS:
            if kind in wordless(dialect):
                assert kind not in said[dialect], f"{dialect} has no word for {kind}\n{shown}"
                continue
            told = only(said[dialect], kind, shown)
            assert told.agrees(true, STEP), f"{dialect} says of {kind}: {told}, not {true}\n{shown}"
    speakers = {kind: sum(kind not in wordless(dialect) for dialect in DIALECTS) for kind in KINDS}
    assert all(count >= 3 for count in speakers.values()) and speakers[FACE] == 4, speakers


def only(said: Moments, kind: str, shown: str) -> Stretch:
    """The one stretch of the kind: none is missing, and none has a hole."""
    stretches = said.get(kind, ())
    assert len(stretches) == 1, f"{kind}: {[str(one) for one in stretches]}\n{shown}"
    return stretches[0]


def wordless(dialect: str) -> frozenset[str]:
    """Kinds that the vendor has no word for in an answer about a video: as its label map says, and of policies also
    what none of them is about."""
    none = nowhere(dialect)
    if dialect == "moderationapi":
        spoken = [expand(one["labels"]) for one in label_map(dialect)["policy"].values() if one["labels"]]
        none |= set(KINDS) - frozenset().union(*spoken)
    return frozenset(none & set(KINDS))


def natively(client: httpx.Client, account: Keyed, url: str) -> Answer:
    """Looked at twice as often as by the dialects."""
    headers = {"Authorization": f"Bearer {account.secret}"}
    body = {"url": url, "labels": list(KINDS), "plan": {"every": FINE}}
    id = good(client.post("/reelwarden/v1/submissions", json=body, headers=headers), 202)["id"]
    for _ in range(3):
        if good(client.get(f"/reelwarden/v1/submissions/{id}", params={"wait": 60}, headers=headers))["ended"]:
            break
    return good(client.get(f"/reelwarden/v1/submissions/{id}/result", headers=headers))


def sightengine(client: httpx.Client, account: Keyed, url: str) -> Answer:
    fields = {
        "models": "text-content-2.0,ocr,faces",
        "text_categories": "insult,phone_number",
        "interval": f"{STEP:g}",
        "stream_url": url,
        "api_user": account.number,
        "api_secret": account.secret,
    }
    return good(client.get("/1.0/video/check-sync.json", params=fields))


def deepcleer(client: httpx.Client, account: Keyed, url: str) -> Answer:
    asked = {"accessKey": account.secret, "acceptLang": "en", "btId": secrets.token_hex(8)}
    data = {"btId": asked["btId"], "tokenId": "user", "url": url, "detectFrequency": STEP, "returnAllImg": 1}
    kinds = {"imgType": "IMGTEXTRISK_ADVERT", "imgBusinessType": "FACEDETECTION"}
    taken = good(
        client.post("/video/v4", json={**asked, **kinds, "appId": "default", "eventId": "video", "data": data})
    )
    assert taken["code"] == 1100, taken

    def ended() -> Answer | None:
        answer = good(client.post("/video/query/v4", json=asked))
        return None if answer["code"] == 1101 else answer

    return until(ended, 120, "the result")


def deepengin(client: httpx.Client, account: Keyed, url: str, server: Server) -> Answer:
    """Its step is a setting of the account, and one second where nothing is said."""
    hook = f"/ok/{secrets.token_hex(4)}"
    body = {"id": 1, "api_key": account.secret, "url": url, "callback_url": server.receiver.url(hook)}
    good(client.post("/v1/videoModeration", json=body))
    told: Answer = json.loads(server.callbacks(hook, within=120)[0].body)
    assert told["code"] == "200", told
    return told


def moderationapi(client: httpx.Client, account: Keyed, url: str) -> Answer:
    """A channel looks once a second where nothing is said."""
    body = {"content": {"type": "video", "url": url}, "policies": [{"id": id} for id in moments.POLICIES]}
    return good(client.post("/v1/moderate", json=body, headers={"Authorization": f"Bearer {account.secret}"}))


def good(response: httpx.Response, status: int = 200) -> Answer:
    assert response.status_code == status, response.text
    answer: Answer = response.json()
    return answer
