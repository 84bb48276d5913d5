"""Every page fits every screen width, with text at 100% and 200%, and every link and button is large enough."""

import pytest

from .. import factories
from .scenes import GROUPS

# The elements that extend beyond the right edge of the window.
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width + 0.5);
    return wide.map(e => `${e.tagName.toLowerCase()}.${e.className}: ${e.textContent.trim().slice(0, 40)}`);
}"""

# WCAG 2.5.8: targets are at least 24 by 24 CSS pixels. Exceptions are links in a sentence, and smaller targets with
# enough space: a circle of 24 pixels around their center touches no other target and no other such circle. Elements
# hidden from screen readers, such as the states on the map, repeat other targets on the page.
TOO_SMALL = """() => {
    const side = 24;
    const targets = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
        .filter(e => e.getClientRects().length && !e.matches(".skip, [aria-hidden] *"))
        .map(e => ({e, box: e.getBoundingClientRect(), rects: [...e.getClientRects()]}));
    const inSentence = e => getComputedStyle(e).display === "inline"
        && [...e.parentElement.childNodes].some(node => node.nodeType === 3 && /[\\p{L}\\p{N}]/u.test(node.data));
    const small = targets.filter(({e, box}) => (box.width < side || box.height < side) && !inSentence(e));
    const center = ({box}) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const crowded = target => targets.some(other => {
        if (other === target) return false;
        const [x, y] = center(target);
        const [u, v] = center(other);
        return small.includes(other) && Math.hypot(u - x, v - y) < side
            || other.rects.some(({left, right, top, bottom}) =>
                Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)) < side / 2);
    });
    return small.filter(crowded).map(({e, box}) => `${e.textContent.trim()} ${box.width}x${box.height}`);
}"""


@pytest.mark.parametrize("group", GROUPS)
def test_no_page_scrolls_sideways_and_every_target_is_large_enough(visit, session, scenes, group):
    visitor = visit()
    staff = visit(storage_state=session(factories.make_alice()))
    found = []
    for scene in scenes(group):
        page = staff if scene.staff else visitor
        page.set_viewport_size({"width": 1280, "height": 900})
        scene.enter(page)
        for size in ("100%", "200%"):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            for width in (320, 390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{scene}, {width} px, text {size}: {wide}" for wide in page.evaluate(TOO_WIDE)]
                found += [f"{scene}, {width} px, target: {small}" for small in page.evaluate(TOO_SMALL)]
    assert not found, "\n".join(found)
