"""Projects: made, changed, copied, deleted, and keys that open one of them alone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from reelwarden.accounts import keys
from reelwarden.accounts.caller import ADMIN, OWN_SCOPES
from reelwarden.api.moderationapi.call import Call, operation, stamp
from reelwarden.api.moderationapi.errors import Failure
from reelwarden.api.moderationapi.settings import PROJECT
from reelwarden.review import projects
from reelwarden.review.projects import Project

router = APIRouter()
Document = dict[str, Any]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(max_length=20_000)]


class NewProject(BaseModel):
    name: Named
    domain: Annotated[str, Field(max_length=300)] | None = None
    context: Long | None = None
    brief: Long | None = None
    usedByMinors: bool | None = None


class ProjectBody(BaseModel):
    name: Named | None = None
    description: Annotated[str, Field(max_length=2000)] | None = None
    domain: Annotated[str, Field(max_length=300)] | None = None
    context: Long | None = None
    globalFlaggingMode: Literal["DRY_RUN", "ACTIVE"] | None = None
    enableRequestLogging: bool | None = None
    casebookEnabled: bool | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, exclude={"name"})


class Copy(BaseModel):
    name: Named | None = None


class NewKey(BaseModel):
    name: Annotated[str, Field(max_length=200)] | None = None


@operation(router, "GET", "/projects", "read")
def listing(call: Call) -> Any:
    only = call.project.id if call.bound else None
    with call.house.desk.database.read() as connection:
        page = projects.listing(connection, call.caller.account, call.turn, only)
    return call.paged(page, [document(Project(**row)) for row in page.rows])


@operation(router, "POST", "/projects", "manage")
def create(call: Call) -> Any:
    _whole_account(call)
    said = call.said(NewProject)
    settings = said.model_dump(exclude_none=True, exclude={"name"})
    with call.house.desk.database.begin() as connection:
        project = projects.create(connection, call.caller.account, said.name, settings)
        _, secret = _key(call, connection, project, project.name)
    return document(project) | {"secretKey": secret}


@operation(router, "GET", "/projects/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        return document(_get(call, connection, id))


@operation(router, "PUT", "/projects/{id}", "manage")
def update(call: Call, id: str) -> Any:
    said = call.said(ProjectBody)
    with call.house.desk.database.begin() as connection:
        project = _get(call, connection, id)
        settings = {name: value for name, value in said.settings.items() if value is not None or PROJECT[name] is None}
        return document(projects.change(connection, project, said.name, settings))


@operation(router, "DELETE", "/projects/{id}", "manage")
def delete(call: Call, id: str) -> Any:
    _whole_account(call)
    with call.house.desk.database.begin() as connection:
        project = _get(call, connection, id)
        projects.delete(connection, project)
    return {"id": project.id, "deleted": True}


@operation(router, "POST", "/projects/{id}/duplicate", "manage")
def duplicate(call: Call, id: str) -> Any:
    _whole_account(call)
    said = call.said(Copy)
    with call.house.desk.database.begin() as connection:
        project = projects.duplicate(connection, _get(call, connection, id), said.name)
        _, secret = _key(call, connection, project, project.name)
    return document(project) | {"secretKey": secret}


@operation(router, "POST", "/projects/{id}/api-keys", "manage")
def create_key(call: Call, id: str) -> Any:
    said = call.said(NewKey)
    with call.house.desk.database.begin() as connection:
        project = _get(call, connection, id)
        name = said.name or project.name
        key, secret = _key(call, connection, project, name)
        created = keys.find(connection, call.caller.account, key).created
    return {"id": key, "name": name, "projectId": project.id, "createdAt": stamp(created), "secretKey": secret}


def document(project: Project) -> Document:
    shown = {**PROJECT, **{name: value for name, value in project.settings.items() if name in PROJECT}}
    times = {"createdAt": stamp(project.created), "updatedAt": stamp(project.changed)}
    return {"id": project.id, "name": project.name, **shown, **times}


def _get(call: Call, connection: Connection, named: str) -> Project:
    project = projects.get(connection, call.caller.account, named)
    if call.bound and project.id != call.project.id:
        raise Failure(403, "project_not_reachable", "This key opens another project")
    return project


def _whole_account(call: Call) -> None:
    if call.bound:
        raise Failure(403, "organization_key_required", "This needs a key of the whole account")


def _key(call: Call, connection: Connection, project: Project, name: str) -> tuple[str, str]:
    """A key that opens the project alone, and may do no more than the one that makes it."""
    scopes = OWN_SCOPES if call.caller.may(ADMIN) else call.caller.scopes & OWN_SCOPES
    id, secret = keys.create(connection, call.caller.account, name.strip() or "project", scopes)
    projects.bind(connection, id, project.id)
    return id, secret
