"""The reader of free text: finds who failed in a notice that nobody has seen before.

Facts:

* A notice names the failed address on a line of its own ("<a@b>:", "  a@b"), behind a label ("Recipient:"),
  in a sentence about the failure, or in a transcript of the SMTP session.
* It also names addresses that did not fail: the sender, the postmaster to ask, a help desk, Message-IDs.
* So: each address is weighed by where it stands and what stands around it; a sum decides, not a pattern.
"""

from __future__ import annotations

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.weights import Candidate, Weigher, accept
from dsnparse.read.recipient import Draft, command_in
from dsnparse.wire.address import spans_in

_MENTIONS_A_LINE = 20


def read_text(notice: Notice) -> list[Draft]:
    """A draft for each address that the text of `notice` names as failed, in their order."""
    lines = notice.stripped
    most = notice.limits.text_addresses
    weigher = Weigher(notice, lines)
    best: dict[str, Candidate] = {}
    mentions: dict[str, list[Candidate]] = {}
    count = 0
    for index, line in enumerate(lines):
        if "@" not in line:
            continue
        for start, end, address in spans_in(line):
            count += 1
            if count > most:
                notice.root.buffer.warn("limit.text_addresses", most=most)
                break
            found = weigher.weigh(index, start, end, address)
            key = address.lower()
            mentions.setdefault(key, []).append(found)
            if key not in best or found.score > best[key].score:
                best[key] = found
        if count > most:
            break
    accepted = accept(best, weigher)
    if not accepted:
        return []
    taken = Blocks(notice, lines, set(accepted))
    drafts = []
    for key, found in accepted.items():
        draft = Draft(found.address)
        part, number = notice.place(found.line)
        draft.note("recipient", part, number, f"text.{found.why}", lines[found.line])
        taken.fill(draft, mentions[key])
        drafts.append(draft)
    return drafts


def fill_from_text(notice: Notice, drafts: list[Draft]) -> None:
    """Fills the diagnostics that another source left empty with what the text says about the recipients."""
    silent = [draft for draft in drafts if not draft.diagnostic]
    blocks, mentions = _mentions(notice, silent, {draft.recipient.lower() for draft in drafts})
    for draft in silent:
        found = mentions.get(draft.recipient.lower())
        if found:
            blocks.fill(draft, found)


def add_blocks(notice: Notice, drafts: list[Draft]) -> None:
    """Adds to the context of each draft what the text says about its recipient, and about no other."""
    blocks, mentions = _mentions(notice, drafts, {draft.recipient.lower() for draft in drafts})
    for draft in drafts:
        found = mentions.get(draft.recipient.lower())
        if found:
            text = blocks.about(found)
            draft.context = f"{draft.context} {text}".strip()
            draft.smtp_command = draft.smtp_command or command_in(text)


def _mentions(
    notice: Notice, drafts: list[Draft], failed: set[str]
) -> tuple[Blocks, dict[str, list[Candidate]]]:
    """Where the text names the recipients of `drafts`. `failed`: all the recipients of the notice."""
    lines = notice.stripped
    wanted = {draft.recipient.lower() for draft in drafts}
    mentions: dict[str, list[Candidate]] = {}
    for index, line in enumerate(lines):
        if "@" in line:
            for start, end, address in spans_in(line)[:_MENTIONS_A_LINE]:
                if address.lower() in wanted:
                    found = Candidate(address, index, start, end, 0, "mention")
                    mentions.setdefault(address.lower(), []).append(found)
    return Blocks(notice, lines, failed), mentions
