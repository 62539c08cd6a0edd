"""Structured logs as JSON lines, with codes and ids only: no values, no addresses with ids, no personal data."""

import logging
import sys

import structlog


def configure_logs(level: str) -> None:
    """Send structured logs to standard error at a level ("INFO" …)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
