"""The index nominates notes; what each file says at this moment decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes.moving import rewriting
from servers.notes.moving.rewriting import Rewriting, spliced
from servers.notes.parsing.parts import Link
from servers.notes.vaults import Vault
from servers.runtime.call import Call
from servers.runtime.changing.pieces import Splice
from servers.runtime.errors import ToolError
from tests.servers.notes.conftest import write


def shout(content: bytes, link: Link) -> Splice[bytes] | str | None:
    """Every link to A becomes B; one to C is left, with a reason."""
    if link.target == "C":
        return "because"
    return Splice(link.target_start, link.target_end, b"B") if link.target == "A" else None


def test_replacements_are_made_in_their_places() -> None:
    assert spliced(b"0123456789", [Splice(1, 3, b"x"), Splice(9, 10, b"")]) == b"0x345678"
    assert spliced(b"ab", []) == b"ab"


def test_a_notes_links_are_rewritten_and_what_is_left_is_named(call: Call, vault: Path) -> None:
    write(vault, {"n.md": b"[[A]] caf\xe9\n`[[A]]` ![[A|x]]\n[[C]] [[D]]\n"})
    out = Rewriting()
    rewriting.rewrite(call, Vault("Vault", str(vault)), "n.md", shout, out)
    (one,) = out.notes
    assert one.content == b"[[B]] caf\xe9\n`[[A]]` ![[B|x]]\n[[C]] [[D]]\n"
    assert (one.inside, one.path, one.links) == ("n.md", f"{vault}/n.md", 2)
    assert out.left == ["n.md:3: [[C]] was left: because"]
    assert one.old.etag in out.guard


def test_what_is_gone_or_no_note_is_passed_over(call: Call, vault: Path) -> None:
    write(vault, {"a.txt": "[[A]]", "plain.md": "no links"})
    out = Rewriting()
    for path in ("a.txt", "plain.md", "gone.md"):
        rewriting.rewrite(call, Vault("Vault", str(vault)), path, shout, out)
    assert out.notes == []


def test_more_than_one_change_can_hold_is_refused(call: Call, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "MAX_NOTES", 1)
    write(vault, {"a.md": "[[A]]", "b.md": "[[A]]"})
    out = Rewriting()
    rewriting.rewrite(call, Vault("Vault", str(vault)), "a.md", shout, out)
    with pytest.raises(ToolError, match="too many for one change"):
        rewriting.rewrite(call, Vault("Vault", str(vault)), "b.md", shout, out)


def test_notes_that_name_a_file_are_found_as_the_files_are_now(call: Call, vault: Path) -> None:
    write(vault, {"a.md": "[[Other]] [x](sub/plan.md)", "b.md": "nothing", "c.md": "[[PLAN#x|y]]", "sub/Plan.md": ""})
    here = Vault("Vault", str(vault))
    assert rewriting.naming(call, here, "sub/Plan.md") == ["a.md", "c.md"]
    (vault / "b.md").write_text("[[Plan]]")
    (vault / "c.md").write_text("no more")
    assert rewriting.naming(call, here, "sub/Plan.md") == ["a.md", "b.md"]
