import Raster

/// The band under a picture that says which colour stands for which class.
struct Legend {
    /// Height of the band in pixels; 0 when there is nothing to show or no room for it.
    let height: Int
    private let scale: Int
    private let rows: Int
    private let columnWidth: Int
    private let entries: [(name: String, color: (red: UInt8, green: UInt8, blue: UInt8))]

    /// Lays out as many entries as a band of at most a quarter of the picture's height holds.
    ///
    /// Entries run down the columns; the text is twice as large on pictures from 960 pixels on.
    init(
        entries: [(name: String, color: (red: UInt8, green: UInt8, blue: UInt8))], pictureWidth: Int, pictureHeight: Int
    ) {
        scale = pictureWidth >= 960 ? 2 : 1
        let lineHeight = PixelFont.height + Self.gap
        let longest = entries.map { $0.name.unicodeScalars.count }.max() ?? 0
        columnWidth = (Self.textStart + longest * PixelFont.advance + 2 * Self.gap) * scale
        let columns = max(1, pictureWidth / max(columnWidth, 1))
        let mostRows = (pictureHeight / 4 - Self.gap * scale) / (lineHeight * scale)
        rows = max(0, min(mostRows, (entries.count + columns - 1) / columns))
        self.entries = Array(entries.prefix(rows * columns))
        height = rows == 0 ? 0 : (rows * lineHeight + Self.gap) * scale
    }

    /// Draws the band into a canvas of `[canvas height, width, 3]` samples, from row `top` on.
    func draw(on canvas: inout [UInt8], width: Int, top: Int) {
        let lineHeight = PixelFont.height + Self.gap
        // Grey, so that black and other dark classes show.
        let band = top * width * 3..<(top + height) * width * 3
        canvas.replaceSubrange(band, with: repeatElement(48, count: band.count))
        for (index, entry) in entries.enumerated() {
            let left = index / rows * columnWidth
            let y = top + (Self.gap + index % rows * lineHeight) * scale
            func dot(_ column: Int, _ row: Int, _ color: (red: UInt8, green: UInt8, blue: UInt8)) {
                for dy in 0..<scale {
                    for dx in 0..<scale {
                        let x = left + column * scale + dx
                        guard x < width else { continue }
                        let start = ((y + row * scale + dy) * width + x) * 3
                        (canvas[start], canvas[start + 1], canvas[start + 2]) = color
                    }
                }
            }
            for row in 0..<PixelFont.height {
                for column in 0..<Self.boxWidth {
                    dot(Self.gap + column, row, entry.color)
                }
            }
            for (place, character) in entry.name.unicodeScalars.enumerated() {
                for (column, bits) in PixelFont.columns(of: character).enumerated() {
                    for row in 0..<PixelFont.height where bits >> UInt8(row) & 1 == 1 {
                        dot(Self.textStart + place * PixelFont.advance + column, row, (230, 230, 230))
                    }
                }
            }
        }
    }

    private static let gap = 3
    private static let boxWidth = 9
    private static let textStart = gap + boxWidth + gap
}
