r"""On Windows nothing is opened through a link or junction, nothing on the way can be swapped, and the network is never touched."""

from __future__ import annotations

import errno

import pytest

from servers.runtime.safe import windows
from tests.fakes.windows_kernel import JUNCTION, SYMLINK, FakeKernel, Node

CLOUD_FILE = 0x9000_001A


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> FakeKernel:
    made = FakeKernel()
    made.add("C:\\in\\sub\\b.txt", Node(b"below"))
    made.add("C:\\in\\Long Folder Name\\x.txt", Node(b"long"))
    made.root.entries["in"].entries["Long Folder Name"].short = "LONGFO~1"
    made.add("C:\\out\\secret.txt", Node(b"SECRET"))
    made.add("C:\\in\\junction", Node(tag=JUNCTION, target="\\??\\C:\\out"))
    made.add("C:\\in\\symlink", Node(b"", tag=SYMLINK, target="sub\\b.txt"))
    made.add("C:\\in\\network", Node(tag=SYMLINK, target="\\\\evil\\share"))
    made.add("C:\\in\\cloud.txt", Node(b"cloud", tag=CLOUD_FILE))
    made.add("C:\\in\\loop", Node(tag=SYMLINK, target="loop"))
    monkeypatch.setattr(windows, "_kept", [made])
    return made


def number_of(path: str, kernel: FakeKernel) -> int:
    root = windows.open_root("C:\\in")
    before = len(kernel.handles)
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is looked at
        windows.open_beneath(root, path, windows.LOOK, links=True)
    assert len(kernel.handles) == before, "a handle was left open"
    return caught.value.errno or 0


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("junction\\secret.txt", errno.ELOOP),
        ("junction", errno.ELOOP),
        ("symlink", errno.ELOOP),
        ("network\\x", errno.ELOOP),
        ("nope.txt", errno.ENOENT),
        ("sub\\b.txt\\x", errno.ENOTDIR),
        ("..\\out\\secret.txt", errno.EXDEV),
        ("sub\\b.txt:stream", errno.EXDEV),
        ("sub\\b.txt.", errno.EXDEV),
        ("LONGFO~1\\x.txt", errno.EXDEV),
        ("NUL", errno.EXDEV),
    ],
)
def test_it_stops_where_the_way_is_not_plain(kernel: FakeKernel, path: str, number: int) -> None:
    assert number_of(path, kernel) == number
    assert kernel.touched == []


@pytest.mark.parametrize(
    ("path", "real"),
    [("sub\\b.txt", "C:\\in\\sub\\b.txt"), ("SUB\\B.TXT", "C:\\in\\sub\\b.txt"), ("cloud.txt", "C:\\in\\cloud.txt"), ("sub", "C:\\in\\sub"),
     (".", "C:\\in")],
)  # fmt: skip
def test_what_opens_tells_its_path_as_it_is_on_the_disk(kernel: FakeKernel, path: str, real: str) -> None:
    root = windows.open_root("C:\\in")
    seen = windows.open_beneath(root, path, windows.LOOK, links=False)
    assert windows.real_path(seen) == real
    assert windows.real_path(windows.reopen(seen, 0)) == real
    assert len(kernel.handles) == 3


def test_a_short_name_of_a_root_is_told_by_its_long_one(kernel: FakeKernel) -> None:
    assert windows.real_path(windows.open_root("C:\\in\\LONGFO~1")) == "C:\\in\\Long Folder Name"


def test_a_root_is_reached_through_no_link(kernel: FakeKernel) -> None:
    for path in ("C:\\in\\junction", "C:\\in\\junction\\x"):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is looked at
            windows.open_root(path)
        assert caught.value.errno == errno.ELOOP


def test_no_folder_on_the_way_can_be_swapped_for_a_junction(kernel: FakeKernel) -> None:
    inside, out = kernel.root.entries["in"], kernel.root.entries["out"]
    root = windows.open_root("C:\\in")
    tried: list[str] = []

    def attack() -> None:
        for node in (inside.entries.get("sub"), inside):
            if node is not None and any(handle.node is node for handle in kernel.handles.values()):
                with pytest.raises(PermissionError):
                    kernel.rename(node, out, "moved")
                tried.append(node.name)

    kernel.on_open.append(attack)
    seen = windows.open_beneath(root, "sub\\b.txt", windows.LOOK, links=False)
    assert windows.real_path(seen) == "C:\\in\\sub\\b.txt"
    assert set(tried) == {"sub", "in"}


def test_an_open_file_can_be_replaced_and_an_open_folder_cannot(kernel: FakeKernel) -> None:
    root = windows.open_root("C:\\in")
    file = windows.open_beneath(root, "sub\\b.txt", windows.LOOK, links=False)
    kernel.rename(kernel.handles[file].node, kernel.root, "moved.txt")
    folder = windows.open_beneath(root, "sub", windows.LOOK, links=False)
    with pytest.raises(PermissionError):
        kernel.rename(kernel.handles[folder].node, kernel.root, "moved")


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("C:\\in\\symlink", "C:\\in\\sub\\b.txt"),
        ("C:\\in\\junction\\secret.txt", "C:\\out\\secret.txt"),
        ("C:\\in\\sub\\b.txt", "C:\\in\\sub\\b.txt"),
        ("C:\\in\\nope\\x", "C:\\in\\nope\\x"),
        ("C:\\in\\junction\\nope\\x", "C:\\out\\nope\\x"),
    ],
)
def test_where_a_link_leads_is_told_without_opening_through_it(kernel: FakeKernel, path: str, real: str) -> None:
    assert windows.follow(path) == real
    assert kernel.handles == {}


@pytest.mark.parametrize(("path", "number"), [("C:\\in\\network\\x", errno.EXDEV), ("C:\\in\\loop", errno.ELOOP)])
def test_a_link_to_the_network_or_in_a_circle_is_not_followed(kernel: FakeKernel, path: str, number: int) -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is looked at
        windows.follow(path)
    assert caught.value.errno == number
    assert kernel.touched == []


def test_elsewhere_there_is_no_such_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "_kept", [])
    with pytest.raises(OSError, match="not implemented"):
        windows.kernel()
