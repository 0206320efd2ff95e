"""Charts as SVG, drawn here: widths in percent, so that they fit any window, and colours by classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from dsnparse.report.facts import TYPES
from dsnparse.report.figures import Span

_HEIGHT, _BOTTOM, _TOP = 190, 22, 16
#: Labels on the axis, so that they do not touch on a phone.
_MOST_LABELS = 7
_STEPS = (1, 2, 5)


def over_time(
    spans: Sequence[Span],
    label: Callable[[Span], str],
    tick: Callable[[Span], str],
    link: Callable[[Span], str],
) -> Markup:
    """Bars of failures by type, one for each piece of time; those of the time before are pale.

    `label`: what a bar is called, `tick`: its label on the axis, `link`: where it leads.
    """
    most = _round_up(max((span.failures for span in spans), default=0))
    high = _HEIGHT - _BOTTOM - _TOP
    width = 100 / max(len(spans), 1)
    drawn = [
        Markup(
            '<svg class="chart" width="100%" height="{}" role="group" aria-labelledby="time-title">'
        ).format(_HEIGHT)
    ]
    before = sum(span.is_before for span in spans)
    if before:
        drawn.append(
            Markup('<rect class="before" x="0" y="0" width="{:.3f}%" height="{}"/>').format(
                before * width, _HEIGHT - _BOTTOM
            )
        )
        drawn.append(Markup('<text class="note" x="4" y="11">the time before</text>'))
    for number in (0.5, 1):
        y = _TOP + high * (1 - number)
        drawn.append(Markup('<line class="grid" x1="0" x2="100%" y1="{0:.1f}" y2="{0:.1f}"/>').format(y))
        drawn.append(
            Markup('<text class="tick end" x="100%" y="{:.1f}">{:,}</text>').format(
                y - 3, round(most * number)
            )
        )
    every = -(-len(spans) // _MOST_LABELS)
    for number, span in enumerate(spans):
        drawn.append(_bar(span, (number + 0.12) * width, 0.76 * width, (high, most), label(span), link(span)))
        if number % every == every // 2:
            drawn.append(
                Markup('<text class="tick mid" x="{:.3f}%" y="{}">{}</text>').format(
                    (number + 0.5) * width, _HEIGHT - 6, tick(span)
                )
            )
    return Markup("").join([*drawn, Markup("</svg>")])


def _bar(span: Span, x: float, width: float, scale: tuple[int, int], label: str, link: str) -> Markup:
    high, most = scale
    top: float = _TOP + high
    parts = []
    for name in TYPES:
        height = high * span.types[name] / most
        if height:
            top -= height
            parts.append(
                Markup('<rect class="{}" x="{:.3f}%" y="{:.2f}" width="{:.3f}%" height="{:.2f}"/>').format(
                    f"t-{name}", x, top, width, height
                )
            )
    if not parts:
        return Markup("")
    shown = Markup("<title>{}</title>").format(label) + Markup("").join(parts)
    return Markup('<a href="{}" class="{}" aria-label="{}">{}</a>').format(
        link, "pale" if span.is_before else "now", label, shown
    )


def spark(series: Sequence[int], before: int, label: str, height: int = 44) -> Markup:
    """A small chart of one count; the first `before` pieces are of the time before."""
    most = max(series, default=0) or 1
    width = 100 / max(len(series), 1)
    drawn = [
        Markup('<svg class="spark" width="100%" height="{}" role="img" aria-label="{}">').format(
            height, label
        )
    ]
    for number, count in enumerate(series):
        high = max((height - 2) * count / most, 1.0)
        drawn.append(
            Markup('<rect class="{}" x="{:.3f}%" y="{:.2f}" width="{:.3f}%" height="{:.2f}"/>').format(
                "pale" if number < before else "now",
                (number + 0.1) * width,
                height - high,
                0.8 * width,
                high,
            )
        )
    return Markup("").join([*drawn, Markup("</svg>")])


def _round_up(number: int) -> int:
    """The next number that an axis can end with: 1, 2 or 5 and zeros."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size >= number:
                return max(step * size, 2)
        size *= 10
