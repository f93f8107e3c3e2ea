"""When two results say the same. A recorded result stays as it stands exactly if the fresh one says the same.

**Text.** Words, signs and white space are equal, letter by letter. Only floats have some freedom: two of them are the
same if they differ by at most 1e-9 of the larger one and are written alike, with as many decimals, or one of them with
15 digits or more, whose last ones are rounding. So `0.1` is `0.1000000000000001`, and `0.50` is not `0.500000`. Zero is
the same as what is rounding beside another float of the result, 1e-18 to 1e-14 of it. So `[1.0, 0.0]` is `[1.0,
1e-16]`, and a lone `0.0` is not `1e-16`. Whole numbers are equal or not. Of a block tagged "varies", numbers, with
the spaces that line them up, and figures may be any.

**Drawings (SVG).** Elements, their order, all attributes and all words are equal as texts are. Coordinates (places,
lengths, shapes) may differ by a millionth of themselves, or two millionths of the drawing's size, which is another
platform's rounding. Names that only lead from one element to another (`id`) may be any. A film is a drawing, so that
every frame counts.

**Graphs by Graphviz** may be laid out anew. They are the same if they have the same nodes, edges and clusters, with
equal words and attributes, in whatever order. Nodes have the same shape and nearly the same size; arrows the same shape
at the same end; words the same place along their edge; clusters the same members. Edges lead the same way along the
page, and the whole has nearly the same size.

**Pictures (PNG, JPEG, GIF)**, also those inside a drawing, have as many frames and as many pixels, and none of these
differs by more than 1 of 255 in a colour or in opacity.
"""

import xml.etree.ElementTree as ET

from scripts.note.graph import is_graph, same_graph
from scripts.note.outcome import kind_of
from scripts.note.pixels import same_pixels
from scripts.note.shapes import same_drawing


def same_figure(a: bytes, b: bytes) -> bool:
    """Whether two figures show the same."""
    if a == b or kind_of(a) != kind_of(b):
        return a == b
    if kind_of(a) != "svg":
        return same_pixels(a, b)
    try:
        left, right = ET.fromstring(a), ET.fromstring(b)
    except ET.ParseError:
        return False
    if is_graph(left) and is_graph(right):
        return same_graph(left, right)
    return same_drawing(left, right)
