"""A believable business of a seed, drawn as scenarios, with the truth of every case beside it."""

from orchestration.sandbox.business.draw import Drawn, draw_business
from orchestration.sandbox.business.shape import Shape
from orchestration.sandbox.business.truth import Truth

__all__ = ["Drawn", "Shape", "Truth", "draw_business"]
