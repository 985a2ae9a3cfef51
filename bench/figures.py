"""How a measurement reports: one line a figure, and whether its bar was kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value; `bar` is the most that is allowed, `least` the least (None: told, not judged)."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    least: float | None = None

    def is_kept(self) -> bool:
        return (self.bar is None or self.value <= self.bar) and (
            self.least is None or self.value >= self.least
        )

    def line(self) -> str:
        bar = "-" if self.bar is None else f"<={self.bar:g}"
        if self.least is not None:
            bar = f">={self.least:g}"
        return f"{self.name} {self.value:.3f} {self.unit} {bar}"


def report(figures: list[Figure]) -> int:
    """Print every figure; the exit code is 1 when a bar was missed."""
    for figure in figures:
        print(figure.line(), flush=True)
    return 0 if all(figure.is_kept() for figure in figures) else 1
