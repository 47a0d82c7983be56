"""What every test of the review desk begins with: an account, its usual project, and that one's usual queue."""

from __future__ import annotations

import pytest

from reelwarden.accounts import accounts, plans
from reelwarden.review import projects, queues
from reelwarden.review.projects import Project
from reelwarden.store.database import Database


@pytest.fixture
def place(database: Database) -> tuple[Project, str]:
    """The project, and the id of its queue."""
    with database.begin() as connection:
        plans.seed(connection)
        account = accounts.create(connection, "someone")
        project = projects.usual(connection, account.id, account.name)
        queue = queues.usual(connection, project.id)
    assert queue
    return project, queue
