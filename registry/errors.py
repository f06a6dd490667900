"""What can go wrong, as one small family.

::

    RegistryError
    ├── UsageError               the request itself is wrong (a name, an option, a parameter)
    │   └── ConfigurationError   faces.toml or the environment
    ├── NotFoundError            no such release, resource, page, source
    ├── InputError               a file that cannot be read as what it says it is
    ├── InvalidDataError         the data violate a shape; carries the findings
    ├── BusyError                another writer is at work
    ├── IntegrityError           what is on disk is not what was written
    │   └── UnusableIndexError   a search index is damaged, or of another version
    └── QueryError               a public query
        ├── QuerySyntaxError     not SPARQL
        ├── QueryRefusedError    SPARQL that is not allowed here (update, SERVICE, dataset)
        ├── QueryTooLargeError   longer or deeper than the limits
        ├── QueryTimeoutError    past its deadline
        ├── QueryMemoryError     past its memory
        ├── OverloadedError      no worker came free in time
        │   └── QueueFullError   too many wait for one already
        ├── QueryServiceError    an endpoint that SERVICE names did not answer as it should
        ├── ResultTooLargeError  the answer is longer than it may be
        └── RateLimitedError     the client has to wait
            ├── ClientBusyError  it has too many queries under way
            └── ClientSpentError it has used up its seconds

The classes know neither HTTP nor the command line: ``registry.web.problems`` maps them to status
codes, ``registry.cli.failures`` to exit codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.findings import Problem, Report
from registry.texts import Text


class RegistryError(Exception):
    """Something that the person or program on the other side can understand and mend.

    ``what`` was wrong, ``where`` (a file and line, a parameter's name, a setting), what was
    ``expected`` and the ``remedy``.
    """

    def __init__(
        self,
        what: Text,
        *,
        where: str | None = None,
        expected: Text | None = None,
        remedy: Text | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.remedy = remedy

    def sentences(self, language: str) -> list[str]:
        """Return what, expected and remedy in that order, those that were given."""
        return [t.to(language) for t in (self.what, self.expected, self.remedy) if t is not None]

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return place + " ".join(self.sentences("en"))


class UsageError(RegistryError):
    """The request itself is wrong."""


class ConfigurationError(UsageError):
    """A setting in ``faces.toml`` or the environment is wrong."""


class NotFoundError(RegistryError):
    """What was asked for does not exist."""


class InputError(RegistryError):
    """A file cannot be read as what it says it is."""


class InvalidDataError(RegistryError):
    """The data cannot be published.

    ``report`` holds the findings of the shapes, ``problems`` the faults of the input itself.
    """

    def __init__(
        self,
        what: Text,
        report: Report,
        *,
        problems: Sequence[Problem] = (),
        remedy: Text | None = None,
    ) -> None:
        super().__init__(what, remedy=remedy)
        self.report = report
        self.problems = problems


class BusyError(RegistryError):
    """Another writer is at work on the data directory."""


class IntegrityError(RegistryError):
    """What is on disk is not what was written."""


class UnusableIndexError(IntegrityError):
    """A search index is damaged, or of another version of the software; it can be derived again."""


class QueryError(RegistryError):
    """A public query was not answered.

    Where a limit stopped it: ``limit``, the name of the setting, or “timeout” for the client's
    own; ``seconds``, how long it had run; ``rows``, how many had come by then.
    """

    def __init__(
        self,
        what: Text,
        *,
        limit: str | None = None,
        seconds: float | None = None,
        **more: Any,
    ) -> None:
        super().__init__(what, **more)
        self.limit = limit
        self.seconds = seconds
        self.rows = 0


class QuerySyntaxError(QueryError):
    """The query is not SPARQL; ``line`` and ``column`` count from 1 where known."""

    def __init__(
        self,
        what: Text,
        *,
        line: int | None = None,
        column: int | None = None,
        expected: Text | None = None,
        remedy: Text | None = None,
    ) -> None:
        where = f"{line}:{column}" if line else None
        super().__init__(what, where=where, expected=expected, remedy=remedy)
        self.line = line
        self.column = column


class QueryRefusedError(QueryError):
    """SPARQL that this endpoint does not allow."""


class QueryTooLargeError(QueryError):
    """The query is longer or nested deeper than the limits."""


class QueryTimeoutError(QueryError):
    """The query ran past its deadline and was stopped."""


class QueryMemoryError(QueryError):
    """The query needed more memory than a worker may take."""


class OverloadedError(QueryError):
    """No worker came free in time."""


class QueueFullError(OverloadedError):
    """As many queries as may wait for a worker wait already."""


class RateLimitedError(QueryError):
    """The client has to wait ``retry_seconds``; ``headers`` tell it where it stands."""

    def __init__(
        self, what: Text, *, retry_seconds: int, headers: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(what, **more)
        self.retry_seconds = retry_seconds
        self.headers = headers


class ClientBusyError(RateLimitedError):
    """The client has as many queries under way as it may have."""


class ClientSpentError(RateLimitedError):
    """The client has used up its seconds of a worker."""


class QueryServiceError(QueryError):
    """Another endpoint, which the query asks by SERVICE, did not answer as it should."""


class ResultTooLargeError(QueryError):
    """The answer is longer than it may be; its beginning has been sent by then."""
