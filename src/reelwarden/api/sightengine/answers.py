"""The vendor's documents: images, videos, acknowledgements, states. Pure: out of a submission and its findings."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from reelwarden.api.door import as_json
from reelwarden.api.sightengine.blocks import Seen, blocks, remarks, told_in
from reelwarden.api.sightengine.errors import JSON_UTF8, submission_error
from reelwarden.api.sightengine.ids import request_id
from reelwarden.api.sightengine.rules import summary
from reelwarden.api.sightengine.wishes import Wishes, wishes_of
from reelwarden.api.sightengine.writing import spoken
from reelwarden.domain import Signal
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import FAILED, FINISHED, STOPPED, Submission

Document = dict[str, Any]
STATES = {FINISHED: "finished", STOPPED: "stopped", FAILED: "failure"}


@dataclass(frozen=True)
class Facts:
    """What this dialect keeps of a submission: ids, the media's name, the wishes."""

    request: str
    media: str
    uri: str
    wishes: Wishes
    rules: tuple[Mapping[str, Any], ...] = ()
    events: Mapping[str, float] = field(default_factory=dict)

    @staticmethod
    def of(submission: Submission) -> Facts:
        said = submission.vendor
        wishes, rules = wishes_of(said["wishes"]), tuple(said["rules"])
        return Facts(said["request"], said["media"], said["uri"], wishes, rules, said["events"])

    @property
    def medium(self) -> Document:
        return {"id": self.media, "uri": self.uri}


def success(request: str, operations: int, at: float | None = None) -> Document:
    """The head of every answer that is not an error."""
    stamp = round(time.time() if at is None else at, 4)
    return {"status": "success", "request": {"id": request, "timestamp": stamp, "operations": operations}}


def image_answer(submission: Submission, findings: Findings) -> Document:
    """One picture. Of an animation, each number is the highest of its frames."""
    facts, told = Facts.of(submission), told_in(findings)
    seen = Seen(findings.signals, told, facts.wishes, facts.wishes.text.languages)
    made = blocks(seen)
    head = success(facts.request, operations(facts, findings), submission.created)
    return head | made | _judged(facts, [made]) | {"media": facts.medium} | remarks(facts.wishes, told)


def video_answer(submission: Submission, findings: Findings) -> Document:
    """A whole video, looked at while the caller waited."""
    facts = Facts.of(submission)
    data = video_data(facts, findings)
    head = success(facts.request, operations(facts, findings), submission.created)
    judged = _judged(facts, _blocks_of(data))
    return head | {"data": data} | judged | {"media": facts.medium} | remarks(facts.wishes, told_in(findings))


def acknowledgement(submission: Submission) -> Document:
    """A video was taken in; its results come later. `callback` is there also when none was asked for."""
    facts = Facts.of(submission)
    callback = {"callback": submission.options.callback}
    return success(facts.request, 0, submission.created) | {"media": facts.medium} | callback


def state(submission: Submission, findings: Findings | None) -> Document:
    """The answer of byid: the state, and with `findings` what was found."""
    facts = Facts.of(submission)
    data = job_data(submission, findings)
    output = {"media": facts.medium, "request": facts.request, "data": data}
    judged = _judged(facts, _blocks_of(data)) if findings else {}
    said = remarks(facts.wishes, told_in(findings)) if findings else {}
    return success(request_id(), 0) | {"output": output | judged} | said


def job_data(submission: Submission, findings: Findings | None) -> Document:
    """`data` of a job: status, progress, frames; an error where it failed."""
    facts = Facts.of(submission)
    spent = submission.operations or (operations(facts, findings) if findings else 0)
    status = STATES.get(submission.state, "ongoing")
    document: Document = {"status": status, "progress": progress(submission), "operations": spent}
    if submission.state == FAILED:
        document["error"] = submission_error(submission.error)
    return document | (video_data(facts, findings) if findings else {"frames": []})


def progress(submission: Submission) -> float:
    return 1.0 if submission.state in STATES else round(submission.progress, 3)


def ongoing(submissions: Sequence[Submission]) -> Document:
    entries = []
    for submission in submissions:
        facts = Facts.of(submission)
        data = {"status": "ongoing", "progress": progress(submission)}
        entries.append({"media": facts.medium, "request": facts.request, "data": data})
    return success(request_id(), 0) | {"ongoing": entries}


def video_data(facts: Facts, findings: Findings) -> Document:
    """`frames`, and `audio` where the sound was asked for."""
    wishes, told = facts.wishes, told_in(findings)
    at: dict[float, list[Signal]] = defaultdict(list)
    for signal in findings.signals:
        at[signal.start].append(signal)
    frames = []
    for number, instant in enumerate(times(facts, findings), 1):
        info = {"id": f"{facts.media}_{number}", "position": round(instant * 1000)}
        seen = Seen(at.get(instant, ()), told, wishes, wishes.text.languages)
        frames.append({"info": info, **blocks(seen)})
    heard = any(model.sound for model in wishes.chosen)
    return {"frames": frames} | ({"audio": {"profanity": spoken(findings.signals)}} if heard else {})


def times(facts: Facts, findings: Findings) -> Sequence[float]:
    """The instants that are answered for; none where only the sound was asked for."""
    if all(model.sound for model in facts.wishes.chosen):
        return ()
    most = facts.wishes.max_duration
    return [at for at in findings.times if most is None or at < most]


def operations(facts: Facts, findings: Findings) -> int:
    """One a model and frame, as the vendor counts; sound counts as the frames beside it."""
    return len(facts.wishes.models) * max(1, len(findings.times))


def _blocks_of(data: Document) -> list[Document]:
    audio = [{"audio": data["audio"]}] if "audio" in data else []
    return [*data["frames"], *audio]


def _judged(facts: Facts, made: Sequence[Document]) -> Document:
    """`summary` and `workflow`, where the request named one."""
    if not facts.wishes.workflow:
        return {}
    return {"summary": summary(facts.rules, made), "workflow": {"id": facts.wishes.workflow}}


def as_answer(document: Document) -> Response:
    return Response(as_json(document), media_type=JSON_UTF8)
