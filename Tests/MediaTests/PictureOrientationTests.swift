import Foundation
import Media
import Raster
import Testing

/// The orientation in Exif data of PNG and JPEG files.
struct PictureOrientationTests {
    /// Exif data with one entry before the orientation, as a TIFF file.
    private func exif(_ orientation: Int, isLittleEndian: Bool, type: Int = 3, count: Int = 2, start: Int = 8)
        -> [UInt8]
    {
        func number(_ value: some FixedWidthInteger) -> [UInt8] {
            isLittleEndian ? PictureFile.bigEndian(value).reversed() : PictureFile.bigEndian(value)
        }
        func entry(_ tag: UInt16, _ type: Int, _ value: [UInt8]) -> [UInt8] {
            number(tag) + number(UInt16(type)) + number(UInt32(1)) + value
                + [UInt8](repeating: 0, count: 4 - value.count)
        }
        let value: [UInt8] =
            switch type {
            case 1: [UInt8(orientation)]
            case 4: number(UInt32(orientation))
            default: number(UInt16(orientation))
            }
        return Array((isLittleEndian ? "II*\0" : "MM\0*").utf8) + number(UInt32(start))
            + number(UInt16(count)) + entry(0x0100, 4, number(UInt32(64))) + entry(0x0112, type, value)
            + number(UInt32(0))
    }

    /// A picture turned as the standard puts it: the sides that the first row and the first column are shown at.
    private func turned(_ image: Image, _ orientation: Int) -> Image {
        let sides: [(row: Character, column: Character)] = [
            ("t", "l"), ("t", "r"), ("b", "r"), ("b", "l"), ("l", "t"), ("r", "t"), ("r", "b"), ("l", "b"),
        ]
        let (rowSide, columnSide) = sides[orientation - 1]
        let isUpright = orientation < 5
        let (width, height) = isUpright ? (image.width, image.height) : (image.height, image.width)
        var pixels = [UInt8](repeating: 0, count: image.pixels.count)
        for row in 0..<image.height {
            for column in 0..<image.width {
                let down = ["t", "l"].contains(rowSide) ? row : image.height - 1 - row
                let across = ["t", "l"].contains(columnSide) ? column : image.width - 1 - column
                let (x, y) = isUpright ? (across, down) : (down, across)
                for channel in 0..<3 {
                    pixels[(y * width + x) * 3 + channel] = image.pixels[(row * image.width + column) * 3 + channel]
                }
            }
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    @Test(arguments: 1...8, [true, false]) func turnsPNGAndJPEGAlike(orientation: Int, isLittleEndian: Bool) throws {
        let image = Image(width: 5, height: 3, pixels: (0..<45).map { UInt8($0 * 5) })
        for type in [1, 3, 4] {
            let data = exif(orientation, isLittleEndian: isLittleEndian, type: type)
            var png = try PictureFile(png: image)
            png.insertChunk("eXIf", data)
            #expect(try png.image() == turned(image, orientation), "numbers of type \(type)")
        }

        var jpeg = try PictureFile()
        let upright = try jpeg.image()
        #expect(upright.width == 64 && upright.height == 32)
        jpeg.insertSegment(0xE1, Array("Exif\0\0".utf8) + exif(orientation, isLittleEndian: isLittleEndian))
        #expect(try jpeg.image() == turned(upright, orientation))
        var png = try PictureFile(png: upright)
        png.insertChunk("eXIf", exif(orientation, isLittleEndian: isLittleEndian))
        #expect(try png.image() == turned(upright, orientation))
    }

    @Test func leavesPicturesAloneThatNameNoOrientation() throws {
        let image = Image(width: 5, height: 3, pixels: (0..<45).map { UInt8($0 * 5) })
        let good = exif(6, isLittleEndian: false)
        var wrong = (0..<32).map { Array(good.prefix($0)) }
        wrong += [0, 9, 255, 65535].map { exif($0, isLittleEndian: true) }
        wrong += [0, 2, 12, 65535].map { exif(6, isLittleEndian: false, type: $0) }
        wrong += [9, 41, 1 << 20, 0x7FFF_FFFF].map { exif(6, isLittleEndian: false, start: $0) }
        wrong += [exif(6, isLittleEndian: false, count: 1), Array("PP\0*".utf8) + good.dropFirst(4)]
        for data in wrong {
            var png = try PictureFile(png: image)
            png.insertChunk("eXIf", data)
            #expect(try png.image() == image, "\(data)")
            var jpeg = try PictureFile()
            jpeg.insertSegment(0xE1, Array("Exif\0\0".utf8) + data)
            #expect(try jpeg.image().width == 64, "\(data)")
        }
        // More entries are told than there are, but the orientation comes before the end.
        var png = try PictureFile(png: image)
        png.insertChunk("eXIf", exif(6, isLittleEndian: false, count: 65535))
        #expect(try png.image() == turned(image, 6))
    }
}
