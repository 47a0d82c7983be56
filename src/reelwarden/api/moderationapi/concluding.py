"""From the end of a content's submissions to its judgement: written down once, answered as often as it is asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reelwarden.accounts import lists
from reelwarden.api.door import House
from reelwarden.api.moderationapi import DIALECT, seen
from reelwarden.api.moderationapi.errors import Failure, capital
from reelwarden.api.moderationapi.events import RENDERERS
from reelwarden.api.moderationapi.judging import ALLOW, REJECT, REVIEW, Judged, Standing, Terms, judge, masked
from reelwarden.api.moderationapi.policies import Wish, wish_of
from reelwarden.api.moderationapi.seen import Seen
from reelwarden.api.moderationapi.settings import CHANNEL, PROJECT
from reelwarden.jobs import findings, submissions
from reelwarden.jobs.submissions import FAILED
from reelwarden.review import authors, channels, contents, items, news, projects, queues
from reelwarden.review.authors import Author
from reelwarden.review.channels import Channel
from reelwarden.review.contents import Content, Judgement
from reelwarden.review.news import News
from reelwarden.review.projects import Project

OUTCOMES = {ALLOW: "pass", REVIEW: "review", REJECT: "reject"}
Document = dict[str, Any]


@dataclass(frozen=True)
class Concluded:
    """Everything that an answer is rendered from. `modified`: part → its text with what was to be masked replaced."""

    content: Content
    id: str
    parts: list[Seen]
    judged: Judged
    modified: Mapping[str, str]
    author: Author | None
    channel: Channel
    stored: bool


@dataclass(frozen=True)
class Context:
    content: Content
    project: Project
    channel: Channel
    author: Author | None
    rejects_from: float

    @property
    def said(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.content.request["said"]
        return found

    @property
    def terms(self) -> Terms:
        dry = "DRY_RUN" in (
            {**CHANNEL, **self.channel.settings}["flaggingMode"],
            {**PROJECT, **self.project.settings}["globalFlaggingMode"],
        )
        client = self.said.get("clientAction") or {}
        overrides = client.get("behavior") == "override"
        return Terms(self.rejects_from, dry, client.get("action", ""), overrides)


def conclude(house: House, content: Content, rejects_from: float) -> Concluded:
    """Judges the content and writes it down, where nobody has. Raises Failure where its only part is no media."""
    context = _context(house, content, rejects_from)
    wishes = [wish_of(one) for one in content.request["wishes"]]
    parts, errors = _parts(house, content)
    if not parts:
        with house.desk.database.begin() as connection:
            contents.close(connection, content, None, request={})
        raise Failure(400, "invalid_request", capital(errors[0]["message"]))
    standing = Standing()
    if context.author:
        standing = Standing(True, context.author.status(time.time()), context.author.level)
    judged = judge(parts, wishes, standing, context.terms, [*errors, *content.request["untold"]])
    modified = {part.name: text for part in parts if (text := masked(part, wishes)) is not None}
    author = _write(house, context, parts, judged, wishes)
    id = str(context.said.get("contentId") or content.id)
    stored = not context.said.get("doNotStore")
    return Concluded(content, id, parts, judged, modified, author, context.channel, stored)


def _context(house: House, content: Content, rejects_from: float) -> Context:
    with house.desk.database.read() as connection:
        project = projects.get(connection, content.account, content.project)
        channel = (
            channels.get(connection, content.account, content.channel)
            if content.channel
            else channels.usual(connection, content.project)
        )
        author = authors.find(connection, content.project, content.author) if content.author else None
    return Context(content, project, channel, author, rejects_from)


def _parts(house: House, content: Content) -> tuple[list[Seen], list[Document]]:
    """What was seen of each part, and an error for each that could not be looked at."""
    parts, errors = [], []
    database = house.desk.database
    with database.read() as connection:
        own = [one.id for one in lists.every(connection, content.account) if DIALECT in one.vendor]
    compiled = lists.compiled(database, content.account, own) if own else ()
    for name, part in content.request["parts"].items():
        if part["type"] == "text":
            parts.append(seen.text(name, part["text"], compiled, part))
            continue
        found = _of_submission(house, name, part, content.submissions.get(name, ""))
        if isinstance(found, Seen):
            parts.append(found)
        else:
            errors.append({"id": name or part["type"], "message": found})
    return parts, errors


def _of_submission(house: House, name: str, part: Mapping[str, Any], id: str) -> Seen | str:
    with house.desk.database.read() as connection:
        submission = submissions.read(connection, id)
        packed = submissions.result_of(connection, id) if submission else None
    if submission is None:
        return "the media was not kept"
    if submission.state == FAILED or packed is None:
        return str((submission.error or {}).get("message") or "the media could not be looked at")
    return seen.media(name, part["type"], findings.unpack(packed), submission.operations, part)


def _write(house: House, context: Context, parts: list[Seen], judged: Judged, wishes: list[Wish]) -> Author | None:
    """One transaction: the judgement, the author's record, the review item and the news of it."""
    judgement = Judgement(judged.flagged, OUTCOMES[judged.action], tuple(judged.reasons), tuple(judged.labels))
    content, now = context.content, time.time()
    keep = not context.said.get("doNotStore")
    with house.desk.database.begin() as connection:
        kept: dict[str, Any] = {} if content.submissions else {"request": {}}
        if not contents.close(connection, content, judgement, **kept):
            return context.author
        author = context.author
        if author:
            author = _author(connection, context, author, judged.flagged, now)
        if keep:
            _item(connection, context, parts, judged)
    return author


def _author(connection: sa.Connection, context: Context, author: Author, flagged: bool, now: float) -> Author:
    after = authors.judged(connection, author, flagged, now)
    if after.level != author.level:
        told = [News(news.AUTHOR_TRUST, author=after)]
        news.tell(connection, RENDERERS, after.account, after.project, told)
    return after


def _item(connection: sa.Connection, context: Context, parts: list[Seen], judged: Judged) -> None:
    content, said = context.content, context.said
    asked = judged.flagged or judged.action != ALLOW
    shown = {name: {k: v for k, v in part.items() if v is not None} for name, part in content.request["parts"].items()}
    new = items.New(
        account=content.account,
        project=content.project,
        external_id=str(said.get("contentId") or content.id),
        content=shown,
        outcome=OUTCOMES[judged.action],
        flagged=judged.flagged,
        severity=judged.severity,
        labels=[_label(policy) for policy in judged.policies if policy["probability"] > 0],
        queue=queues.usual(connection, content.project) if asked else None,
        author=content.author,
        channel=context.channel.id,
        submissions=content.submissions,
        language=next((part.language for part in parts if part.language), None),
        conversation=said.get("conversationId"),
        kind=said.get("metaType"),
        facts={"metadata": said.get("metadata") or {}, "client": said.get("clientAction")},
        created=said["timestamp"] / 1000 if said.get("timestamp") else content.created,
    )
    item, entered = items.keep(connection, new)
    if entered:
        author = authors.find(connection, item.project, item.author) if item.author else None
        told = [News(news.ITEM_NEW, item=item, author=author, queue=item.queue)]
        news.tell(connection, RENDERERS, item.account, item.project, told)


def _label(policy: Document) -> Document:
    said = {"label": policy["id"], "score": policy["probability"], "flagged": policy["flagged"]}
    matches = policy.get("matches")
    return said | ({"matches": matches[:20]} if matches else {})
