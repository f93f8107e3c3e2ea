"""Builds build/site from the notes and the executed notebooks: `make site`, which runs the notes first."""

from scripts.common.door import Parser, door
from scripts.publish.site import make_site


@door(__name__)
def main() -> int:
    Parser("scripts.site", __doc__).parse_args()
    first = make_site()
    print(f"{first}: open it, or serve {first.parent} from anywhere")
    return 0
