"""What can go wrong while talking to a source, named by what to do about it."""


class SourceError(Exception):
    """A source did not give what was asked; the message is one sentence with its remedy."""


class RepeatError(SourceError):
    """
    The same request may succeed later: repeat it, at the latest with the next run.

    `wait_seconds` is what the source asked for; None leaves the wait to the repeat rule.
    """

    def __init__(self, message: str, *, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class TimedOutError(RepeatError):
    """The source took too long: it may be quicker another time, or about less."""


class UnreadableAnswerError(RepeatError):
    """
    The answer is cut off, not JSON or of another shape: nothing of it lands as rows.

    `body` is what was received, where there was anything: it is kept as evidence.
    """

    def __init__(self, message: str, *, body: bytes = b"") -> None:
        super().__init__(message)
        self.body = body


class BrokenTextError(UnreadableAnswerError):
    """The answer is whole and of its shape, but some of its bytes are no text."""


class StopError(SourceError):
    """No repeat helps: a person must change something at the source or in the settings."""


class DeniedError(StopError):
    """The source knows what is asked for, and does not let this credential read it."""


class NotThereError(StopError):
    """The source has no record of the id that was asked about, or none it shows to us."""


class SplitError(SourceError):
    """The request asks for too much at once: ask for less."""


class TooSlowError(SplitError):
    """The source gave up computing the answer: once by chance, again because it is too much."""


class RefusedError(SourceError):
    """The source refused a write and did nothing; `codes` are its own names for the reason."""

    def __init__(self, message: str, *, codes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.codes = codes


class DeferredError(SourceError):
    """The source put this write off and did nothing: repeat it later; others may go at once."""


class OutcomeUnknownError(SourceError):
    """A write was sent and its outcome is not known: read back before anything is sent again."""
