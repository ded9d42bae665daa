from __future__ import annotations

import msgspec

from app.commands.checks.finding import Finding


def test_a_finding_is_one_json_object():
    found = msgspec.json.decode(msgspec.json.encode(Finding("disk", "ok", "Room enough.")))
    assert found == {"check": "disk", "state": "ok", "words": "Room enough.", "fix": ""}
