"""A guess at the reason, from what replies of each reason look like: asked where no plain words decide.

A linear model over words, pairs of words, the beginnings of long words and the codes; its weights stand in
`data/learned.json`, made by `tools/learn_replies.py`. It sees no names: addresses, hosts, links and log
fields are blanked already, numbers become "0". It is never hard (`classify/hard.py`), and does not decide
whose address is meant (`classify/subject.py`).
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Sequence
from functools import cache, lru_cache
from math import exp, sqrt
from struct import unpack
from typing import Final, NamedTuple

from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.source import Source
from dsnparse.classify.subject import ADDRESS_REASONS
from dsnparse.data import HERE
from dsnparse.data.uncollected import uncollected
from dsnparse.reply import Reply
from dsnparse.rulebook.ranks import LEARNED_RANK, UNSURE_LEARNED_RANK
from dsnparse.vocabulary import Action, BounceType, Reason

DATA: Final = HERE / "learned.json"
#: The first words of a reply are looked at: what follows is a link, a signature or the next server's words.
MAX_WORDS: Final = 32
#: With fewer, a reply says too little to look like anything; where words are not parted, one is enough.
LEAST_WORDS: Final = 4
#: And no more of it than this, where words are long or are not parted by blanks.
MAX_CHARS: Final = 400
#: Features of one reply that count; with 8 bits for a weight, their sum has room in 16.
MAX_FEATURES: Final = 256
#: From this share on, which its softmax gives, a guess counts, and counts as sure.
UNSURE: Final = 0.3
SURE: Final = 0.5
#: From this share on, a guess by the words alone keeps a code beside them from being hard.
DOUBT: Final = 0.25
#: N-grams that are named in evidence.
NAMED: Final = 3
#: Guesses that are remembered: servers say the same words again and again, with other names and numbers.
_REMEMBERED: Final = 512

#: A number or an id with all that hangs on it, a word, an address (blanked to "@").
_WORD: Final = re.compile(r"\d[\w.:-]*|[^\W\d]+|@+")
#: Scripts that put no blanks between words: Thai, Chinese, Japanese, Korean endings.
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
#: Of a word longer than this, the beginning counts too: "rejected" and "rejecting" are one.
_STEM: Final = 5
#: What a weight of zero is in the file, so that none is below zero.
ZERO: Final = 128


class Guess(NamedTuple):
    """What a reply looks like."""

    reason: Reason
    #: How sure the model is: 0 to 1.
    share: float
    #: Which of the model's reasons it is, and the n-grams that it knows in the reply.
    number: int
    known: tuple[str, ...]


class _Model(NamedTuple):
    """`data/learned.json`. A number holds a weight for each reason, in 16 bits each: to add it, adds all."""

    reasons: tuple[Reason, ...]
    #: How much a weight of 1 in the file is.
    step: float
    #: What each reason begins with.
    bias: tuple[float, ...]
    weights: dict[str, int]


def masked(reply: Reply) -> list[str]:
    """The words of a reply without what names anybody: numbers in a row are one "0", an address is "@"."""
    words: list[str] = []
    for word in _WORD.findall(reply.sentences, 0, MAX_CHARS):
        if word[0] == "@":
            word = "@"
        elif word[0].isdecimal():
            if words and words[-1] == "0":
                continue
            word = "0"
        words.append(word)
        if len(words) == MAX_WORDS:
            break
    return words


def features(words: Sequence[str], reply_code: int | None, status: str | None) -> set[str]:
    """What the model looks at: words, pairs, beginnings of words ("rejec*"), codes ("=550", "=7.1")."""
    found = {*words, *map("{} {}".format, words, words[1:])}
    for word in words:
        if len(word) > _STEM:
            found.add(f"{word[:_STEM]}*")
            if not word.isascii():
                for run in _UNSPACED.findall(word):
                    found.update(run[at : at + size] for size in (2, 3) for at in range(len(run) - size + 1))
    if reply_code is not None:
        found.update((f"={reply_code}", f"={reply_code // 100}"))
    if status is not None:
        found.update((f"={status[2:]}", f"={status[2]}.*"))
    return found


def guess(reply: Reply, reply_code: int | None, status: str | None) -> Guess | None:
    """What a reply looks like by its words and codes; None when it has few words, or none that is known."""
    return _guess(tuple(masked(reply)), reply_code, status)


@lru_cache(maxsize=_REMEMBERED)
def _guess(words: tuple[str, ...], reply_code: int | None, status: str | None) -> Guess | None:
    if len(words) - words.count("0") - words.count("@") < LEAST_WORDS and not any(
        map(_UNSPACED.search, words)
    ):
        return None
    model = _model()
    weights = model.weights
    known = [one for one in features(words, reply_code, status) if one in weights]
    if all(one[0] == "=" or not one.strip("0@ ") for one in known):
        return None
    if len(known) > MAX_FEATURES:
        known = sorted(known)[:MAX_FEATURES]
    lanes = sum(map(weights.__getitem__, known)).to_bytes(2 * len(model.reasons), "little")
    scale = model.step / sqrt(len(known))
    nothing = ZERO * len(known)
    scores = [
        start + scale * (total - nothing)
        for start, total in zip(model.bias, unpack(f"<{len(model.reasons)}H", lanes), strict=True)
    ]
    most = max(scores)
    best = scores.index(most)
    all_shares = 0.0
    for score in scores:
        all_shares += exp(score - most)
    return Guess(model.reasons[best], 1 / all_shares, best, tuple(known))


def spoken(found: Guess) -> str:
    """The n-grams that spoke most for a guess, as evidence."""
    weights, lane = _model().weights, 16 * found.number
    spoke = sorted((-(weights[one] >> lane & 0xFFFF), one) for one in found.known)
    return ", ".join(one for _, one in spoke[:NAMED])


def looks_like_another_matter(reply: Reply) -> bool:
    """Whether the words of a reply, without its codes, look like another matter than the address."""
    found = guess(reply, None, None)
    return found is not None and found.share >= DOUBT and found.reason.bounce_type is not BounceType.HARD


def learned_claims(reply: Reply, case: Case) -> list[Claim]:
    """The claim of the guess, where it is sure enough; what looks like words that tell nothing has none."""
    found = guess(reply, case.reply_code, case.status)
    if found is None or found.share < UNSURE or found.reason is Reason.UNDEFINED:
        return []
    if found.reason in ADDRESS_REASONS and (case.is_about_another or case.is_own_account):
        return []
    if found.reason is Reason.EXPIRED and case.action is Action.DELAYED:
        return []  # what is still tried for has not expired
    rank = LEARNED_RANK if found.share >= SURE else UNSURE_LEARNED_RANK
    return [Claim(rank, found.reason, "learned", spoken(found), Source.LEARNED)]


@cache
@uncollected
def _model() -> _Model:
    table = json.loads(DATA.read_bytes())
    reasons = tuple(map(Reason, table["reasons"]))
    spread = bytearray(2 * len(reasons))
    weights = {}
    for gram, packed in table["grams"].items():
        spread[::2] = b64decode(packed)
        weights[gram] = int.from_bytes(spread, "little")
    return _Model(reasons, table["step"], tuple(table["bias"]), weights)
