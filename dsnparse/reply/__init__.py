"""One SMTP reply, taken apart once: its codes, its words in one spelling, who said it, to which command."""

from __future__ import annotations

from dsnparse.reply.codes import MAX_TEXT
from dsnparse.reply.reply import Reply

__all__ = ["MAX_TEXT", "Reply"]
