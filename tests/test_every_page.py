"""Each page of the site is opened once, and every question is asked of it: light and dark, wide and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import NOTES, PAGES, SITE, marks
from bs4 import BeautifulSoup

pytestmark = marks
WIDE, PHONE, NARROW = 1440, 390, 360  # pixels
COLOURS = ["color-contrast", "link-in-text-block"]  # what axe looks for that another scheme could break

# What is asked of each note at which widths: the question, of which elements, and when one of them is wrong.
QUESTIONS = [
    (
        "no mark stands alone after a formula",
        (WIDE, PHONE),
        "article .formula",
        """(formula) => {
            const next = formula.nextSibling;
            if (next?.nodeType !== 3 || !/^[.,;:!?)]/.test(next.data)) return false;
            const mark = document.createRange();
            mark.setStart(next, 0), mark.setEnd(next, 1);
            return mark.getBoundingClientRect().top > formula.getBoundingClientRect().bottom - 2;
        }""",
    ),
    (
        "an aside stands beside the section it belongs to",
        (WIDE,),
        "article > .note, article .noted > .note",
        """(note) => {
            const next = [...document.querySelectorAll('article h2')].find((h) => note.compareDocumentPosition(h) & 4);
            return next && note.getBoundingClientRect().bottom > next.getBoundingClientRect().top;
        }""",
    ),
    (
        "an aside does not announce itself",
        (WIDE, PHONE),
        "article .note > .markdown-alert-title",
        "(title) => title.checkVisibility()",
    ),
    (
        "the mark of a video does not stand alone on a line",
        (WIDE, PHONE),
        "article a.video",
        "(link) => [...link.getClientRects()].some((line, at) => at && line.width < 25)",
    ),
    (
        "an aside stands beside what it is about",
        (WIDE,),
        "article .noted",
        """(each) => each.offsetHeight && Math.abs(
            each.querySelector('.note').getBoundingClientRect().top - each.getBoundingClientRect().top) > 60""",
    ),
    (
        "code of 79 columns fits",
        (WIDE,),
        "article pre > code",
        """(code) => code.offsetParent && code.scrollWidth > code.clientWidth + 1
            && code.textContent.split('\\n').every((line) => line.length < 80)""",
    ),
    (
        "a figure says its size, waits to be seen, and has short words",
        (WIDE,),
        "article figure img",
        """(image) => !image.getAttribute('width') || !image.getAttribute('height') || image.loading !== 'lazy'
            || image.alt.length > 200 || !image.alt""",
    ),
    (
        "a guess has a covered answer",
        (WIDE,),
        "article p > strong:first-child",
        """(bold) => {
            const after = [...document.querySelectorAll('details.answer, .output, .error, figure, h2')]
                .find((each) => bold.compareDocumentPosition(each) & 4);
            return bold.textContent === 'Predict.' && after && !after.matches('details.answer');
        }""",
    ),
    (
        "a note says how long it takes",
        (WIDE,),
        "article h1",
        r"() => !/\d+ minutes? to read$/.test(document.querySelector('.lead')?.innerText)",
    ),
    ("what is next is said only once", (WIDE,), "article p", "(p) => p.textContent.startsWith('Next: ')"),
    ("what a note needs and defines is folded", (WIDE,), "details.heads", "(heads) => heads.open"),
]


def wrong(page, name: str, width: int) -> list[tuple[str, str]]:
    """The questions that a page fails at this width, each with the element that it fails by."""
    page.set_viewport_size({"width": width, "height": 900})
    asked = [question for question in QUESTIONS if name in NOTES and width in question[1]]
    failed = [
        (question, page.locator(of).evaluate_all(f"(all) => all.filter({is_wrong}).map((each) => each.outerHTML)"))
        for question, _, of, is_wrong in asked
    ]
    return [(question, each[:300]) for question, found in failed for each in found]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_in_peace_asks_nobody_else_satisfies_axe_and_is_in_order_at_every_width(open_page, name):
    page = open_page(name, width=WIDE)
    assert wrong(page, name, WIDE) == []
    for scheme, rules in ("light", {}), ("dark", {"runOnly": COLOURS}):
        page.emulate_media(color_scheme=scheme)
        violations = Axe().run(page, options=rules | {"resultTypes": ["violations"]}).response["violations"]
        assert [(scheme, each["id"], each["nodes"][0]["html"]) for each in violations] == []
    assert wrong(page, name, PHONE) == []
    page.set_viewport_size({"width": NARROW, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert page.complaints == []


def test_each_question_has_something_to_look_at():
    soups = [BeautifulSoup((SITE / name).read_text(encoding="utf-8"), "html.parser") for name in NOTES]
    assert [question for question, _, of, _ in QUESTIONS if not any(soup.select_one(of) for soup in soups)] == []
