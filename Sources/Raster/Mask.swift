/// A set of pixels, kept as runs along the rows: a few kilobytes even for a large frame.
package struct Mask: Sendable, Equatable {
    /// Width of the frame in pixels.
    package let width: Int
    /// Height of the frame in pixels.
    package let height: Int
    /// Ranges of row-major pixel indices, ascending, neither empty nor touching.
    package let runs: [Range<Int32>]

    /// Takes the pixels `[height · width]` that are true.
    package init(width: Int, height: Int, _ pixels: [Bool]) {
        precondition(pixels.count == width * height, "\(pixels.count) pixels for a mask of \(width)×\(height)")
        self.width = width
        self.height = height
        var runs: [Range<Int32>] = []
        var start: Int?
        for (index, inside) in pixels.enumerated() where inside != (start != nil) {
            if let first = start {
                runs.append(Int32(first)..<Int32(index))
                start = nil
            } else {
                start = index
            }
        }
        if let start { runs.append(Int32(start)..<Int32(pixels.count)) }
        self.runs = runs
    }

    /// The number of pixels.
    package var area: Int { runs.reduce(0) { $0 + $1.count } }

    /// Whether there is no pixel.
    package var isEmpty: Bool { runs.isEmpty }

    /// Whether each pixel is inside, `[height · width]`.
    package var pixels: [Bool] {
        var result = [Bool](repeating: false, count: width * height)
        forEach { result[$0] = true }
        return result
    }

    /// Calls `body` with the index of every pixel inside.
    package func forEach(_ body: (Int) -> Void) {
        for run in runs {
            for index in run { body(Int(index)) }
        }
    }

    /// The pixels of either mask.
    package func union(_ other: Mask) -> Mask {
        var result = pixels
        other.forEach { result[$0] = true }
        return Mask(width: width, height: height, result)
    }

    /// The mask grown by its 4-connected neighbours, a number of times.
    package func dilated(_ times: Int) -> Mask {
        var current = pixels
        for _ in 0..<times {
            let before = current
            for y in 0..<height {
                for x in 0..<width where !before[y * width + x] {
                    let index = y * width + x
                    current[index] =
                        x > 0 && before[index - 1] || x + 1 < width && before[index + 1]
                        || y > 0 && before[index - width] || y + 1 < height && before[index + width]
                }
            }
        }
        return Mask(width: width, height: height, current)
    }
}
