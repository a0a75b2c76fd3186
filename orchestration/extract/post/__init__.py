"""Carries letters out: by e-mail, or as a signed webhook."""

from orchestration.extract.post.letter import Letter
from orchestration.extract.post.smtp import MailServer
from orchestration.extract.post.webhook import Receiver

__all__ = ["Letter", "MailServer", "Receiver"]
