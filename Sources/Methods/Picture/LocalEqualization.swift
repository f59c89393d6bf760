import Raster

/// Contrast-limited adaptive histogram equalisation of the brightness; colour differences stay.
///
/// The picture is cut into 8×8 tiles; each has a curve, the sum of its histogram, which is cut off at a limit and what is cut
/// off spread over all values. A pixel takes the four nearest curves, bilinearly. Source: Zuiderveld, "Contrast limited
/// adaptive histogram equalization", Graphics Gems IV, 1994.
struct LocalEqualization {
    private static let tiles = 8
    /// The limit, as a multiple of an even histogram's height.
    private static let limit: Float = 2
    private let curves: [Float]

    /// Makes a picture's curves.
    init(_ image: Image) {
        let (tiles, width, height) = (Self.tiles, image.width, image.height)
        var histograms = [Float](repeating: 0, count: tiles * tiles * 256)
        for y in 0..<height {
            for x in 0..<width {
                let tile = y * tiles / height * tiles + x * tiles / width
                histograms[tile * 256 + luma(image, y * width + x)] += 1
            }
        }
        for tile in 0..<tiles * tiles {
            let range = tile * 256..<(tile + 1) * 256
            let total = histograms[range].reduce(0, +)
            let most = Self.limit * total / 256
            let excess = histograms[range].reduce(0) { $0 + max($1 - most, 0) } / 256
            var sum: Float = 0
            for index in range {
                sum += min(histograms[index], most) + excess
                histograms[index] = 255 * sum / max(total, 1)
            }
        }
        curves = histograms
    }

    /// The picture, equalised.
    func callAsFunction(_ image: Image) -> Image {
        let (tiles, width, height) = (Self.tiles, image.width, image.height)
        var result = image
        let columns = (0..<width).map { Self.place($0, width) }
        for y in 0..<height {
            let row = Self.place(y, height)
            for x in 0..<width {
                let pixel = y * width + x
                let (value, column) = (luma(image, pixel), columns[x])
                func curve(_ row: Int, _ column: Int) -> Float { curves[(row * tiles + column) * 256 + value] }
                let top =
                    curve(row.first, column.first) * (1 - column.part)
                    + curve(row.first, column.second) * column.part
                let bottom =
                    curve(row.second, column.first) * (1 - column.part)
                    + curve(row.second, column.second) * column.part
                let change = Int((top * (1 - row.part) + bottom * row.part).rounded()) - value
                for index in 3 * pixel..<3 * pixel + 3 {
                    result.pixels[index] = UInt8(clamping: Int(image.pixels[index]) + change)
                }
            }
        }
        return result
    }

    /// Between which tiles' middles a place lies, and how far.
    private static func place(_ index: Int, _ extent: Int) -> (first: Int, second: Int, part: Float) {
        let place = (Float(index) + 0.5) * Float(tiles) / Float(extent) - 0.5
        let first = min(max(Int(place.rounded(.down)), 0), tiles - 1)
        return (first, min(first + 1, tiles - 1), min(max(place - Float(first), 0), 1))
    }
}

/// The brightness of a pixel, 0...255.
func luma(_ image: Image, _ pixel: Int) -> Int {
    let index = 3 * pixel
    return (77 * Int(image.pixels[index]) + 150 * Int(image.pixels[index + 1]) + 29 * Int(image.pixels[index + 2]))
        >> 8
}
