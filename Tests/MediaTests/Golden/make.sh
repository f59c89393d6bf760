#!/bin/sh
# Makes the clips and pictures beside it. Made with FFmpeg 5.1.9 (Debian 12); run it again only to add or change one.
set -eu
cd "$(dirname "$0")"
x264="-c:v libx264 -preset veryslow -crf 40 -pix_fmt yuv420p"
ff() { ffmpeg -hide_banner -loglevel error -y -bitexact -fflags +bitexact -flags +bitexact "$@"; }

# 50 frames at 25 a second, in groups with B-frames, so the last frames come out only when the decoder is drained.
ff -f lavfi -i testsrc2=size=322x242:rate=25:duration=2 $x264 -bf 3 -g 25 bframes.mp4
# Variable frame rate: frames 0...9 of 10 a second, without 3, 4 and 7.
ff -f lavfi -i testsrc2=size=64x48:rate=10:duration=1 -vf "select='not(eq(n,3)+eq(n,4)+eq(n,7))'" -vsync vfr \
    $x264 vfr.mp4
# Left half red, right half blue, stored as it is, with four display rotations.
halves="color=red:size=32x32:rate=25:duration=0.12[a];color=blue:size=32x32:rate=25:duration=0.12[b];[a][b]hstack"
ff -f lavfi -i "$halves" -c:v libx264 -crf 10 -pix_fmt yuv420p halves.mp4
for angle in 90 180 270; do
    ff -i halves.mp4 -c copy -metadata:s:v rotate=$angle rotated$angle.mp4
done
# One colour, RGB 200 100 50, under each matrix, range and depth; the clip says which, except `untagged`.
fill() { # name, scale options, further options
    name=$1 scale=$2
    shift 2
    ff -f lavfi -i color=0xC86432:size=64x48:rate=25:duration=0.2 -vf "format=gbrp,scale=$scale" \
        -c:v libx264 -crf 1 "$@" "fill-$name.mp4"
}
fill bt601 out_color_matrix=bt601 -pix_fmt yuv420p -colorspace smpte170m
fill bt709 out_color_matrix=bt709 -pix_fmt yuv420p -colorspace bt709
fill bt2020 out_color_matrix=bt2020 -pix_fmt yuv420p10le -colorspace bt2020nc
fill full out_color_matrix=bt709:out_range=full -pix_fmt yuv420p -colorspace bt709 -color_range pc
fill ten out_color_matrix=bt709 -pix_fmt yuv422p10le -colorspace bt709
fill untagged out_color_matrix=bt601 -pix_fmt yuv420p
fill untagged-hd 1280:720:out_color_matrix=bt709 -pix_fmt yuv420p
ff -f lavfi -i color=0xC86432:size=64x48:rate=25:duration=0.2,format=rgb24 -c:v libx264rgb -crf 0 fill-rgb.mp4
ff -f lavfi -i color=0xC86432:size=64x48:rate=25:duration=0.2 -c:v mjpeg -q:v 1 -pix_fmt yuvj444p fill-mjpeg.avi
ff -f lavfi -i color=0xC86432:size=64x48:rate=25:duration=0.2,format=rgba -c:v qtrle fill-rgba.mov
ff -f lavfi -i color=size=64x48:rate=25:duration=0.2,format=gray,geq=lum=100 -c:v ffv1 fill-grey.mkv
# Odd and smallest sizes.
ff -f lavfi -i testsrc=size=33x17:rate=25:duration=0.2 -c:v ffv1 -pix_fmt yuv420p odd.mkv
ff -f lavfi -i color=0xC86432:size=4x4:rate=25:duration=0.2,format=yuv444p,crop=1:1 -c:v ffv1 pixel.mkv
ff -f lavfi -i testsrc2=size=64x48:rate=25:duration=0.04 $x264 one.mp4
# A size that changes half-way: 64×48, then 32×24, both of one colour.
ff -f lavfi -i color=0xC86432:size=64x48:rate=25:duration=0.2 $x264 -bf 0 a.ts
ff -f lavfi -i color=0xC86432:size=32x24:rate=25:duration=0.2 $x264 -bf 0 b.ts
cat a.ts b.ts >resized.ts
rm a.ts b.ts
# Sound before two videos, the second of which is named the default; sound only; a cover picture beside a film, and alone.
ff -f lavfi -i sine=duration=0.4 -f lavfi -i testsrc2=size=32x24:rate=25:duration=0.4 \
    -f lavfi -i testsrc2=size=64x48:rate=25:duration=0.4 -map 0 -map 1 -map 2 -c:a aac -b:a 16k $x264 \
    -disposition:v:0 0 -disposition:v:1 default streams.mkv
ff -f lavfi -i sine=duration=0.4 -c:a aac -b:a 16k audio.mp4
ff -f lavfi -i color=0x00FF00:size=200x200:rate=1:duration=1 -frames:v 1 cover.png
ff -i cover.png -i one.mp4 -map 0 -map 1 -c:v:0 png -c:v:1 copy -disposition:v:0 attached_pic cover.mp4
rm cover.png
# No index (moov is at the end); five destroyed packets; a destroyed stretch of the file; broken off; without a frame.
head -c 6000 bframes.mp4 >noindex.mp4
ff -f lavfi -i testsrc2=size=64x48:rate=25:duration=2 -c:v mpeg4 -g 5 -qscale:v 20 -f avi long.avi
ffprobe -v quiet -select_streams v -show_entries packet=size,pos -of csv=p=0 bframes.mp4 >packets.csv
python3 - <<'PY'
data = bytearray(open("bframes.mp4", "rb").read())
packets = [[int(field) for field in line.split(",")[:2]] for line in open("packets.csv")]
for size, start in packets[10:13] + packets[30:32]:
    data[start:start + size] = b"\xff" * size
open("damaged.mp4", "wb").write(data)
data = bytearray(open("long.avi", "rb").read())
open("empty.avi", "wb").write(data[:data.index(b"movi") + 4])
open("truncated.avi", "wb").write(data[:len(data) * 3 // 5])
for start in range(len(data) // 3, len(data) // 2):
    data[start] = (data[start] * 7 + start * 31) % 256
open("damaged.avi", "wb").write(data)
PY
rm long.avi packets.csv
echo "Not a film." >text.mp4
# Clips that tell which frame a picture is: 40 of them, n of brightness 16 + 5 n.
numbers="color=black:size=32x32:rate=25:duration=1.6,format=gray,geq=lum=16+5*N,scale=out_range=tv,format=yuv420p"
ff -f lavfi -i "$numbers" -c:v libx264 -crf 12 -bf 3 -g 8 -sc_threshold 0 numbered.mp4
ff -f lavfi -i "$numbers" -c:v libvpx -b:v 500k -auto-alt-ref 1 -lag-in-frames 16 -g 16 numbered.webm
ff -f lavfi -i "$numbers" -c:v mpeg4 -qscale:v 2 -g 4 numbered.avi
ff -f lavfi -i "$numbers" -c:v mpeg4 -qscale:v 2 -g 4 numbered.mkv
# Half of the file: the header still promises all frames.
head -c $(($(wc -c <numbered.mkv) / 2)) numbered.mkv >cut.mkv
# The same recording twice: times start anew.
ff -i numbered.mp4 -c copy -bsf:v h264_mp4toannexb -f mpegts numbered.ts
cat numbered.ts numbered.ts >joined.ts
rm numbered.ts numbered.mkv
python3 holes.py
# Pictures: labels by another writer than ours, and a JPEG that lies on its side (Exif orientation 6).
ff -i halves.mp4 -frames:v 1 -q:v 2 upright.jpg
python3 pictures.py
# Needs Pillow and numpy.
python3 stills.py
python3 metadata.py
rm upright.jpg
ls -l
