"""The one exception that is reported to people: a place, a fact, and what mends it."""


class Problem(Exception):
    """Something is wrong at a place: `place: fact`, then the remedy. The exit status is 1 where the notes are wrong, 2
    where the machine or the call is."""

    def __init__(self, place: str, fact: str, remedy: str = "", detail: str = "", status: int = 1):
        super().__init__(f"{place}: {fact}")
        self.place, self.fact, self.remedy, self.detail, self.status = place, fact, remedy, detail, status

    def __str__(self) -> str:
        return "\n".join(filter(None, [f"{self.place}: {self.fact}", self.detail, self.remedy and f"  {self.remedy}"]))
