"""Colors of classes."""

from math import gcd

# Tol (2021), "Colour schemes", SRON/EPS/TN/09-002: the qualitative scheme "muted", figure 6.
_MUTED = ("#332288", "#DDCC77", "#CC6677", "#117733", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499")
UNCLASSIFIED = "#DDDDDD"  # the same scheme's color of bad data
# The same, figure 19: discrete rainbow, its two palest colors left out.
_RAINBOW = (
    "#D1BBD7", "#BA8DB4", "#AA6F9E", "#994F88", "#882E72", "#1965B0", "#437DBF", "#6195CF", "#7BAFDE", "#4EB265",
    "#90C987", "#CAE0AB", "#F7F056", "#F7CB45", "#F4A736", "#EE8026", "#E65518", "#DC050C", "#A5170E", "#72190E",
    "#42150A",
)  # fmt: skip


def class_colors(n_classes: int) -> list[str]:
    """Hex color of each class 1..n_classes, distinct to color-blind readers as far as their number allows.

    Up to 9 classes take Tol's muted scheme. More are spread evenly over his discrete rainbow and dealt out in
    strides, so that classes of neighboring numbers look different; beyond 21 classes some colors are so similar that
    only the number of the class distinguishes them.

    >>> class_colors(3)
    ['#332288', '#DDCC77', '#CC6677']
    """
    if n_classes <= len(_MUTED):
        return list(_MUTED[:n_classes])
    last = len(_RAINBOW) - 1
    stride = next(step for step in range(round(n_classes * 0.382), n_classes) if gcd(step, n_classes) == 1)
    return [_rainbow(i * stride % n_classes * last / (n_classes - 1)) for i in range(n_classes)]


def _rainbow(position: float) -> str:
    """Color at a position along the rainbow, mixed from the two entries beside it."""
    low = int(position)
    high, share = min(low + 1, len(_RAINBOW) - 1), position - low
    channels = (
        round((1 - share) * int(_RAINBOW[low][i : i + 2], 16) + share * int(_RAINBOW[high][i : i + 2], 16))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{value:02X}" for value in channels)
