import os
from pathlib import Path

from servers.filesystem import describing
from servers.filesystem.describing import Row
from servers.filesystem.walk import Found
from servers.runtime.call import Call
from tests.servers.conftest import MakeCall


def lines(call: Call, top: Path) -> dict[str, str]:
    fd = os.open(top, os.O_RDONLY)
    try:
        where = Found(fd, str(top), "", 0)
        return {
            name: describing.line(
                call.folders, where, Row(name, (top / name).is_dir() and not (top / name).is_symlink())
            )
            for name in sorted(os.listdir(top))
        }
    finally:
        os.close(fd)


def test_each_kind_of_entry_is_one_line(call: Call, top: Path) -> None:
    (top / "folder").mkdir()
    (top / "file").write_text("12345")
    os.utime(top / "file", (0, 0))
    (top / "link").symlink_to("folder")
    os.mkfifo(top / "pipe")
    (top / ".env").write_text("SECRET")
    os.utime(top / ".env", (60, 60))
    assert lines(call, top) == {
        "folder": "folder/\n",
        "file": "file  5  1970-01-01 00:00\n",
        "link": "link -> folder\n",
        "pipe": "pipe  (a pipe)\n",
        ".env": ".env  6  1970-01-01 00:01  (not open to you)\n",
    }


def test_a_folder_that_is_switched_off_is_marked(make_call: MakeCall, top: Path) -> None:
    (top / "off").mkdir()
    assert lines(make_call((top, "write"), (top / "off", "off")), top) == {"off": "off/  (not open to you)\n"}


def test_an_entry_that_is_gone_is_said_to_be(call: Call, top: Path) -> None:
    fd = os.open(top, os.O_RDONLY)
    try:
        assert describing.line(call.folders, Found(fd, str(top), "", 0), Row("x", False)) == "x  (gone)\n"
    finally:
        os.close(fd)


def test_the_facts_of_a_file_are_one_line(call: Call, top: Path) -> None:
    path = top / "a b.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    path.chmod(0o640)
    os.utime(path, (0, 0))
    facts = describing.file(call, str(path))
    assert facts.startswith(f'path="{path}" type=file bytes=13 modified=1970-01-01T00:00Z mode=-rw-r----- etag=')
    assert facts.endswith("encoding=utf-8-bom eol=crlf lines=2\n")
    assert call.touched == [str(path)]


def test_granted_folders_are_listed_with_what_may_be_done(make_call: MakeCall, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
    call = make_call(
        (tmp_path / "b", "read"), (tmp_path / "a", "write"), (tmp_path / "c", "ask"), (tmp_path / "d", "off")
    )
    assert describing.granted(call.folders) == (
        "Granted folders:\n"
        f"{tmp_path}/a  may be read and changed\n"
        f"{tmp_path}/b  may be read\n"
        f"{tmp_path}/c  may be read; each change asks the user\n"
        f"{tmp_path}/d  switched off\n"
    )
