"""What the native API tells its callers: the end of a submission, and with `interim` each new moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reelwarden.api.door import as_json
from reelwarden.api.native.documents import submission_document
from reelwarden.jobs.announce import MOMENTS, RUNNING, Callback, News


class NativeAnnouncer:
    """One callback at the end; those of one submission follow each other."""

    def announce(self, news: News) -> Sequence[Callback]:
        options = news.submission.options
        if not options.callback or news.kind == RUNNING or (news.kind == MOMENTS and not options.interim):
            return ()
        event = "moments.found" if news.kind == MOMENTS else f"submission.{news.kind}"
        body: dict[str, Any] = {"event": event, "submission": submission_document(news.submission)}
        if news.kind == MOMENTS:
            body["moments"] = [
                {"label": m.label, "from": m.start, "to": m.end, "peak": m.peak, "peak_time": m.peak_time}
                for m in news.moments
            ]
        elif news.findings:
            from reelwarden.report.as_json import document

            body["result"] = document(news.findings.result)
        return (Callback(event, options.callback, as_json(body), {}, options.secret, news.submission.id),)
