import pytest

from servers.filesystem import images


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", ""),
        (b"<svg>", ""),
        (b"", ""),
    ],
)
def test_pictures_are_known_by_their_first_bytes(head: bytes, mime: str) -> None:
    assert images.mime_of(head) == mime
