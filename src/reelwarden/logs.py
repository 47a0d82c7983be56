"""Structured logs: one JSON object a line on standard error. Never media, texts or keys."""

from __future__ import annotations

import logging
import sys

import structlog

from reelwarden import telemetry


def set_up(level: str) -> None:
    """For a server process; in a terminal the lines are for people."""
    number = getattr(logging, level.upper())
    pretty = sys.stderr.isatty()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            telemetry.stamp,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if pretty else structlog.processors.format_exc_info,
            *([] if pretty else [structlog.processors.JSONRenderer()]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
