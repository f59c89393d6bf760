"""Clips of numbered.mp4 and numbered.avi with packets that are destroyed, or empty."""
import struct
import subprocess


def packets(path):
    """Size and position of each packet, in the order of the file."""
    fields = "packet=size,pos"
    text = subprocess.run(["ffprobe", "-v", "quiet", "-show_entries", fields, "-of", "csv=p=0", path],
                          check=True, capture_output=True, text=True).stdout
    return [[int(field) for field in line.split(",")[:2]] for line in text.split()]


# The first 8 packets, which are the first group, and those of the fourth.
data = bytearray(open("numbered.mp4", "rb").read())
for size, start in packets("numbered.mp4")[:8] + packets("numbered.mp4")[24:32]:
    data[start:start + size] = b"\xff" * size
open("holes.mp4", "wb").write(data)

# Packets 9, 10 and 11, the end of a group, are empty: as many bytes less, and the index is left out.
data = open("numbered.avi", "rb").read()
movi = data.index(b"movi")
chunks, position = [], movi + 4
while data[position:position + 4] == b"00dc":
    size = struct.unpack("<I", data[position + 4:position + 8])[0]
    chunks.append(data[position + 8:position + 8 + size])
    position += 8 + size + size % 2
body = b"movi"
for number, chunk in enumerate(chunks):
    chunk = b"" if number in (9, 10, 11) else chunk
    body += b"00dc" + struct.pack("<I", len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
head = data[:movi - 4] + struct.pack("<I", len(body)) + body
open("empty-packets.avi", "wb").write(head[:4] + struct.pack("<I", len(head) - 8) + head[8:])
