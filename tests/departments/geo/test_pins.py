"""The labels and positions of pins."""

from math import hypot

import pytest

from departments.geo import pins


@pytest.mark.parametrize(
    ("numbers", "label"),
    [
        ([7], "7"),
        ([1, 2, 5], "1–2, 5"),
        ([1, 3, 5], "1, 3, 5"),
        ([1, 3, 5, 7, 8, 9], "1, 3, …"),
        (list(range(1, 21)), "1–20"),
    ],
)
def test_the_label_of_a_pin_is_short(numbers, label):
    assert pins.label_of(numbers) == label


def test_pins_with_room_stay_in_their_places():
    boxes = [(50, 50, 28, 28), (90, 50, 28, 28), (50, 90, 40, 28)]
    assert pins.spread(boxes, side=400, gap=7) == [(50, 50), (90, 50), (50, 90)]


@pytest.mark.parametrize("at", [(200, 200), (0, 0), (400, 30)], ids=["middle", "corner", "edge"])
def test_twenty_pins_at_one_place_are_spread_around_it_on_the_map(at):
    """Their middles are at least 35 pixels apart: 24 on a screen of 320 pixels, where the map is 280 pixels wide."""
    spots = pins.spread([(*at, 28, 28)] * 20, side=400, gap=7)
    assert all(14 <= x <= 386 and 14 <= y <= 386 for x, y in spots)
    for i, (x, y) in enumerate(spots):
        assert all(max(abs(x - u), abs(y - v)) >= 35 for u, v in spots[:i])
        assert hypot(x - at[0], y - at[1]) < 220


def test_wide_pins_need_more_room_side_by_side():
    first, second = pins.spread([(200, 200, 80, 28), (210, 200, 28, 28)], side=400, gap=7)
    assert first == (200, 200)
    assert abs(second[0] - 200) >= 61 or abs(second[1] - 200) >= 35


def test_a_full_map_still_has_all_pins():
    assert len(pins.spread([(50, 50, 60, 60)] * 5, side=100)) == 5


def test_only_a_pin_that_was_moved_has_a_line_to_its_place():
    here = {"width": 28, "height": 28, "label": "1", "name": "1: North", "url": "#r1"}
    assert not pins.Pin(50, 50, (50, 55), **here).is_moved
    assert pins.Pin(50, 50, (50, 60), **here).is_moved
