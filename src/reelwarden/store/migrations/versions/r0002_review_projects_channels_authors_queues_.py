"""Review: projects, channels, authors, queues, items, actions, decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """Review: projects, channels, authors, queues, items, actions, decisions."""
    for step in (
        _projects,
        _actions,
        _authors,
        _channels,
        _project_keys,
        _review_queues,
        _subscriptions,
        _contents,
        _review_items,
        _decisions,
    ):
        step()


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False, comment="meant where nobody names one"),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(120), nullable=False, comment="signs what its subscriptions get"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_projects_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("account", "name", name="uq_projects_account"),
    )
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.create_index("ix_projects_account", ["account"])


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.String(1000)),
        sa.Column(
            "does", sa.String(20), nullable=False, comment="review/actions.py: item.reject, author.block …; empty"
        ),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.String(10), nullable=False, comment="remove, add, or stay: the item in its queue"),
        sa.Column("shown", sa.String(10), nullable=False, comment="all, some or no queues show it"),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False, comment="values to choose from"),
        sa.Column("needs_value", sa.Boolean(), nullable=False),
        sa.Column("free_text", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_actions_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_actions_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
        sa.UniqueConstraint("project", "key", name="uq_actions_project"),
    )
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.create_index("ix_actions_account", ["account"])
        batch_op.create_index("ix_actions_project", ["project"])


def _authors() -> None:
    op.create_table(
        "authors",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False, comment="the caller's own id"),
        sa.Column("profile", sa.JSON(), nullable=False, comment="name, email, company, picture, link and facts"),
        sa.Column("state", sa.String(10), nullable=False, comment="enabled, suspended (until a time), blocked"),
        sa.Column("blocked_until", sa.Double(), comment="null: for good"),
        sa.Column("blocked_why", sa.String(1000)),
        sa.Column("trust", sa.Integer(), nullable=False, comment="-1..3, from what is known of them (review/trust.py)"),
        sa.Column("trust_by_hand", sa.Integer(), comment="-1..4; null: the computed one counts"),
        sa.Column("contents", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.Column("last_incident", sa.Double()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_authors_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_authors_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_authors"),
        sa.UniqueConstraint("project", "external_id", name="uq_authors_project"),
    )
    with op.batch_alter_table("authors", schema=None) as batch_op:
        batch_op.create_index("ix_authors_account", ["account"])
        batch_op.create_index("ix_authors_project", ["project"])


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False, comment="how its contents are looked at"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_channels_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_channels_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint("project", "key", name="uq_channels_project"),
    )
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.create_index("ix_channels_account", ["account"])
        batch_op.create_index("ix_channels_project", ["project"])


def _project_keys() -> None:
    op.create_table(
        "project_keys",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name="fk_project_keys_key", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_project_keys_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_project_keys"),
    )
    with op.batch_alter_table("project_keys", schema=None) as batch_op:
        batch_op.create_index("ix_project_keys_project", ["project"])


def _review_queues() -> None:
    op.create_table(
        "review_queues",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False, comment="gets what is flagged"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_review_queues_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_review_queues_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_review_queues"),
        sa.UniqueConstraint("project", "name", name="uq_review_queues_project"),
    )
    with op.batch_alter_table("review_queues", schema=None) as batch_op:
        batch_op.create_index("ix_review_queues_account", ["account"])
        batch_op.create_index("ix_review_queues_project", ["project"])


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.String(1000)),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False, comment="review/news.py names them"),
        sa.Column("dialect", sa.String(20), nullable=False, comment="renders and signs what is sent"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_subscriptions_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_subscriptions_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_subscriptions_account", ["account"])
        batch_op.create_index("ix_subscriptions_project", ["project"])


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column(
            "fingerprint", sa.String(64), nullable=False, comment="the same request by the same key has the same"
        ),
        sa.Column("channel", sa.String(40)),
        sa.Column("author", sa.String(40)),
        sa.Column("request", sa.JSON(), nullable=False, comment="while it is judged; emptied then"),
        sa.Column("submissions", sa.JSON(), nullable=False, comment="part of the content → its submission"),
        sa.Column("state", sa.String(10), nullable=False, comment="open, judged, failed"),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(10), comment="pass, review, reject"),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False, comment="those that flagged it"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("judged", sa.Double()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_contents_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author"], ["authors.id"], name="fk_contents_author", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["channel"], ["channels.id"], name="fk_contents_channel", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_contents_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_contents"),
    )
    with op.batch_alter_table("contents", schema=None) as batch_op:
        batch_op.create_index("ix_contents_account", ["account"])
        batch_op.create_index("ix_contents_again", ["fingerprint", "created"])
        batch_op.create_index("ix_contents_author", ["author", "created"])
        batch_op.create_index("ix_contents_open", ["account", "state"])
        batch_op.create_index("ix_contents_project", ["project"])
        batch_op.create_index("ix_contents_report", ["project", "created"])


def _review_items() -> None:
    op.create_table(
        "review_items",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False, comment="the content's id, the caller's or ours"),
        sa.Column("content", sa.JSON(), nullable=False, comment="what is shown: texts, addresses of media"),
        sa.Column("submissions", sa.JSON(), nullable=False, comment="part of the content → its submission"),
        sa.Column("author", sa.String(40)),
        sa.Column("channel", sa.String(40)),
        sa.Column("queue", sa.String(40), comment="null: kept, but nobody is asked"),
        sa.Column("labels", sa.JSON(), nullable=False, comment="[{label, score, flagged}], the gravest first"),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.Double(), nullable=False, comment="0..1"),
        sa.Column("outcome", sa.String(10), nullable=False, comment="the machine's: pass, review, reject"),
        sa.Column("state", sa.String(10), nullable=False, comment="pending, resolved"),
        sa.Column("decision", sa.String(10), comment="the last human one: allow, reject"),
        sa.Column("language", sa.String(10)),
        sa.Column("conversation", sa.String(200)),
        sa.Column("kind", sa.String(20), comment="message, comment, profile …"),
        sa.Column("facts", sa.JSON(), nullable=False, comment="what the caller said of it"),
        sa.Column("created", sa.Double(), nullable=False, comment="of the content"),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.Column("resolved", sa.Double()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_review_items_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author"], ["authors.id"], name="fk_review_items_author", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["channel"], ["channels.id"], name="fk_review_items_channel", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_review_items_project", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["queue"], ["review_queues.id"], name="fk_review_items_queue", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_review_items"),
        sa.UniqueConstraint("project", "external_id", name="uq_review_items_project"),
    )
    with op.batch_alter_table("review_items", schema=None) as batch_op:
        batch_op.create_index("ix_review_items_account", ["account"])
        batch_op.create_index("ix_review_items_author", ["author"])
        batch_op.create_index("ix_review_items_project", ["project"])
        batch_op.create_index("ix_review_items_queue", ["queue", "state", "created"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("project", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="resolve, unresolve, or what the action does"),
        sa.Column("item", sa.String(40)),
        sa.Column("author", sa.String(40)),
        sa.Column("action", sa.String(100), comment="its key; actions may be changed or deleted later"),
        sa.Column("value", sa.String(1000)),
        sa.Column("reason", sa.String(2000)),
        sa.Column("queue", sa.String(40)),
        sa.Column("by", sa.String(40), nullable=False, comment="the key, or the person"),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_decisions_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author"], ["authors.id"], name="fk_decisions_author", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item"], ["review_items.id"], name="fk_decisions_item", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_decisions_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index("ix_decisions_account", ["account"])
        batch_op.create_index("ix_decisions_author", ["author"])
        batch_op.create_index("ix_decisions_item", ["item"])
        batch_op.create_index("ix_decisions_project", ["project"])
        batch_op.create_index("ix_decisions_report", ["project", "at"])
