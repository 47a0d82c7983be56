"""What is posted to the customer: the result of a video, once; of a stream, all that is found, and its end."""

from __future__ import annotations

from collections.abc import Sequence

from reelwarden.api.deepcleer import live
from reelwarden.api.deepcleer.result import document_of
from reelwarden.api.door import as_json
from reelwarden.jobs.announce import FAILED, FINISHED, LOOKED, STOPPED, Callback, News

ENDS = (FINISHED, STOPPED, FAILED)


class DeepCleerAnnouncer:
    """Tells the end of a video, with all that was found, or why nothing was."""

    def announce(self, news: News) -> Sequence[Callback]:
        options = news.submission.options
        if news.kind not in ENDS or not options.callback:
            return ()
        body = as_json(document_of(news.submission, news.findings))
        return (Callback("video.moderated", options.callback, body, {}, options.secret),)


class StreamAnnouncer:
    """Tells what each piece of a stream brought, and its end where that was asked for."""

    want_pieces = True

    def announce(self, news: News) -> Sequence[Callback]:
        if news.kind == LOOKED:
            return live.piece(news)
        return live.end(news) if news.kind in ENDS else ()
