from typing import Any

import pytest

from servers.filesystem import aliases


@pytest.mark.parametrize(
    ("accept", "given", "expected"),
    [
        (aliases.rename, {"dryRun": True}, {"dry_run": True}),
        (aliases.rename, {"dryRun": True, "dry_run": False}, {"dryRun": True, "dry_run": False}),
        (aliases.reading, {"path": "f", "head": 5}, {"path": "f", "lines": 5}),
        (aliases.reading, {"path": "f", "tail": 5}, {"path": "f", "start": -5}),
        (aliases.reading, {"path": "f", "offset": 0, "length": 9}, {"path": "f", "start": 1, "lines": 9}),
        (aliases.reading, {"path": "f", "offset": -9}, {"path": "f", "start": -9}),
        (aliases.reading, {"path": "f", "head": "5"}, {"path": "f", "head": "5"}),
        (aliases.listing, {"path": "d", "excludePatterns": ["x"]}, {"path": "d", "glob": ["!x"]}),
        (aliases.listing, {"path": "d", "sortBy": "size"}, {"path": "d", "sort": "size"}),
        (aliases.searching, {"path": "d", "pattern": "*.py"}, {"path": "d", "query": "*.py", "names": True}),
        (aliases.searching, {"pattern": "a", "names": False}, {"query": "a", "names": False}),
        (
            aliases.searching,
            {"query": "a", "glob": ["b"], "excludePatterns": ["x"]},
            {"query": "a", "glob": ["b", "!x"]},
        ),
        (aliases.searching, {"query": "a", "ignoreCase": True}, {"query": "a", "case": "no"}),
        (
            aliases.editing,
            {"path": "f", "edits": [{"oldText": "a", "newText": "b"}], "dryRun": True},
            {"path": "f", "edits": [{"old": "a", "new": "b"}], "dry_run": True},
        ),
        (
            aliases.editing,
            {"file_path": "f", "old_string": "a", "new_string": "b"},
            {"path": "f", "edits": [{"old": "a", "new": "b"}]},
        ),
        (aliases.editing, {"path": "f", "edits": "no list"}, {"path": "f", "edits": "no list"}),
        (aliases.moving, {"from": "a", "to": "b"}, {"source": "a", "destination": "b"}),
        (aliases.trashing, {"path": "a"}, {"paths": ["a"]}),
    ],
)
def test_other_servers_names_are_understood(
    accept: aliases.Accept, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert accept(given) == expected
