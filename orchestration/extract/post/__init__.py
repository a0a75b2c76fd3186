"""Carries letters out: by e-mail, or as a signed webhook."""

from orchestration.extract.post.letter import Letter

__all__ = ["Letter"]
