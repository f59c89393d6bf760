"""Pictures that hold several, or are turned, made with Pillow 12; run it again only to add or change one."""
import numpy
from PIL import Image


def picture(number):
    """The left half is red; the right one of brightness 16 + 20 n."""
    pixels = numpy.full((32, 64, 3), 16 + 20 * number, numpy.uint8)
    pixels[:, :32] = 255, 0, 0
    return Image.fromarray(pixels)


first, *others = [picture(number) for number in range(3)]
for name in "animated.png", "animated.webp", "animated.gif", "pages.tif":
    first.save(name, save_all=True, append_images=others, **({} if name == "pages.tif" else {"duration": 100}))
# Orientation 6: the first row is the right side.
exif = Image.Exif()
exif[0x0112] = 6
first.save("turned.tif", tiffinfo={0x0112: 6})
first.save("turned.webp", exif=exif, lossless=True)
with open("several.mjpeg", "wb") as file:
    for image in first, *others:
        image.save(file, "jpeg", quality=95)
