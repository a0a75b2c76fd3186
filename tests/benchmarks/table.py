"""What a section comes to: a table of what was measured, and what is required of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.benchmarks.measured import Measured

Value = str | int | float | None


@dataclass(frozen=True)
class Requirement:
    """A figure beside the bound that it has to keep: `at_most` or `at_least` that."""

    what: str
    figure: float
    bound: float
    is_at_least: bool
    is_judged: bool

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.figure >= self.bound if self.is_at_least else self.figure <= self.bound

    def __str__(self) -> str:
        """Return it as a sentence."""
        kind = "at least" if self.is_at_least else "at most"
        verdict = "met" if self.is_met else "MISSED"
        verdict = verdict if self.is_judged else "not judged at this size"
        return f"{self.what}: {self.figure:,.2f}, required {kind} {self.bound:,.2f}: {verdict}"


@dataclass
class Section:
    """
    One question, its rows, and the bounds that its figures have to keep.

    Bounds are judged at full size: at a small one the start of each process decides.
    """

    name: str
    columns: Sequence[str]
    is_judged: bool = True
    rows: list[Sequence[Value]] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *values: Value) -> None:
        """Add a row."""
        self.rows.append(values)

    def require(self, what: str, figure: float, *, at_most: float) -> None:
        """Hold a figure to a bound from above."""
        self.requirements.append(
            Requirement(what, figure, at_most, is_at_least=False, is_judged=self.is_judged)
        )

    def require_at_least(self, what: str, figure: float, *, bound: float) -> None:
        """Hold a figure to a bound from below."""
        self.requirements.append(
            Requirement(what, figure, bound, is_at_least=True, is_judged=self.is_judged)
        )


def took(measured: Measured) -> tuple[float, float, int]:
    """Return a measurement as three columns: seconds, CPU seconds, MiB."""
    return (
        round(measured.seconds, 2),
        round(measured.cpu_seconds, 2),
        round(measured.peak_mib),
    )
