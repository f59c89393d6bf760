/// How near the nearest point is at each pixel of a picture, and what such points hide.
struct DepthBuffer {
    private let width, height: Int
    private var nearest: [Float]

    /// Begins with nothing, of the size of a picture.
    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        nearest = [Float](repeating: .infinity, count: width * height)
    }

    /// Puts points where they are seen.
    mutating func add(_ pairs: Pairs) {
        for pair in 0..<pairs.count {
            let (column, row) = pixel(u: pairs.u[pair], v: pairs.v[pair])
            nearest[row * width + column] = min(nearest[row * width + column], pairs.depth[pair])
        }
    }

    /// The pixel at a place within the picture, which single precision may have rounded to its edge.
    private func pixel(u: Float, v: Float) -> (column: Int, row: Int) {
        (min(Int(u + 0.5), width - 1), min(Int(v + 0.5), height - 1))
    }

    /// The depth of what surrounds a place of the picture, in metres; infinite where nothing does.
    ///
    /// Of the nearest points above, below, to the left and to the right, up to `reach` pixels away, it is the farthest. A surface
    /// that is seen at a low angle, such as a road, has nearer points on one side of each of its points, and so hides none of
    /// them; a car has them around each point behind it.
    func surroundings(u: Float, v: Float, reach: Int) -> Float {
        let (column, row) = pixel(u: u, v: v)
        var (above, below, left, right) = (Float.infinity, Float.infinity, Float.infinity, Float.infinity)
        for y in max(row - reach, 0)..<min(row + reach + 1, height) {
            for x in max(column - reach, 0)..<min(column + reach + 1, width) {
                let depth = nearest[y * width + x]
                if y < row { above = min(above, depth) }
                if y > row { below = min(below, depth) }
                if x < column { left = min(left, depth) }
                if x > column { right = min(right, depth) }
            }
        }
        return max(max(above, below), max(left, right))
    }
}
