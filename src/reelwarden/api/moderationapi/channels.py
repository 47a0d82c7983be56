"""Channels: how contents of one kind of place are looked at."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from reelwarden.api.moderationapi.call import Call, operation, stamp
from reelwarden.api.moderationapi.errors import Failure
from reelwarden.api.moderationapi.requests import Meta
from reelwarden.api.moderationapi.settings import CHANNEL
from reelwarden.review import channels, projects
from reelwarden.review.channels import Channel

router = APIRouter()
Document = dict[str, Any]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(min_length=1, max_length=100)]


class NewChannel(BaseModel):
    name: Named
    key: Key | None = None
    description: Annotated[str, Field(max_length=2000)] | None = None
    contentType: Meta | None = None


class ChannelBody(BaseModel):
    name: Named | None = None
    key: Key | None = None
    description: Annotated[str, Field(max_length=2000)] | None = None
    contentType: Meta | None = None
    flaggingMode: Literal["DRY_RUN", "ACTIVE"] | None = None
    contextEnabled: bool | None = None
    enableImageModeration: bool | None = None
    enableVideoModeration: bool | None = None
    enableAudioModeration: bool | None = None
    enableVoiceModeration: bool | None = None
    includeTranscriptInResponse: bool | None = None
    transcriptionQuality: Literal["SPEED", "BALANCED", "ACCURACY"] | None = None
    unicodeSpoofDetectionEnabled: bool | None = None
    frameCaptureInterval: float | None = Field(None, ge=0.1, le=600)
    maxFramesPerVideo: int | None = Field(None, ge=1, le=10_000)
    spreadFrames: bool | None = None

    @property
    def settings(self) -> dict[str, Any]:
        said = self.model_dump(exclude_unset=True, exclude={"name", "key"})
        return {name: value for name, value in said.items() if value is not None or CHANNEL[name] is None}


class Copy(BaseModel):
    name: Named | None = None
    key: Key | None = None


@operation(router, "GET", "/projects/{id}/channels", "read")
def listing(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        page = channels.listing(connection, _project(call, connection, id), call.turn)
    return call.paged(page, [document(Channel(**row)) for row in page.rows])


@operation(router, "POST", "/projects/{id}/channels", "manage")
def create(call: Call, id: str) -> Any:
    said = call.said(NewChannel)
    settings = {"description": said.description, "contentType": said.contentType}
    with call.house.desk.database.begin() as connection:
        project = _project(call, connection, id)
        key = said.key or channels.free_key(connection, project, slug(said.name))
        return document(channels.create(connection, call.caller.account, project, said.name, key, settings))


@operation(router, "GET", "/channels/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        return document(_get(call, connection, id))


@operation(router, "PUT", "/channels/{id}", "manage")
def update(call: Call, id: str) -> Any:
    said = call.said(ChannelBody)
    with call.house.desk.database.begin() as connection:
        channel = _get(call, connection, id)
        return document(channels.change(connection, channel, said.name, said.key, said.settings))


@operation(router, "DELETE", "/channels/{id}", "manage")
def delete(call: Call, id: str) -> Any:
    with call.house.desk.database.begin() as connection:
        channel = _get(call, connection, id)
        channels.delete(connection, channel)
    return {"id": channel.id, "deleted": True}


@operation(router, "POST", "/channels/{id}/duplicate", "manage")
def duplicate(call: Call, id: str) -> Any:
    said = call.said(Copy)
    with call.house.desk.database.begin() as connection:
        old = _get(call, connection, id)
        key = said.key or channels.free_key(connection, old.project, f"{old.key[:85]}-copy")
        name = said.name or f"{old.name[:190]} (copy)"
        return document(channels.create(connection, old.account, old.project, name, key, old.settings))


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "channel"


def document(channel: Channel) -> Document:
    return {
        "id": channel.id,
        "projectId": channel.project,
        "key": channel.key,
        "name": channel.name,
        "isDefault": channel.usual,
        **CHANNEL,
        **channel.settings,
        "createdAt": stamp(channel.created),
        "updatedAt": stamp(channel.changed),
    }


def _project(call: Call, connection: Connection, named: str) -> str:
    project = projects.get(connection, call.caller.account, named)
    _reachable(call, project.id)
    return project.id


def _get(call: Call, connection: Connection, id: str) -> Channel:
    channel = channels.get(connection, call.caller.account, id)
    _reachable(call, channel.project)
    return channel


def _reachable(call: Call, project: str) -> None:
    if call.bound and project != call.project.id:
        raise Failure(403, "project_not_reachable", "This key opens another project")
