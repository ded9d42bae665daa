"""A bundle's archive: what is honest is unpacked as it is, what is not is refused before anything leaves its folder."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.bundles import archive
from app.core.bundles.archive import manifest_of, unpack
from app.core.errors import DoorkeepError
from tests.app.core.bundles.conftest import MANIFEST, Make

SIGNATURE = b"MCPB_SIG_V1" + struct.pack("<I", 3000) + bytes(range(250)) * 12 + b"MCPB_SIG_END"


def entry(name: str, mode: int = 0, **more: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    for member, value in more.items():
        setattr(made, member, value)
    return made


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_it_is_unpacked_for_its_owner_alone(bundle: Make, tmp_path: Path) -> None:
    path = bundle(files={"server/index.js": "serve()", entry("bin/run", stat.S_IFREG | 0o755): "#!", "empty/": ""})
    found = unpack(path, str(tmp_path / "there"))
    assert found == manifest_of(path)
    assert everything(tmp_path / "there") == {"manifest.json", "server", "server/index.js", "bin", "bin/run"}
    assert (tmp_path / "there/server/index.js").read_text() == "serve()"
    if os.name == "posix":
        modes = {
            name: (tmp_path / "there" / name).stat().st_mode & 0o777 for name in ("", "server/index.js", "bin/run")
        }
        assert modes == {"": 0o700, "server/index.js": 0o600, "bin/run": 0o700}


@pytest.mark.parametrize("counted", [True, False], ids=["as a comment", "behind the end"])
def test_a_signature_after_the_archive_is_no_trouble(bundle: Make, tmp_path: Path, counted: bool) -> None:
    path = Path(bundle())
    content = bytearray(path.read_bytes())
    if counted:
        content[-2:] = struct.pack("<H", len(SIGNATURE))
    path.write_bytes(bytes(content) + SIGNATURE)
    assert unpack(str(path), str(tmp_path / "there")).version == "1.2.0"


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "server/../../out",
        "/etc/out",
        "//out",
        "a//b",
        "./out",
        "a/./b",
        "C:/out",
        "c:out",
        "a\\b",
        "..\\out",
        "bell\x07",
        "turn\u202eed",
        "a/" * 41 + "b",
        "x" * 401,
        "y" * 256,
        "/",
    ],
)
def test_a_name_that_is_none_of_a_file_in_it_is_refused(bundle: Make, tmp_path: Path, name: str) -> None:
    path = bundle(files={entry(name): "x"})
    for deed in (lambda: manifest_of(path), lambda: unpack(path, str(tmp_path / "there"))):
        with pytest.raises(DoorkeepError, match="no name of a file in it"):
            deed()
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_a_device_is_refused(bundle: Make, tmp_path: Path, kind: int) -> None:
    with pytest.raises(DoorkeepError, match="is a link or a device"):
        unpack(bundle(files={entry("server", kind | 0o777): "/etc"}), str(tmp_path / "there"))
    assert not (tmp_path / "there").exists()


def test_a_file_where_a_folder_has_to_be_is_refused(bundle: Make, tmp_path: Path) -> None:
    with pytest.raises(DoorkeepError, match="it has 'a' twice"):
        unpack(bundle(files={"a": "x", "a/b": "y"}), str(tmp_path / "there"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(bundle: Make, tmp_path: Path) -> None:
    with pytest.raises(DoorkeepError, match="it has 'a' twice"):
        unpack(bundle(files={entry("a"): "x", entry("a"): "y"}), str(tmp_path / "there"))


def test_an_encrypted_or_oddly_packed_file_is_refused(bundle: Make, tmp_path: Path) -> None:
    path = Path(bundle())
    content = path.read_bytes()
    listed = content.rindex(b"PK\x01\x02")
    encrypted = content[: listed + 8] + b"\x01\x00" + content[listed + 10 :]
    path.write_bytes(encrypted)
    with pytest.raises(DoorkeepError, match="is encrypted"):
        manifest_of(str(path))
    with pytest.raises(DoorkeepError, match="packed in a way"):
        manifest_of(bundle(files={entry("a", compress_type=zipfile.ZIP_LZMA): "x"}))


def test_what_declares_to_be_too_large_is_refused(
    bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bundle(files={"zeros": b"\0" * 200_000})
    monkeypatch.setattr(archive, "MOST_UNPACKED", 100_000)
    with pytest.raises(DoorkeepError, match="unpacks to more than"):
        manifest_of(path)


def test_what_is_larger_than_it_declares_stops_at_the_bound(
    bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries that share their bytes, or a size that is a lie: only what is really written counts."""
    path = bundle(files={"zeros": b"\0" * 400_000, "more": b"\0" * 400_000})
    monkeypatch.setattr(archive, "_entries", _unbelieved(archive._entries))
    monkeypatch.setattr(archive, "MOST_UNPACKED", 500_000)
    with pytest.raises(DoorkeepError, match="unpacks to more than"):
        unpack(path, str(tmp_path / "there"))
    written = sum(file.stat().st_size for file in (tmp_path / "there").rglob("*") if file.is_file())
    assert written <= 500_000


def _unbelieved(entries):
    def found(packed: zipfile.ZipFile):
        sizes = {info: info.file_size for info in packed.infolist()}
        for info in sizes:
            info.file_size = 1
        listed = entries(packed)
        for info, size in sizes.items():
            info.file_size = size
        return listed

    return found


def test_too_many_entries_are_refused_before_they_are_read(
    bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(bundle(files={f"f{number}": "" for number in range(50)}))
    monkeypatch.setattr(archive, "MOST_ENTRIES", 20)
    with pytest.raises(DoorkeepError, match="lists more than 20 files"):
        manifest_of(str(path))
    monkeypatch.setattr(archive, "MOST_ENTRIES", 100)
    content = bytearray(path.read_bytes())
    content[-10:-6] = struct.pack("<I", archive.MOST_DIRECTORY + 1)  # the size of the list, in the end record
    path.write_bytes(content)
    with pytest.raises(DoorkeepError, match="lists more than"):
        manifest_of(str(path))
    zip64 = b"PK\x06\x07" + b"\0" * 16
    path.write_bytes(bytes(content[:-22]) + zip64 + bytes(content[-22:-10]) + b"\0\0\0\0" + bytes(content[-6:]))
    with pytest.raises(DoorkeepError, match="lists more than"):
        manifest_of(str(path))


def test_a_file_that_is_too_large_is_refused(bundle: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle()
    monkeypatch.setattr(archive, "MOST_FILE", 100)
    with pytest.raises(DoorkeepError, match="larger than"):
        manifest_of(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "no zip archive"), (b"PK\x05\x06", "no zip archive"), (b"x" * 70_000, "no zip archive")],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "odd.mcpb"
    path.write_bytes(content)
    with pytest.raises(DoorkeepError, match=says):
        manifest_of(str(path))


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mcpb", tmp_path):
        with pytest.raises(DoorkeepError, match=r"cannot be read|is no file"):
            manifest_of(str(path))


def test_without_a_manifest_at_its_top_it_is_refused(bundle: Make) -> None:
    with pytest.raises(DoorkeepError, match=r"no manifest.json at its top"):
        manifest_of(bundle(None, {"inner/manifest.json": "{}"}))
    with pytest.raises(DoorkeepError, match="larger than any manifest"):
        manifest_of(bundle({**MANIFEST, "description": "x" * 1_100_000}))


def test_a_folder_that_cannot_be_written_is_said(bundle: Make, tmp_path: Path) -> None:
    with pytest.raises(DoorkeepError, match=r"cannot be written|twice"):
        unpack(bundle(), str(tmp_path / "no" / "such" / "folder"))


@given(st.integers(0, 600), st.binary(min_size=1, max_size=8))
def test_damage_anywhere_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: bytes
) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", '{"name": "x"}')
        packed.writestr("server/index.js", "serve()" * 20)
    content = bytearray(made.getvalue())
    content[at % len(content) : at % len(content) + len(by)] = by
    path = tmp_path_factory.mktemp("odd") / "odd.mcpb"
    path.write_bytes(content)
    with pytest.raises(DoorkeepError):
        unpack(str(path), str(path.with_name("there")))
