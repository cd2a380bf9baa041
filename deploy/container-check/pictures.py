"""Pictures, two classes of them, and a multipart body, with Python's standard library only."""

import io
import random
import struct
import uuid
import zipfile
import zlib


def png(width, height, pixel):
    """A picture with the colour pixel(x, y) at each place."""
    rows = b"".join(
        b"\0" + bytes(value for x in range(width) for value in pixel(x, y)) for y in range(height)
    )

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def stripes(colour, source):
    """A noisy picture of two colours in stripes of a random width."""
    width = source.randrange(3, 9)
    noise = [source.randrange(40) for _ in range(997)]

    def pixel(x, y):
        grain = noise[(x * 31 + y * 17) % 997]
        return [min(255, c + grain) if x // width % 2 else grain for c in colour]

    return png(48, 48, pixel)


def classes():
    """A zip file with two classes of pictures."""
    source = random.Random(7)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, colour in (("red", (200, 20, 20)), ("blue", (20, 20, 200))):
            for number in range(60):
                archive.writestr("%s/%d.png" % (name, number), stripes(colour, source))
    return content.getvalue()


def form(**parts):
    """A multipart body of (file name, type, content), and its headers."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, (file, kind, content) in parts.items():
        body += (
            '--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
            "Content-Type: %s\r\n\r\n" % (boundary, name, file, kind)
        ).encode()
        body += content + b"\r\n"
    body += ("--%s--\r\n" % boundary).encode()
    return body, {"Content-Type": "multipart/form-data; boundary=" + boundary}
