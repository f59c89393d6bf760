package import Raster

/// A frame that is drawn on, with a legend below, to explain to people what was found on it.
///
/// What lies outside of the frame is left out.
package struct Canvas {
    /// A colour.
    package typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

    /// Width of the frame, in pixels.
    package let width: Int
    /// Height of the frame, in pixels; the legend is below.
    package let height: Int
    /// Interleaved samples `[height + legend, width, 3]`.
    private var samples: [UInt8]
    /// Dots of letters and marks are so many pixels wide.
    private let scale: Int
    /// Where marks and letters are already.
    private var taken: [Box] = []

    /// Columns and rows of the frame.
    private struct Box {
        let columns, rows: Range<Int>

        func overlaps(_ other: Box) -> Bool { columns.overlaps(other.columns) && rows.overlaps(other.rows) }
    }

    /// Takes a frame, and a legend of which a quarter of the frame's height is shown.
    package init(_ frame: Image, legend entries: [(name: String, color: Color)]) {
        (width, height) = (frame.width, frame.height)
        scale = max(1, (width + 160) / 400)
        let legend = Legend(entries: entries, pictureWidth: width, pictureHeight: height)
        samples = frame.pixels + [UInt8](repeating: 0, count: legend.height * width * 3)
        legend.draw(on: &samples, width: width, top: height)
    }

    /// What was drawn.
    package var image: Image { Image(width: width, height: samples.count / width / 3, pixels: samples) }

    /// Lays the colours of classes over the frame, half and half; it turns grey and is hatched where the label is `none`.
    package mutating func tint(_ labels: LabelMap, _ palette: Palette, none: UInt16) {
        precondition((labels.width, labels.height) == (width, height), "labels are of the frame's size")
        let colors = (0...255).map { palette[$0] }
        for (pixel, label) in labels.labels.enumerated() {
            let color = (red: samples[3 * pixel], green: samples[3 * pixel + 1], blue: samples[3 * pixel + 2])
            guard label == none else {
                set(pixel, Self.mean(color, label < 256 ? colors[Int(label)] : palette[Int(label)]))
                continue
            }
            let grey = UInt8((2 * Int(color.red) + 5 * Int(color.green) + Int(color.blue)) / 8)
            // Classes may be grey too, so the hatching is what tells.
            let isHatched = (pixel % width + pixel / width) / scale % 6 == 0
            set(pixel, isHatched ? Self.mean((grey, grey, grey), (0, 0, 0)) : (grey, grey, grey))
        }
    }

    /// Darkens the frame to a share of its light, grey, so that colours stand out.
    package mutating func recede() {
        for pixel in 0..<width * height {
            let sum = 2 * Int(samples[3 * pixel]) + 5 * Int(samples[3 * pixel + 1]) + Int(samples[3 * pixel + 2])
            let grey = UInt8(sum / 16)
            set(pixel, (grey, grey, grey))
        }
    }

    /// Draws a square of a colour around a point, of a side in pixels.
    package mutating func square(x: Int, y: Int, side: Int, _ color: Color) {
        for dy in 0..<side {
            for dx in 0..<side { set(x + dx - side / 2, y + dy - side / 2, color) }
        }
    }

    /// Draws the inner edge of a region `[height, width]`, in a light shade of a colour.
    package mutating func outline(_ inside: [Bool], _ color: Color) {
        precondition(inside.count == width * height, "a region is of the frame's size")
        let light = Self.mean(color, (255, 255, 255))
        let line = max(1, scale / 2)
        for y in 0..<height {
            for x in 0..<width where inside[y * width + x] {
                let pixel = y * width + x
                let isEdge =
                    x >= line && !inside[pixel - line] || x + line < width && !inside[pixel + line]
                    || y >= line && !inside[pixel - line * width]
                    || y + line < height && !inside[pixel + line * width]
                if isEdge { set(pixel, light) }
            }
        }
    }

    /// Draws a ring around a point: black outside, white inside, and the point in a colour.
    package mutating func ring(x: Int, y: Int, _ color: Color) {
        let radius = 4 * scale
        taken.append(box(x, y, 2 * radius, 2 * radius))
        for dy in -radius - scale...radius + scale {
            for dx in -radius - scale...radius + scale {
                let distance = Double(dx * dx + dy * dy).squareRoot()
                let band = (distance - Double(radius)) / Double(scale)
                if abs(band) < 0.5 { set(x + dx, y + dy, (255, 255, 255)) }
                if band >= 0.5, band < 1 { set(x + dx, y + dy, (0, 0, 0)) }
                if distance < 1.5 * Double(scale) { set(x + dx, y + dy, color) }
            }
        }
    }

    /// Draws a white cross with a black edge on a point.
    package mutating func cross(x: Int, y: Int) {
        taken.append(box(x, y, 8 * scale, 8 * scale))
        strokes(x: x, y: y, width: scale + 1, (0, 0, 0))
        strokes(x: x, y: y, width: scale - 1, (255, 255, 255))
    }

    /// Two diagonals, so many pixels wide to either side.
    private mutating func strokes(x: Int, y: Int, width: Int, _ color: Color) {
        let reach = 4 * scale
        for step in -reach...reach {
            for offset in -width...width {
                set(x + step + offset, y + step, color)
                set(x + step + offset, y - step, color)
            }
        }
    }

    /// Writes white letters on black, as near to a point as other letters and marks leave room; beside it, if `room`,
    /// in pixels to each side, is too little for them.
    package mutating func write(_ text: String, x: Int, y: Int, room: Int) {
        let scalars = Array(text.unicodeScalars)
        let (columns, rows) = (scalars.count * PixelFont.advance + 1, PixelFont.height + 2)
        let place = place(x, y, columns * scale, rows * scale, besides: 2 * room < rows * scale)
        taken.append(place)
        for (row, y) in place.rows.enumerated() {
            for (column, x) in place.columns.enumerated() {
                // A frame of one dot around the letters.
                let (row, column) = (row / scale - 1, column / scale - 1)
                let isLetter = column >= 0 && column % PixelFont.advance < 5 && (0..<PixelFont.height).contains(row)
                let isDot =
                    isLetter
                    && PixelFont.columns(of: scalars[column / PixelFont.advance])[column % PixelFont.advance]
                        >> UInt8(row) & 1 == 1
                set(x, y, isDot ? (255, 255, 255) : (0, 0, 0))
            }
        }
    }

    /// The free box nearest to a point; around it, if nothing is free.
    private func place(_ x: Int, _ y: Int, _ width: Int, _ height: Int, besides: Bool) -> Box {
        let here = box(x, y, width, height)
        let taken = taken + (besides ? [box(x, y, 2 * scale, 2 * scale)] : [])
        let steps = (-12...12).flatMap { dy in (-12...12).map { dx in (dx: dx * width / 4, dy: dy * height / 4) } }
        return steps.sorted { $0.dx * $0.dx + $0.dy * $0.dy < $1.dx * $1.dx + $1.dy * $1.dy }.lazy
            .map { box(x + $0.dx, y + $0.dy, width, height) }
            .first { candidate in
                candidate.columns.lowerBound >= 0 && candidate.columns.upperBound <= self.width
                    && candidate.rows.lowerBound >= 0 && candidate.rows.upperBound <= self.height
                    && !taken.contains { $0.overlaps(candidate) }
            } ?? here
    }

    /// A box around a point.
    private func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Box {
        let (left, top) = (x - width / 2, y - height / 2)
        return Box(columns: left..<left + width, rows: top..<top + height)
    }

    private mutating func set(_ x: Int, _ y: Int, _ color: Color) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        set(y * width + x, color)
    }

    private mutating func set(_ pixel: Int, _ color: Color) {
        (samples[3 * pixel], samples[3 * pixel + 1], samples[3 * pixel + 2]) = color
    }

    private static func mean(_ a: Color, _ b: Color) -> Color {
        func half(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Int(a) + Int(b)) / 2) }
        return (half(a.red, b.red), half(a.green, b.green), half(a.blue, b.blue))
    }
}
