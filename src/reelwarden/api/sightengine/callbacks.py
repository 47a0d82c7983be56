"""Callbacks: at an interesting event, and at the end, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence

from reelwarden.api.door import as_json
from reelwarden.api.sightengine.answers import Document, Facts, job_data, state
from reelwarden.api.sightengine.rules import eventful
from reelwarden.jobs.announce import LOOKED, MOMENTS, RUNNING, Callback, News


class SightengineAnnouncer:
    """The callbacks of one video follow each other. Numbers decide what an event is, so it wants every piece."""

    want_pieces = True

    def announce(self, news: News) -> Sequence[Callback]:
        options = news.submission.options
        if not options.callback or news.kind in (RUNNING, MOMENTS):
            return ()
        body = _event(news) if news.kind == LOOKED else _end(news)
        if body is None:
            return ()
        event = "video.event" if news.kind == LOOKED else f"video.{body['data']['status']}"
        return (Callback(event, options.callback, as_json(body), {}, options.secret, news.submission.id),)


def _end(news: News) -> Document:
    """The end: `media`, `request`, `data` as byid has them under `output`."""
    output: Document = state(news.submission, news.findings)["output"]
    return output


def _event(news: News) -> Document | None:
    """The frames of the piece in which a number reaches its threshold; None where there are none."""
    if news.findings is None:
        return None
    facts = Facts.of(news.submission)
    data = job_data(news.submission, news.findings)
    step = facts.wishes.interval
    frames = [_numbered(frame, facts.media, step) for frame in data["frames"] if eventful(facts.events, frame)]
    heard = bool(data.get("audio", {}).get("profanity"))
    if not frames and not heard:
        return None
    return {"media": facts.medium, "request": facts.request, "data": data | {"frames": frames}}


def _numbered(frame: Document, media: str, step: float) -> Document:
    """The frame with the number that it has in the whole, as far as the plan of instants tells."""
    info = frame["info"]
    return frame | {"info": info | {"id": f"{media}_{round(info['position'] / 1000 / step) + 1}"}}
