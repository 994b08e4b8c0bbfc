"""What a door hands to a service: the database, the storage and the clock of one installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tracker.db.session import Database, open_database
from tracker.domain.calendar import local_date
from tracker.domain.word_lists import use_word_lists
from tracker.settings import Settings
from tracker.storage import Storage

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The installation as its doors see it."""

    settings: Settings
    database: Database
    storage: Storage
    clock: Clock

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self.clock()

    def today(self) -> date:
        """Return today's date in China."""
        return local_date(self.clock())


def open_runtime(settings: Settings, *, clock: Clock = system_clock) -> Runtime:
    """Build the runtime of an installation; connects lazily. Raises WordListsUnusable."""
    use_word_lists(settings.lexicon_folder)
    return Runtime(
        settings=settings,
        database=open_database(settings.database_url, pool_size=max(settings.web_threads, 5)),
        storage=Storage(settings.storage_path),
        clock=clock,
    )
