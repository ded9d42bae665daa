"""A process that records calls until it is killed; it prints the id of each call once no kill can take it, and closed ones with a star.

`commit` writes each step to the log; `secure` writes it ahead of the log, which gets it only now and then.
"""

from __future__ import annotations

import sys

from app.core.journal.writer import Journal
from tests.fakes.calls import close_call, open_call


def main(home: str, how: str) -> None:
    journal = Journal.open(home)
    keep = journal.secure if how == "secure" else journal.commit
    turns = 0
    print("ready", flush=True)
    while True:
        calls = [open_call(journal, arguments={"path": f"/d/{n}"}) for n in range(3)]
        keep()
        print(*calls, flush=True)
        for call in calls[:2]:
            close_call(journal, call)
        keep()
        print(*[f"{call}*" for call in calls[:2]], flush=True)
        turns += 1
        if turns % 3 == 0:
            journal.commit()
            journal.derive(5)


if __name__ == "__main__":
    main(*sys.argv[1:])
