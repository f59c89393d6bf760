"""PNG pictures in videos with profiles and texts that cannot be inflated: made with FFmpeg 5.1.9; run it again only to change one."""
import struct
import subprocess
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


METADATA = b"".join(chunk(kind, b"name\0\0" + b"\7" * 40) for kind in (b"iCCP", b"zTXt", b"iTXt"))

# Behind the header of the file, and behind the first frame.
data = open("animated.png", "rb").read()
second = data.rindex(b"fcTL", 0, data.index(b"fdAT")) - 4
open("animated-metadata.png", "wb").write(data[:33] + METADATA + data[33:second] + METADATA + data[second:])

data = open("colors.png", "rb").read()
open("metadata.png", "wb").write(data[:33] + METADATA + data[33:])
subprocess.run("ffmpeg -hide_banner -loglevel error -y -bitexact -framerate 5 -i metadata.png -c copy -fflags +bitexact "
               "metadata.mov && rm metadata.png", shell=True, check=True)
