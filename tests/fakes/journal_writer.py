"""A process that records calls until it is killed; it prints the id of each call once that is committed, and closed ones with a star."""

from __future__ import annotations

import sys

from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call


def main(home: str) -> None:
    journal = Journal.open(home)
    print("ready", flush=True)
    while True:
        calls = [open_call(journal, arguments={"path": f"/d/{n}"}) for n in range(3)]
        journal.commit()
        print(*calls, flush=True)
        for call in calls[:2]:
            close_call(journal, call)
        journal.commit()
        print(*[f"{call}*" for call in calls[:2]], flush=True)
        journal.derive(5)


if __name__ == "__main__":
    main(sys.argv[1])
