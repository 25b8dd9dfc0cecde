"""Work that a long-lived process has done by another one, so that it does not keep in memory what only that work needs."""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def apart(work: Callable[..., str], *given: Any) -> str:
    """Do something in a child of this process and return its words; what it raises is raised here.

    Call it before there are threads or connections, which a child cannot share.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _do(writing, work, *given)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as answer:
            told = answer.read()
    except BaseException:
        os.kill(child, signal.SIGTERM)
        raise
    finally:
        os.waitpid(child, 0)
    if not told:
        raise KeyboardInterrupt
    said, error = pickle.loads(told)  # noqa: S301 from our own child
    if error is not None:
        raise error
    return str(said)


def _do(writing: int, work: Callable[..., str], *given: Any) -> None:
    """Work, answer and end, without the parent's way out; one that is interrupted answers nothing."""
    try:
        try:
            answer = pickle.dumps((work(*given), None))
        except Exception as error:  # noqa: BLE001 it is raised in the parent
            error.add_note(traceback.format_exc())
            answer = _error(error)
        with os.fdopen(writing, "wb") as out:
            out.write(answer)
    finally:
        os._exit(0)


def _error(error: Exception) -> bytes:
    try:
        answer = pickle.dumps(("", error))
        pickle.loads(answer)  # noqa: S301 an error that cannot be made again would be raised as another one
    except Exception:  # noqa: BLE001 whatever it was, its words can be told
        answer = pickle.dumps(("", RuntimeError("".join(traceback.format_exception(error)))))
    return answer
