"""What would reach stderr past the log: warnings of libraries, and tracebacks of threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


def listen_to_libraries() -> None:
    """Take what libraries say through Python's own logging from WARNING on; its last resort is bare stderr."""
    import logging

    class ToLog(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            from loguru import logger

            name = record.levelname if record.levelname in {"WARNING", "ERROR", "CRITICAL"} else "WARNING"
            said = f"{record.name}: {record.getMessage()}"
            logger.opt(exception=record.exc_info).log(name, said)

    root = logging.getLogger()
    if not any(type(handler).__name__ == ToLog.__name__ for handler in root.handlers):
        root.addHandler(ToLog(logging.WARNING))


def listen_to_threads() -> None:
    """Put what a thread dies of into the log instead of bare on stderr, secrets and all."""

    def tell(died: threading.ExceptHookArgs) -> None:
        from loguru import logger

        if died.exc_value is not None:
            logger.opt(exception=died.exc_value).error("a thread broke off")

    threading.excepthook = tell
