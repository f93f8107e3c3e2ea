"""Pictures made of pixels: see compare.py for when they are the same."""

import io
from typing import Any

NEAR = 1  # of 255: the colour of a pixel that was rounded on another platform


def same_pixels(a: bytes, b: bytes) -> bool:
    """Whether two pictures show the same, in every frame."""
    try:
        left, right = _frames(a), _frames(b)
    except (OSError, SyntaxError):  # what Pillow raises for a broken picture
        return False
    return len(left) == len(right) and all(map(_same_frame, left, right))


def _frames(picture: bytes) -> list[tuple[Any, Any]]:
    """Each frame of a picture, and how long it stands."""
    from PIL import Image, ImageSequence

    frames = ImageSequence.Iterator(Image.open(io.BytesIO(picture)))
    return [(_plain(frame), frame.info.get("duration")) for frame in frames]


def _plain(frame: Any) -> Any:
    """A frame in red, green, blue and opacity, unless it is finer than these can say."""
    return frame.copy() if frame.mode[0] in "IF" else frame.convert("RGBA")


def _same_frame(a: tuple[Any, Any], b: tuple[Any, Any]) -> bool:
    from PIL import ImageChops

    (left, stands), (right, stood) = a, b
    if (left.mode, left.size, stands) != (right.mode, right.size, stood):
        return False
    if left.mode != "RGBA":
        return bool(left.tobytes() == right.tobytes())
    return max(ImageChops.difference(left, right).tobytes(), default=0) <= NEAR
