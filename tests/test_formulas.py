"""Formulas: MathML as a printer sets it, and pictures of what Chromium makes of it."""

import io
import re

import pytest
from browser import marks
from PIL import Image, ImageChops

from scripts.common.problem import Problem
from scripts.note.format import Note
from scripts.publish.mathml import mathml, unreadable_formulas

PAGE = """<!doctype html><style>@font-face {{ font-family: M; src: url(looks/math.woff2) }}
math {{ font: 60px M; }} span {{ display: inline-block; padding: 20px }}</style>{}"""


def words(tex: str, display: bool = False) -> list[tuple[str, str]]:
    """The operators of a formula, each with its form, and its spaces."""
    return re.findall(r"<mo(?: [^>]*?form=\"(\w+)\")?[^>]*>([^<]*)</mo>", mathml(tex, "x", display))


@pytest.mark.parametrize(
    ("tex", "lost"),
    [
        (r"x \in \N", r"\N"),
        (r"\ce{H2O}", r"\ce"),
        (r"\begin{align}a&=b\label{c}\end{align}", r"\label"),
        (r"\begin{gather}a\\b\end{gather}", r"\begin{gather}"),
        (r"\cancel{x}", r"\cancel"),
        (r"\boxed{x}", r"\boxed"),
        (r"{x", "a brace without its other"),
    ],
)
def test_what_a_page_would_show_raw_or_not_at_all_is_refused(tex, lost):
    with pytest.raises(Problem) as caught:
        mathml(tex, "notes/00-a.md:3", True)
    assert (
        str(caught.value)
        == f"notes/00-a.md:3: math that a page cannot show: {lost} in {tex}\n  write it with other commands"
    )


@pytest.mark.parametrize("tex", [r"\begin{alignat}{2}a&=b\end{alignat}", "a & b", r"\text{<b>}", r"\frac{"])
def test_what_cannot_be_read_is_refused(tex):
    with pytest.raises(Problem, match=r"^x: math that latex2mathml cannot read: "):
        mathml(tex, "x", True)


def test_lines_have_no_numbers_and_a_name_is_one_word_with_its_index_below():
    for environment in ("aligned", "align", "align*", "split"):
        made = mathml(rf"\begin{{{environment}}}a&=b\nonumber\\c&=d\notag\end{{{environment}}}", "x", True)
        assert made.count("<mtr>") == 2 and "(1)" not in made and "\\" not in made
    for name in r"arg\,max", r"arg\,min", "argmax", "argmin", "lim", "max", "min":
        shown = name.replace("\\,", "\N{NO-BREAK SPACE}")
        made = mathml(rf"\operatorname*{{{name}}}_x f", "x", True)
        assert f"<munder><mi>{shown}</mi><mi>x</mi></munder>" in made
    assert mathml(r"\backslash \{a\}", "x", False).count("<m") == 6


def test_a_table_of_every_kind_is_read():
    kinds = [f"{before}matrix" for before in ("", "p", "b", "B", "v", "V", "small")]
    for kind in [*kinds, "cases", "array}{cc"]:
        assert "<mtable" in mathml(rf"\begin{{{kind}}}a & b\end{{{kind.partition('}')[0]}}}", "x", True)
    for kind in "equation", "equation*":
        assert mathml(rf"\begin{{{kind}}}a\nonumber\notag\end{{{kind}}}", "x", True).count("<mi>") == 1


def test_every_formula_that_a_page_cannot_show_is_found_in_its_line():
    note = Note("notes/00-a.md", "# T $\\N$\n\nwords\n$x$ `$\\N$`\n$\\R$\n\n- a\n\n  $$\n  \\ce{x}\n  $$\n")
    assert [problem.place for problem in unreadable_formulas(note)] == [f"notes/00-a.md:{line}" for line in (1, 5, 9)]


@pytest.mark.parametrize("tex", ["(-2)", "|-3|", r"a \cdot -b", r"x = -1", r"\{-1, 1\}", r"\left[-x\right]"])
def test_a_sign_after_a_bracket_or_an_operator_is_a_prefix(tex):
    assert ("prefix", "−") in words(tex)


@pytest.mark.parametrize(
    "tex", ["a - b", "(a) - b", "|a| - b", "f(x)-1", r"\frac12 - x", r"\lVert g \rVert - 1", r"a + \dots - b"]
)
def test_a_minus_between_two_things_is_none(tex):
    assert ("", "−") in words(tex)


@pytest.mark.parametrize("tex", [r"\tanh x", r"a \sin b", r"\ln a", r"2\tanh^2 x", r"\max |x|"])
def test_a_function_is_apart_from_what_is_beside_it(tex):
    assert "<mspace" in mathml(tex, "x", False)


@pytest.mark.parametrize("tex", [r"\tanh(x)", r"-\ln(p)", r"\max(0, x)", r"x + y"])
def test_a_function_is_not_apart_from_its_bracket(tex):
    assert "<mspace" not in mathml(tex, "x", False)


def test_a_limit_stands_below_in_a_display_and_a_prime_is_no_exponent():
    limit = r"\lim_{h \to 0} f"
    assert "<munder>" in mathml(limit, "x", True) and "<munder>" not in mathml(limit, "x", False)
    for tex in "f'(x)", "{(f)}'":
        assert "<msup>" not in mathml(tex, "x", False)
    assert "<msup>" in mathml("x^2", "x", False) and "<msup>" in mathml("x^{}", "x", False)


@pytest.fixture
def ink(chromium, server):
    """The box of what Chromium draws of a formula, 60 px high letters, and the picture."""
    pages = []

    def ink(tex: str) -> tuple[tuple[int, int, int, int], Image.Image]:
        page = chromium.new_page()
        pages.append(page)
        body = PAGE.format(f"<span>{mathml(tex, 'x', False)}</span>")
        html = "text/html; charset=utf-8"
        page.route("**/formula.html", lambda route: route.fulfill(body=body, content_type=html))
        page.goto(server + "formula.html")
        page.evaluate("document.fonts.load('60px M')")
        picture = Image.open(io.BytesIO(page.locator("span").screenshot())).convert("L")
        return ImageChops.invert(picture).point(lambda x: 255 if x > 100 else 0).getbbox(), picture

    yield ink
    for page in pages:
        page.close()


def columns(picture: Image.Image) -> list[tuple[int, int]]:
    """The first and last column of each stroke, left to right."""
    dark = [picture.crop((x, 0, x + 1, picture.height)).getextrema()[0] < 128 for x in range(picture.width)]
    starts = [x for x in range(1, len(dark)) if dark[x] and not dark[x - 1]]
    return [(start, next(x for x in range(start, len(dark)) if not dark[x])) for start in starts]


def heights(picture: Image.Image, column: int) -> tuple[int, int]:
    rows = [y for y in range(picture.height) if picture.getpixel((column, y)) < 128]
    return rows[0], rows[-1]


class TestPictures:
    pytestmark = marks

    def test_the_bars_of_a_norm_are_of_one_height(self, ink):
        _, picture = ink(r"\lVert g \rVert")
        strokes = columns(picture)
        bars = [heights(picture, (start + end) // 2) for start, end in [*strokes[:2], *strokes[-2:]]]
        assert len(set(bars)) == 1

    def test_a_root_has_no_hole_before_its_radicand_and_its_bar_lies_above_it(self, ink):
        (left, _, right, _), picture = ink(r"\sqrt{2}")
        assert len(columns(picture)) == 1 and right - left < 80  # one piece, not wider than the two together
        middle = [picture.getpixel((right - 15, y)) < 128 for y in range(picture.height)]
        runs = [y for y in range(1, len(middle)) if middle[y] and not middle[y - 1]]
        ends = [y for y in range(1, len(middle)) if middle[y - 1] and not middle[y]]
        assert len(runs) >= 2 and runs[1] - ends[0] >= 6  # the bar, and room, and the number

    def test_a_prime_can_be_seen(self, ink):
        _, with_prime = ink("x'")
        _, without = ink("x")
        (start, end), *_ = columns(with_prime)[len(columns(without)) :]
        top, bottom = heights(with_prime, (start + end) // 2)
        assert bottom - top > 8

    def test_a_sign_is_nearer_to_its_number_than_an_operation(self, ink):
        def gap(tex: str) -> int:
            strokes = columns(ink(tex)[1])
            return strokes[-1][0] - strokes[-2][1]

        assert gap("x = -2") < gap("a - 2") / 2
