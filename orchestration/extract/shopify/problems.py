"""The storefront's top-level errors, turned into what to do about them."""

from orchestration.extract.errors import (
    DeniedError,
    NotThereError,
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    SourceError,
    SplitError,
    StopError,
)
from orchestration.extract.shopify.envelope import Envelope, TopLevelError
from orchestration.extract.shopify.pace import seconds_until_affordable

THROTTLED = "THROTTLED"
ACCESS_DENIED = "ACCESS_DENIED"
NOT_THERE = "RESOURCE_NOT_FOUND"
TOO_COSTLY = "MAX_COST_EXCEEDED"
BROKEN = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
# A call under the key runs or has run: what became of it is for whoever made the key to find out.
BY_KEY = frozenset(
    {
        "IDEMPOTENCY_CONCURRENT_REQUEST",
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    }
)
# Without data beside them a write was looked at and never run; so it was with the names that the
# validation of a document gives, which begin with a small letter. Of any other that is not known.
NEVER_RUN = BY_KEY | {
    "BAD_REQUEST",
    "INVALID_FIELD_ARGUMENTS",
    "INVALID_VARIABLE",
    NOT_THERE,
    TOO_COSTLY,
}


def reading_problem(envelope: Envelope, *, source: str) -> SourceError | None:
    """Return what the errors of a read mean; data beside an error is never used."""
    warned = any(search.warnings for search in envelope.extensions.search)
    if warned and not envelope.errors:
        return StopError(
            f"{source} ignored a part of the search text and would answer with everything:"
            " check the API version in the settings"
        )
    common = _common_problem(envelope, source=source)
    if common is not None or not envelope.errors:
        return common
    if any(_code(error) in BROKEN for error in envelope.errors):
        return RepeatError(f"{source} failed inside: repeat later")
    if any(_code(error) == TOO_COSTLY for error in envelope.errors):
        return SplitError(f"{source} holds the query for too costly: ask for smaller pages")
    if all(_code(error) == NOT_THERE for error in envelope.errors):
        return NotThereError(f"{source} has no record of that id: it was removed, or is not ours")
    return StopError(f"{source} does not accept the query ({_said(envelope)}): check API version")


def writing_problem(envelope: Envelope, *, source: str) -> SourceError | None:
    """Return what the errors of a write mean; with data beside them it may have happened."""
    if not envelope.errors:
        return None
    common = _common_problem(envelope, source=source)
    if common is not None and not envelope.has_data:
        return common
    if envelope.has_data or not all(_is_never_run(_code(error)) for error in envelope.errors):
        return OutcomeUnknownError(
            f"{source} failed while writing ({_said(envelope)}): read back before sending again"
        )
    codes = tuple(_code(error) for error in envelope.errors)
    return RefusedError(f"{source} refused the write ({_said(envelope)})", codes=codes)


def _common_problem(envelope: Envelope, *, source: str) -> SourceError | None:
    for error in envelope.errors:
        if _code(error) == THROTTLED:
            wait = seconds_until_affordable(envelope.extensions.cost)
            return RepeatError(f"{source} is busy: repeat later", wait_seconds=wait or None)
        if _code(error) == ACCESS_DENIED:
            access = error.extensions.required_access or "the access the query needs"
            return DeniedError(
                f"{source} denies access: grant {access[:200]} to the app and renew its token"
            )
    return None


def _is_never_run(code: str) -> bool:
    return code in NEVER_RUN or code[:1].islower()


def _code(error: TopLevelError) -> str:
    is_unnamed_throttle = not error.extensions.code and error.message == "Throttled"
    return THROTTLED if is_unnamed_throttle else error.extensions.code


def _said(envelope: Envelope) -> str:
    said = (error.extensions.code or error.message for error in envelope.errors)
    return ", ".join(sorted(set(said)))[:200]
