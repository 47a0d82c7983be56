"""The one callback: what was found, or why there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reelwarden.api.deepengin.account import settings_of
from reelwarden.api.deepengin.errors import code_of, document
from reelwarden.api.deepengin.moderation import moderation_result
from reelwarden.api.deepengin.results import results
from reelwarden.api.deepengin.submitting import METER, filename
from reelwarden.api.door import as_json
from reelwarden.jobs.announce import FAILED, FINISHED, STOPPED, Callback, News
from reelwarden.jobs.usage import operations


class DeepenginAnnouncer:
    """Tells the end of a video, once."""

    def announce(self, news: News) -> Sequence[Callback]:
        submission = news.submission
        if news.kind not in (FINISHED, STOPPED, FAILED) or not submission.options.callback:
            return ()
        body = as_json(callback_document(news))
        return (Callback("video.moderated", submission.options.callback, body, {}, submission.options.secret),)


def callback_document(news: News) -> dict[str, Any]:
    """`id`, `filename`, `file_url` and the results; on failure the vendor's error and an empty result."""
    submission, found = news.submission, news.findings
    settings = settings_of({"dialects": {submission.dialect: submission.vendor.get("settings", {})}})
    said: dict[str, Any] = {
        "id": submission.vendor.get("id"),
        "filename": filename(submission.address),
        "file_url": submission.address,
    }
    if news.kind == FAILED or found is None:
        error = submission.error or {"code": "stopped", "message": "the video was stopped"}
        empty: Any = {} if settings.single else []
        return (
            said
            | document(code_of(error["code"]), str(error["message"]))
            | {"ModerationResult": empty, "operations": 0}
        )
    said |= {"code": "200", "ModerationResult": moderation_result(found, settings)}
    return said | results(found, settings.results) | {"operations": operations(submission, found)[METER]}
