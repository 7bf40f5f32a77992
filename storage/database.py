"""One open database and its repositories."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from bot.errors import StorageError
from storage.admin_notes import AdminNoteRepository
from storage.buckets import BucketRepository
from storage.channel_data import ChannelDataRepository
from storage.channels import ChannelRepository
from storage.cipher import Cipher
from storage.columns import use_cipher
from storage.deliveries import DeliveryRepository
from storage.engine import database_url, make_engine, prepare_file, sqlite_path
from storage.entries import EntryRepository
from storage.explanations import ExplanationRepository
from storage.facts import FactRepository
from storage.failures import translated
from storage.feedback import FeedbackRepository, RulesRepository
from storage.feeds import FeedRepository
from storage.figures import FigureRepository
from storage.installations import InstallationRepository
from storage.key_fit import KeyFit, forget_unreadable, key_fit, unreadable_workspaces
from storage.migrate import current_revision, upgrade
from storage.migrations import HEAD
from storage.oauth_states import OAuthStateRepository
from storage.own_feeds import OwnFeedRepository
from storage.pages import PageRepository
from storage.people import Forgotten, forget_person
from storage.reencrypt import reencrypt
from storage.requests import RequestRepository
from storage.retention import Ages, Cleaned, clean
from storage.stories import StoryRepository
from storage.tables import Base
from storage.threads import ThreadRepository
from storage.transactions import Transactions
from storage.usage import UsageRepository
from storage.write_check import check_writing, made_clear

_GIVE_BACK_SECONDS = 2.0


class Database:
    """
    An open database; make one with `open` or `temporary`.

    Attributes:
        feeds, own_feeds, entries, stories, pages, explanations, channels, channel_data, deliveries, requests,
        threads, feedback, rules, admin_notes, usage, buckets, installations, oauth_states:
            The repositories, each implementing the port of its concept.
        facts: Small values kept between runs.
        seals: Makes marks that prove later what we vouched for (`bot.digest.spots.Seals`).
        figures: Counts of everything, for metrics.
        engine: For tests and tools that look underneath.
    """

    def __init__(self, engine: AsyncEngine, cipher: Cipher) -> None:
        use_cipher(engine.dialect, cipher)
        transactions = Transactions(engine)
        self.engine = engine
        self.seals = cipher
        self._transactions = transactions
        self.feeds = FeedRepository(transactions)
        self.own_feeds = OwnFeedRepository(transactions)
        self.entries = EntryRepository(transactions)
        self.stories = StoryRepository(transactions)
        self.pages = PageRepository(transactions)
        self.explanations = ExplanationRepository(transactions)
        self.channels = ChannelRepository(transactions)
        self.channel_data = ChannelDataRepository(transactions)
        self.deliveries = DeliveryRepository(transactions)
        self.requests = RequestRepository(transactions)
        self.threads = ThreadRepository(transactions)
        self.feedback = FeedbackRepository(transactions)
        self.rules = RulesRepository(transactions)
        self.admin_notes = AdminNoteRepository(transactions)
        self.buckets = BucketRepository(transactions)
        self.usage = UsageRepository(transactions)
        self.installations = InstallationRepository(transactions)
        self.figures = FigureRepository(transactions)
        self.oauth_states = OAuthStateRepository(transactions)
        self.facts = FactRepository(transactions)

    @classmethod
    async def open(cls, url: str, *, cipher: Cipher, migrate: bool = True) -> Self:
        """
        Open the database at *url*, creating a SQLite file that is not there.

        Args:
            url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`, with or without driver.
            cipher: For the tokens of installations, and for what people say.
            migrate: Bring an older schema up to date; when False, an older one is refused.

        Raises:
            StorageError: With the cause and the next step, for everything that can be wrong.
        """
        path = sqlite_path(url)
        try:
            return cls(await _opened(url, path, migrate=migrate), cipher)
        except StorageError as error:
            raise await asyncio.to_thread(made_clear, error, path) from error

    @classmethod
    @asynccontextmanager
    async def temporary(cls, cipher: Cipher) -> AsyncIterator[Self]:
        """Open a private, empty database in a file that is deleted afterwards."""
        # Ctrl-C while the file is being opened leaves a thread in it for a moment: no error then.
        with TemporaryDirectory(prefix="plainwire-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "plainwire.db"
            await asyncio.to_thread(prepare_file, path)
            url = URL.create("sqlite+aiosqlite", database=str(path))
            engine = make_engine(url, durable=False)
            database = cls(engine, cipher)
            try:
                await database._create()
                yield database
            finally:
                await database.close()

    async def close(self) -> None:
        """Close all connections; those still in use have two seconds to be given back."""
        await _closed(self.engine)

    async def clean(self, now: datetime, ages: Ages | None = None) -> Cleaned:
        """Delete what is old enough at *now* (aware UTC); meant to run once a day."""
        return await clean(self._transactions, now, ages or Ages())

    async def forget_person(self, workspace_id: str, user_id: str) -> Forgotten:
        """Erase what is stored about one person of a workspace; `storage.people` says what that is."""
        return await forget_person(self._transactions, workspace_id, user_id)

    async def reencrypt(self) -> int:
        """Encrypt every secret anew with the first key; return how many rows there are."""
        return await reencrypt(self._transactions)

    async def write_trouble(self) -> StorageError | None:
        """Return what keeps the database from being written, None when it takes what is written."""
        file = self.engine.url.database if self._transactions.dialect == "sqlite" else None
        try:
            await check_writing(self._transactions, Path(file) if file else None)
        except StorageError as error:
            return error
        return None

    async def key_fit(self, *, at_most: int | None = None) -> KeyFit:
        """Try the keys on what is encrypted: on all of it, or on some rows at both ends of each table."""
        return await key_fit(self._transactions, self.seals, at_most=at_most)

    async def unreadable_workspaces(self) -> list[str]:
        """Return the workspaces whose token cannot be read with the keys at hand."""
        return await unreadable_workspaces(self._transactions, self.seals)

    async def forget_unreadable(self) -> None:
        """Give up what cannot be read with the keys at hand; `storage.key_fit` says what stays."""
        await forget_unreadable(self._transactions, self.seals)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _create(self) -> None:
        """Create the declared schema without Alembic."""
        with translated():
            async with self._transactions.writing_engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)


async def _opened(url: str, path: Path | None, *, migrate: bool) -> AsyncEngine:
    if path is not None:
        await asyncio.to_thread(prepare_file, path)
    engine = make_engine(database_url(url))
    try:
        await _bring_up_to_date(engine, migrate=migrate)
    except BaseException:
        # Whatever it was goes on; only the connections must not stay open.
        await _closed(engine)
        raise
    return engine


async def _closed(engine: AsyncEngine) -> None:
    """
    Close the connections of *engine*, also one whose user was cancelled a moment ago.

    SQLAlchemy gives such a connection back in a task of its own, which nobody waits for; given back
    to a pool that is closed already, it would stay open.
    """
    pool = engine.pool
    if isinstance(pool, QueuePool):
        with suppress(TimeoutError):
            async with asyncio.timeout(_GIVE_BACK_SECONDS):
                while pool.checkedout():  # noqa: ASYNC110  # the pool tells nobody
                    await asyncio.sleep(0.005)
    await engine.dispose()


async def _bring_up_to_date(engine: AsyncEngine, *, migrate: bool) -> None:
    revision = await current_revision(engine)
    if revision == HEAD:
        return
    if not migrate:
        raise StorageError(
            f"The database is not up to date (schema {revision or 'missing'}, needed {HEAD}).",
            next_step="Run `plainwire migrate`.",
        )
    await upgrade(engine)
