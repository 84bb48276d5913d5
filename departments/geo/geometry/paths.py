"""SVG path data of rings and lines: closed and open lists of corners ``(x, y)``, which are whole numbers."""

import re


def area(ring):
    """Return the area in squares of the grid."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def path(pieces, close="z"):
    """Return SVG path data, with an absolute start for the first piece and relative commands for the rest."""
    words, x, y = [], None, None
    for piece in pieces:
        start, *rest = piece
        words.append(f"M{start[0]} {start[1]}l" if x is None else f"m{start[0] - x} {start[1] - y}l")
        x, y = start
        for corner in rest:
            words.append(f"{corner[0] - x} {corner[1] - y}")
            x, y = corner
        words.append(close)
        x, y = start if close else (x, y)
    data = words[0] if words else ""
    for word in words[1:]:
        # A sign or a letter separates two numbers, so no space is needed.
        data += word if word[:1] in ("m", "z", "-", "") or data[-1] in "lz" else f" {word}"
    return data.replace(" -", "-")


def corners(path):
    """Return the rings of a shape's path data, each a list of its corners ``(x, y)``, in steps of the grid."""
    rings, x, y = [], 0, 0
    for piece in path.split("z"):
        numbers = [int(number) for number in re.findall(r"-?\d+", piece)]
        ring = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        if ring:
            x, y = ring[0]
            rings.append(ring)
    return rings
