"""Writes label PNG files byte by byte, so that readLabels is tested against the format and not against FFmpeg."""

import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, width, height, depth, color, rows, palette=None):
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    if palette:
        data += chunk(b"PLTE", bytes(palette))
    data += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b"")
    with open(name, "wb") as file:
        file.write(data)


def packed(values, depth):
    bits = "".join(format(value, f"0{depth}b") for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


# Ids are (3 x + y) modulo the number of values, on 5×3 pixels.
for depth in 1, 2, 4, 8:
    rows = [packed([(3 * x + y) % (1 << depth) for x in range(5)], depth) for y in range(3)]
    png(f"labels-grey{depth}.png", 5, 3, depth, 0, rows)
    # Every colour is the same grey: only the indices tell classes apart.
    png(f"labels-palette{depth}.png", 5, 3, depth, 3, rows, [9, 9, 9] * (1 << depth))
rows = [b"".join(struct.pack(">H", 1000 * x + 7 * y) for x in range(5)) for y in range(3)]
png("labels-grey16.png", 5, 3, 16, 0, rows)
png("colors.png", 5, 3, 8, 2, [bytes([10 * y, 20, 30] * 5) for y in range(3)])
whole = open("labels-palette8.png", "rb").read()
open("labels-truncated.png", "wb").write(whole[: len(whole) * 2 // 3])
damaged = bytearray(whole)
damaged[-20] ^= 0x55
open("labels-damaged.png", "wb").write(damaged)

# Exif orientation 6: the stored picture is turned clockwise by a quarter for display.
exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
jpeg = open("upright.jpg", "rb").read()
with open("sideways.jpg", "wb") as file:
    file.write(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
open("cut.jpg", "wb").write(jpeg[: len(jpeg) // 2])
