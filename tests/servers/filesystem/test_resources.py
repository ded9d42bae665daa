import base64
import os
from pathlib import Path
from typing import Any

import pytest

from servers.filesystem import resources
from servers.runtime.call import Call
from tests.servers.conftest import MakeCall
from tests.servers.filesystem.conftest import Files
from tests.servers.filesystem.test_read_file import PNG


def read(files: Files, path: object) -> dict[str, Any]:
    return files.peer.request("resources/read", {"uri": f"file://{path}"})


def test_a_text_is_read_whole_with_its_media_type(files: Files, top: Path) -> None:
    (top / "a.md").write_text("# é\n")
    (found,) = read(files, top / "a.md")["result"]["contents"]
    assert (found["mimeType"], found["text"]) == ("text/markdown", "# é\n")


def test_pictures_and_other_bytes_come_as_bytes(files: Files, top: Path) -> None:
    (top / "dot").write_bytes(PNG)
    (top / "bin").write_bytes(b"a\0b")
    (found,) = read(files, top / "dot")["result"]["contents"]
    assert (found["mimeType"], base64.b64decode(found["blob"])) == ("image/png", PNG)
    (found,) = read(files, top / "bin")["result"]["contents"]
    assert (found["mimeType"], base64.b64decode(found["blob"])) == ("application/octet-stream", b"a\0b")


def test_percent_signs_are_undone_once(files: Files, top: Path) -> None:
    (top / "a b%20.txt").write_text("x")
    (found,) = read(files, f"{top}/a%20b%2520.txt")["result"]["contents"]
    assert found["text"] == "x"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "{top}/../secret", "{top}/a/%2e%2e/%2e%2e/secret", "{top}/link", "{top}/.env", "{top}/none"]
)
def test_what_may_not_be_read_is_no_resource(files: Files, top: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("SECRET")
    (top / "link").symlink_to(tmp_path / "secret")
    (top / ".env").write_text("SECRET")
    answer = read(files, path.format(top=top))
    assert "SECRET" not in str(answer)
    assert "Cannot read" in answer["error"]["message"] or "contains '..'" in answer["error"]["message"]


def test_a_resource_too_large_is_refused_with_the_way_out(files: Files, top: Path) -> None:
    (top / "big").write_bytes(b"x" * 1_000_000)
    assert "read_file" in read(files, top / "big")["error"]["message"]


def test_paths_are_completed_below_the_granted_folders(files: Files, top: Path) -> None:
    (top / "alpha").mkdir()
    (top / "also.txt").touch()
    (top / "beta").touch()
    reference = {"type": "ref/resource", "uri": resources.URI}
    answer = files.peer.request(
        "completion/complete", {"ref": reference, "argument": {"name": "path", "value": f"{top}/al"[1:]}}
    )
    assert answer["result"]["completion"]["values"] == [f"{top}/alpha/"[1:], f"{top}/also.txt"[1:]]


def test_completion_offers_the_granted_folders_and_nothing_outside(
    make_call: MakeCall, top: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (top / "off").mkdir()
    (top / "off/hidden").touch()
    (top / "link").symlink_to(tmp_path)
    call = make_call((top, "read"), (top / "off", "off"))
    assert resources.complete_path(call, "", {}) == [f"{top}/"[1:]]
    assert resources.complete_path(call, f"{tmp_path}/o"[1:], {}) == []
    assert resources.complete_path(call, f"{top}/off/"[1:], {}) == []
    assert resources.complete_path(call, f"{top}/link/"[1:], {}) == []


def test_folders_alone_are_completed_for_prompts(call: Call, top: Path) -> None:
    (top / "folder").mkdir()
    (top / "file").touch()
    (top / os.fsdecode(b"f\xff")).mkdir()
    assert resources.complete_folder(call, f"{top}/f", {}) == [f"{top}/f\\xff/", f"{top}/folder/"]
