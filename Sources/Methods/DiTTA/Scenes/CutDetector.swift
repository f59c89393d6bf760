package import Raster
import Tensors

/// Finds hard cuts frame by frame: pictures whose colours have little in common with those of the one before, less than is usual in
/// their scene.
///
/// Colours are a histogram of 8 × 8 × 8 bins of red, green and blue. The distance of two frames, 0 to 1, is the share of pixels that
/// the histograms do not have in common. A cut is a distance of at least `least` that is `factor` times what it was of late, a
/// running mean: on a drive of a frame a second, all are large. Source: Swain and Ballard, "Color indexing", 1991.
/// docs/adaptation.md has what the constants were chosen on, and how often they are right.
package struct CutDetector: Sendable {
    /// The least distance that a cut has.
    package static let least: Float = 0.12
    /// How many times the usual distance a cut has.
    package static let factor: Float = 3
    /// How many frames count as of late.
    private static let memory: Float = 8

    /// The shares of colours in a picture.
    package struct View: Sendable {
        fileprivate let shares: [Float]

        fileprivate init(shares: [Float]) { self.shares = shares }

        /// Looks at some fifty thousand pixels of a picture, evenly spread.
        package init(_ image: Image) {
            let step = max(Int((Double(image.width * image.height) / 50_000).squareRoot()), 1)
            var counts = [Int](repeating: 0, count: 512)
            for y in stride(from: 0, to: image.height, by: step) {
                let row = 3 * y * image.width
                for place in stride(from: row, to: row + 3 * image.width, by: 3 * step) {
                    let (red, green, blue) = (image.pixels[place], image.pixels[place + 1], image.pixels[place + 2])
                    counts[Int(red >> 5) << 6 | Int(green >> 5) << 3 | Int(blue >> 5)] += 1
                }
            }
            let total = Float(max(counts.reduce(0, +), 1))
            shares = counts.map { Float($0) / total }
        }

        /// What two pictures do not have in common, 0...1.
        package func distance(to other: View) -> Float {
            1 - zip(shares, other.shares).reduce(0) { $0 + min($1.0, $1.1) }
        }
    }

    /// What the last frame showed; nil before the first.
    private var last: View?
    /// The usual distance; nil before the second frame.
    private var usual: Float?

    /// Before the first frame.
    package init() {}

    /// Takes what the next frame shows, and tells whether a scene begins with it.
    package mutating func isCut(_ view: View) -> Bool {
        defer { last = view }
        guard let last else { return false }
        let distance = view.distance(to: last)
        let isCut = distance >= Self.least && distance >= Self.factor * (usual ?? 0)
        usual = usual.map { $0 + (distance - $0) / Self.memory } ?? distance
        return isCut
    }

    /// What the next frame is compared with, by name; nothing before the first.
    var state: [String: Tensor] {
        guard let last else { return [:] }
        let numbers = last.shares + (usual.map { [$0] } ?? [])
        return ["cuts.last": Tensor(numbers, [numbers.count])]
    }

    /// Goes on from what `state` gave.
    ///
    /// - Throws: if it is of another kind.
    init(_ state: [String: Tensor]) throws(MethodError) {
        guard let numbers = state["cuts.last"]?.values else { return }
        guard numbers.count == 512 || numbers.count == 513 else {
            throw MethodError("the colours of the last frame are \(numbers.count) numbers, expected 512 or 513")
        }
        last = View(shares: Array(numbers.prefix(512)))
        usual = numbers.count > 512 ? numbers[512] : nil
    }
}
