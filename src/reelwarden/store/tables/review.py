"""What moderators work on: contents that were judged, their authors, queues, review items, actions and decisions.

An account has one project or several; each has channels, queues, actions, authors and items of its own.
"""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.store.tables.base import Time, identity, metadata, owner, where


def project() -> sa.Column[str]:
    return sa.Column("project", sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True)


projects = sa.Table(
    "projects",
    metadata,
    identity(),
    owner(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("usual", sa.Boolean, nullable=False, comment="meant where nobody names one"),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("secret", sa.String(120), nullable=False, comment="signs what its subscriptions get"),
    sa.Column("created", Time, nullable=False),
    sa.Column("changed", Time, nullable=False),
    sa.UniqueConstraint("account", "name"),
)

project_keys = sa.Table(
    "project_keys",
    metadata,
    sa.Column("key", sa.ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True),
    project(),
)

channels = sa.Table(
    "channels",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("usual", sa.Boolean, nullable=False),
    sa.Column("settings", sa.JSON, nullable=False, comment="how its contents are looked at"),
    sa.Column("created", Time, nullable=False),
    sa.Column("changed", Time, nullable=False),
    sa.UniqueConstraint("project", "key"),
)

authors = sa.Table(
    "authors",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("external_id", sa.String(200), nullable=False, comment="the caller's own id"),
    sa.Column("profile", sa.JSON, nullable=False, comment="name, email, company, picture, link and facts"),
    sa.Column("state", sa.String(10), nullable=False, comment="enabled, suspended (until a time), blocked"),
    sa.Column("blocked_until", Time, comment="null: for good"),
    sa.Column("blocked_why", sa.String(1000)),
    sa.Column("trust", sa.Integer, nullable=False, comment="-1..3, from what is known of them (review/trust.py)"),
    sa.Column("trust_by_hand", sa.Integer, comment="-1..4; null: the computed one counts"),
    sa.Column("contents", sa.Integer, nullable=False, default=0),
    sa.Column("flagged", sa.Integer, nullable=False, default=0),
    sa.Column("first_seen", Time, nullable=False),
    sa.Column("last_seen", Time, nullable=False),
    sa.Column("last_incident", Time),
    sa.UniqueConstraint("project", "external_id"),
)

# The job engine has a table of the name "queues" in the same database.
queues = sa.Table(
    "review_queues",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("description", sa.String(1000), nullable=False, default=""),
    sa.Column("usual", sa.Boolean, nullable=False, comment="gets what is flagged"),
    sa.Column("created", Time, nullable=False),
    sa.UniqueConstraint("project", "name"),
)

contents = sa.Table(
    "contents",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("key", sa.String(40), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False, comment="the same request by the same key has the same"),
    sa.Column("channel", sa.ForeignKey("channels.id", ondelete="SET NULL")),
    sa.Column("author", sa.ForeignKey("authors.id", ondelete="SET NULL")),
    sa.Column("request", sa.JSON, nullable=False, comment="while it is judged; emptied then"),
    sa.Column("submissions", sa.JSON, nullable=False, comment="part of the content → its submission"),
    sa.Column("state", sa.String(10), nullable=False, comment="open, judged, failed"),
    sa.Column("flagged", sa.Boolean, nullable=False, default=False),
    sa.Column("outcome", sa.String(10), comment="pass, review, reject"),
    sa.Column("reasons", sa.JSON, nullable=False, default=list),
    sa.Column("labels", sa.JSON, nullable=False, default=list, comment="those that flagged it"),
    sa.Column("created", Time, nullable=False),
    sa.Column("judged", Time),
    sa.Index("ix_contents_again", "fingerprint", "created"),
    sa.Index("ix_contents_report", "project", "created"),
    sa.Index("ix_contents_author", "author", "created"),
    sa.Index("ix_contents_open", "account", "state"),
    sa.Index("ix_contents_waiting", "created", **where("state = 'open'")),
    sa.Index("ix_contents_full", "judged", **where("fingerprint <> ''")),
)

review_items = sa.Table(
    "review_items",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("external_id", sa.String(200), nullable=False, comment="the content's id, the caller's or ours"),
    sa.Column("content", sa.JSON, nullable=False, comment="what is shown: texts, addresses of media"),
    sa.Column("submissions", sa.JSON, nullable=False, comment="part of the content → its submission"),
    sa.Column("author", sa.ForeignKey("authors.id", ondelete="SET NULL"), index=True),
    sa.Column("channel", sa.ForeignKey("channels.id", ondelete="SET NULL")),
    sa.Column(
        "queue", sa.ForeignKey("review_queues.id", ondelete="SET NULL"), comment="null: kept, but nobody is asked"
    ),
    sa.Column("labels", sa.JSON, nullable=False, comment="[{label, score, flagged}], the gravest first"),
    sa.Column("flagged", sa.Boolean, nullable=False),
    sa.Column("severity", sa.Double, nullable=False, comment="0..1"),
    sa.Column("outcome", sa.String(10), nullable=False, comment="the machine's: pass, review, reject"),
    sa.Column("state", sa.String(10), nullable=False, comment="pending, resolved"),
    sa.Column("decision", sa.String(10), comment="the last human one: allow, reject"),
    sa.Column("language", sa.String(10)),
    sa.Column("conversation", sa.String(200)),
    sa.Column("kind", sa.String(20), comment="message, comment, profile …"),
    sa.Column("facts", sa.JSON, nullable=False, comment="what the caller said of it"),
    sa.Column("created", Time, nullable=False, comment="of the content"),
    sa.Column("changed", Time, nullable=False),
    sa.Column("resolved", Time),
    sa.Column("emptied", Time, comment="when its time was over: from then on it is a number in the reports"),
    sa.UniqueConstraint("project", "external_id"),
    sa.Index("ix_review_items_queue", "queue", "state", "created"),
    sa.Index("ix_review_items_full", "changed", **where("emptied IS NULL")),
)

actions = sa.Table(
    "actions",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("description", sa.String(1000)),
    sa.Column("does", sa.String(20), nullable=False, comment="review/actions.py: item.reject, author.block …; empty"),
    sa.Column("built_in", sa.Boolean, nullable=False),
    sa.Column("moves", sa.String(10), nullable=False, comment="remove, add, or stay: the item in its queue"),
    sa.Column("shown", sa.String(10), nullable=False, comment="all, some or no queues show it"),
    sa.Column("queues", sa.JSON, nullable=False),
    sa.Column("choices", sa.JSON, nullable=False, comment="values to choose from"),
    sa.Column("needs_value", sa.Boolean, nullable=False),
    sa.Column("free_text", sa.Boolean, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.UniqueConstraint("project", "key"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("kind", sa.String(20), nullable=False, comment="resolve, unresolve, or what the action does"),
    sa.Column("item", sa.ForeignKey("review_items.id", ondelete="CASCADE"), index=True),
    sa.Column("author", sa.ForeignKey("authors.id", ondelete="CASCADE"), index=True),
    sa.Column("action", sa.String(100), comment="its key; actions may be changed or deleted later"),
    sa.Column("value", sa.String(1000)),
    sa.Column("reason", sa.String(2000)),
    sa.Column("queue", sa.String(40)),
    sa.Column("by", sa.String(40), nullable=False, comment="the key, or the person"),
    sa.Column("at", Time, nullable=False),
    sa.Index("ix_decisions_report", "project", "at"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    identity(),
    owner(),
    project(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("description", sa.String(1000)),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False, comment="review/news.py names them"),
    sa.Column("dialect", sa.String(20), nullable=False, comment="renders and signs what is sent"),
    sa.Column("created", Time, nullable=False),
)
