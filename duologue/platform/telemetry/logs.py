"""Logs: one line per happening, in words or JSON, with nothing in them that names a person."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

ADDRESS = re.compile(r"[^\s@<>\"(),;:\[\]]+@[^\s@<>\"'(),;:\[\]]+")
LONG_NUMBER = re.compile(r"\+\d[\d ()/-]{6,}\d")


def configure_logs(*, as_json: bool) -> None:
    """Send structlog's and the standard library's records through the same steps to standard error."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_addresses,
    ]
    shown = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_addresses, shown]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in ("httpx", "procrastinate", "axes", "psycopg.pool", "django.request", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def without_addresses(_logger: Any, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what looks like an e-mail address or a telephone number from every value of a record."""
    for name, value in record.items():
        if not name.startswith("_"):
            record[name] = scrubbed(value)
    return record


def scrubbed(value: Any) -> Any:
    """Return a value with addresses and numbers replaced, also inside lists and maps."""
    if isinstance(value, str):
        return LONG_NUMBER.sub("[number]", ADDRESS.sub("[address]", value))
    if isinstance(value, dict):
        return {scrubbed(key): scrubbed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [scrubbed(inner) for inner in value]
    return value
