"""Progress of long calls, and the library's messages as log records."""

from __future__ import annotations

import atexit
import contextlib
import logging
from typing import Any, Callable, ContextManager, Iterator, List, Optional

from ._errors import CancelledError
from ._library import library
from ._structures import CLog, CProgress

Progress = Callable[[float], Any]
"""Told how much of a call is done, 0 to 1, on the thread that made it; False, or an exception, stops the call.

It is called at first, after each hundredth, at least every tenth of a second where the call can tell, and with 1 at the
end. What it calls of this package itself is not told of.
"""

logger = logging.getLogger("facenet")
"""What the library says: DEBUG of plans, INFO of models that are opened, WARNING of what may not be meant."""

LEVELS = {1: logging.DEBUG, 2: logging.INFO, 3: logging.WARNING}


def watched(progress: Optional[Progress]) -> ContextManager[None]:
    """Has the library's calls in this block tell `progress`; what that raises is raised at the end of the block."""
    return _unwatched if progress is None else _watched(progress)


_unwatched = contextlib.nullcontext()


@contextlib.contextmanager
def _watched(progress: Progress) -> Iterator[None]:
    raised: List[BaseException] = []

    def report(_context: Any, fraction: float) -> int:
        try:
            return int(progress(fraction) is False)
        except BaseException as error:  # An exception cannot pass through the library.
            raised.append(error)
            return 1

    function = CProgress(report)
    library.facenet_progress_set(function, None)
    try:
        yield
    except CancelledError:
        if not raised:
            raise
    finally:
        library.facenet_progress_set(CProgress(), None)
    if raised:
        raise raised[0]


def _log(_context: Any, level: int, message: bytes) -> None:
    logger.log(LEVELS.get(level, logging.INFO), "%s", message.decode("utf-8", "replace"))


def connect() -> None:
    """Sends the library's messages to :data:`logger`, which is silent until it is given a handler."""
    logger.addHandler(logging.NullHandler())
    function = CLog(_log)
    library.facenet_log_set(function, None, min(LEVELS))
    # The library must not call into an interpreter that has ended; the function lives until then.
    atexit.register(lambda kept: library.facenet_log_set(CLog(), None, 0), function)
