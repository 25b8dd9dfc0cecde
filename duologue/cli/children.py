"""The processes of one installation: what each does, and what the one they are forked from has loaded for them."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from duologue.cli import main
from duologue.kit import garbage

if TYPE_CHECKING:
    from duologue.cli.supervisor import Child

WEB: Final = "duologue.asgi"


def children() -> list[Child]:
    """Return the processes of one installation; mail is listened for where a port is set for it."""
    from django.conf import settings

    from duologue.cli.supervisor import Child

    found = [
        Child("web", web, load_web),
        Child("worker", _command("work", "--only", "worker"), load_worker),
        *(Child(name, _command("work", "--only", "sender")) for name in _sender_names(settings.SENDERS)),
        Child("jobs", _command("jobs"), load_jobs),
    ]
    if settings.MAIL_IN_PORT:
        found.append(Child("mail", _command("mail", "listen")))
    return found


def _sender_names(count: int) -> list[str]:
    return ["sender"] if count == 1 else [f"sender {number}" for number in range(1, count + 1)]


def _command(*words: str) -> partial[None]:
    return partial(_as_a_process, words)


def _as_a_process(words: tuple[str, ...]) -> None:
    """Do a command in a child, which holds the database by itself and not by what it inherited."""
    from django.conf import settings

    if settings.EMBEDDED_DATABASE:
        from duologue.platform.database.embedded import let_go_of_inherited

        let_go_of_inherited()
    main(words)


def load_web() -> None:
    """Load all that the web process needs."""
    import django
    from django.conf import settings

    django.setup()
    import_module("granian")
    import_module("uvloop")
    import_module(WEB)
    settings.POOL["max_size"] = settings.WORK_CONNECTIONS  # loading it took the web's size


def load_worker() -> None:
    """Load all that thinking and sending need."""
    for name in ("loop", "sending", "thinking"):
        import_module(f"duologue.cli.worker.{name}")


def load_jobs() -> None:
    """Load the coarse jobs."""
    from duologue.platform.jobs.app import load

    load()


def web() -> None:
    """Answer HTTP until told to stop."""
    import multiprocessing

    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    settings.POOL["max_size"] = settings.WEB_CONNECTIONS
    multiprocessing.set_start_method("fork", force=True)  # its one worker shares what is loaded, too
    garbage.stay()
    Granian(
        f"{WEB}:application",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.ASGI,
        websockets=False,
        workers=1,
        log_level=LogLevels.warning,
    ).serve()
