"""Measures engine, run, preview and site against others in one go: `make bench` writes build/bench.md."""

from scripts.common.door import Parser, door
from scripts.measure.everything import measure_all


@door(__name__)
def main() -> int:
    Parser("scripts.bench", __doc__).parse_args()
    print(f"{measure_all()} written")
    return 0
