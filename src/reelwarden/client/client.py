"""The client: hand in, watch, read, stop, delete."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reelwarden.client import sending
from reelwarden.client.errors import Unreachable
from reelwarden.client.listening import listen
from reelwarden.client.records import Account, Event, Label, Result, Submission, TextAnswer, Usage, of
from reelwarden.client.rooms import Admin, Deliveries, Keys, Lists, Policies
from reelwarden.client.sending import Media
from reelwarden.client.wire import Wire, path
from reelwarden.errors import UsageError

LONGEST_LOOK = 30.0


class Client:
    """One server, by one key. Safe to share between threads; every call is a connection of its own.

    `timeout` seconds may pass without a byte; `patience` seconds are waited where the server is asked too fast.
    Every method raises ApiError for what the server refuses and Unreachable where no answer comes.
    """

    def __init__(self, url: str, key: str, *, timeout: float = 90.0, patience: float = 10.0) -> None:
        self._wire = Wire(url, key, timeout, patience)
        self.lists = Lists(self._wire)
        self.policies = Policies(self._wire)
        self.keys = Keys(self._wire)
        self.deliveries = Deliveries(self._wire)
        self.admin = Admin(self._wire)

    def submit(
        self,
        file: Media | None = None,
        *,
        labels: Sequence[str],
        url: str | None = None,
        stream: str | None = None,
        upload: str | None = None,
        **options: Any,
    ) -> Submission:
        """Hands in a file (path, bytes or open file), a URL, a live stream, or a whole upload; one of them.

        Files from 64 MiB on are uploaded resumably. `options` are `name`, `external_id`, `plan`, `policy`,
        `languages`, `countries`, `lists`, `keep`, `callback`, `interim`, `priority`.
        """
        others = {"url": url, "stream": stream, "upload": upload}
        fields = {name: value for name, value in {**others, **options}.items() if value is not None}
        fields["labels"] = list(labels)
        if file is None:
            return of(Submission, self._wire.json("POST", "/submissions", fields))
        if any(others.values()):
            raise UsageError("give one of file, url, stream and upload")
        return self._submit_file(file, fields)

    def _submit_file(self, media: Media, fields: Mapping[str, Any]) -> Submission:
        with sending.opened(media) as (file, size, name):
            if size >= sending.LARGE:
                whole = sending.upload(self._wire, file, str(fields.get("name") or name))
                return of(Submission, self._wire.json("POST", "/submissions", {**fields, "upload": whole}))
            body = sending.form(fields, file, size, name)
            with self._wire.answer("POST", "/submissions", body) as answer:
                return of(Submission, json.loads(answer.read()))

    def upload(self, file: Media, name: str = "", part: int = sending.PART) -> str:
        """Uploads resumably, `part` bytes at a time, and gives the id for `submit(upload=…)`."""
        return sending.upload(self._wire, file, name, part)

    def end_upload(self, id: str) -> None:
        """Nothing of the upload stays."""
        with self._wire.answer("DELETE", path("uploads", id), headers=sending.SPOKEN):
            pass

    def submissions(self, state: str = "", before: str = "", limit: int = 50) -> list[Submission]:
        """The newest first; `before` is the id of the last one of the page before."""
        query = {"state": state, "before": before, "limit": limit}
        return [of(Submission, one) for one in self._wire.json("GET", "/submissions", query=query)["submissions"]]

    def submission(self, id: str, wait: float = 0.0) -> Submission:
        """As it is now; with `wait`, as soon as it has ended or after so many seconds (60 at most)."""
        return of(Submission, self._wire.json("GET", path("submissions", id), query={"wait": wait or None}))

    def wait(self, id: str, timeout: float | None = None) -> Submission:
        """The submission when it has ended, however it did. A server that restarts is waited for.

        Raises TimeoutError where it has not ended within `timeout` seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = LONGEST_LOOK if end is None else end - time.monotonic()
            try:
                found = self.submission(id, wait=max(0.0, min(left, LONGEST_LOOK)))
            except Unreachable:
                if left <= 0:
                    raise
                time.sleep(min(1.0, left))
                continue
            if not found.open:
                return found
            if left <= 0:
                raise TimeoutError(f"{id} is still {found.state}")

    def result(self, id: str) -> Result:
        """What was found. Raises ApiError (not_found) before there is anything."""
        document = self._wire.json("GET", path("submissions", id, "result"))
        return of(Result, document, document=document)

    def stop(self, id: str) -> Submission:
        """Stops it at once; what was found until then stays."""
        return of(Submission, self._wire.json("POST", path("submissions", id, "stop")))

    def delete(self, id: str) -> None:
        """Deletes it with everything that belongs to it."""
        self._wire.json("DELETE", path("submissions", id))

    def media(self, id: str, start: int = 0, end: int | None = None) -> bytes:
        """Bytes `start` up to, not with, `end` of the media, while they are kept."""
        asked = {"Range": f"bytes={start}-{'' if end is None else end - 1}"} if start or end is not None else None
        return self._wire.bytes(path("submissions", id, "media"), asked)

    def evidence_times(self, id: str) -> list[float]:
        """The times of which a picture is kept, in seconds."""
        found = self._wire.json("GET", path("submissions", id, "evidence"))["evidence"]
        return [float(one["time"]) for one in found]

    def evidence(self, id: str, time: float) -> bytes:
        """The picture of that time, a JPEG."""
        return self._wire.bytes(path("submissions", id, "evidence", str(time)))

    def events(self, after: int | None = None, submission: str | None = None) -> Iterator[Event]:
        """Events as they happen, from now on or behind the number `after`. It goes on when the connection is lost."""
        return listen(self._wire, after, submission)

    def past_events(self, after: int = 0, submission: str | None = None, limit: int = 100) -> list[Event]:
        """Those behind the number `after`, the oldest first."""
        query = {"after": after, "submission": submission, "limit": limit}
        return [of(Event, one) for one in self._wire.json("GET", "/events", query=query)["events"]]

    def text(self, text: str, **options: Any) -> TextAnswer:
        """`options` are `languages`, `countries`, `categories`, `source`, `lists`, `semantic`."""
        said = {name: value for name, value in options.items() if value is not None}
        return of(TextAnswer, self._wire.json("POST", "/text", {"text": text, **said}))

    def labels(self, family: str = "") -> list[Label]:
        """All labels, or those of a family, and which can be told there."""
        return [of(Label, one) for one in self._wire.json("GET", "/labels", query={"family": family})["labels"]]

    def usage(self, start: str = "", end: str = "", by: Sequence[str] = ("day",)) -> list[Usage]:
        """From one day to another (2026-11-23), by day, label, key or several; the last 30 days by default."""
        query = {"start": start, "end": end, "by": ",".join(by)}
        return [of(Usage, one) for one in self._wire.json("GET", "/usage", query=query)["usage"]]

    def account(self) -> Account:
        """Whose key this is."""
        said = self._wire.json("GET", "/account")
        return of(Account, said, plan=said["plan"]["name"], used=said["month"]["used"], limit=said["month"]["limit"])

    def change_settings(self, **changes: Any) -> Mapping[str, Any]:
        """Changes what is named; None goes back to the server's own. Gives all settings."""
        settings: Mapping[str, Any] = self._wire.json("PATCH", "/account/settings", changes)
        return settings

    def is_live(self) -> bool:
        """Whether the server answers."""
        try:
            return bool(self._wire.json("GET", "/health/live")["status"] == "live")
        except Unreachable:
            return False

    def checks(self) -> Mapping[str, str]:
        """What the server needs, each `ok` or what is wrong with it."""
        with self._wire.answer("GET", "/health/ready", fine=(503,)) as answer:
            checks: Mapping[str, str] = json.loads(answer.read())["checks"]
        return checks

    def metrics(self) -> str:
        """Prometheus metrics of the server; needs a key with the scope admin."""
        return self._wire.bytes("/metrics").decode()
