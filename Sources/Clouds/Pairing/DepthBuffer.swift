/// How near the nearest point is at each cell of a picture: points have no extent, so each stands for the cells around it, too.
struct DepthBuffer {
    private let width, height, cell: Int
    private var nearest: [Float]

    /// Begins with nothing.
    ///
    /// - Parameters:
    ///   - width: Width of the picture in pixels.
    ///   - height: Height of the picture in pixels.
    ///   - cell: The side of a cell in pixels.
    init(width: Int, height: Int, cell: Int) {
        (self.width, self.height) = ((width + cell - 1) / cell, (height + cell - 1) / cell)
        self.cell = cell
        nearest = [Float](repeating: .infinity, count: self.width * self.height)
    }

    /// Puts points into their cells and the eight around each.
    mutating func splat(_ pairs: Pairs) {
        for pair in 0..<pairs.count {
            let (column, row) = (Int(pairs.u[pair] + 0.5) / cell, Int(pairs.v[pair] + 0.5) / cell)
            for row in max(row - 1, 0)..<min(row + 2, height) {
                for column in max(column - 1, 0)..<min(column + 2, width) {
                    let place = row * width + column
                    nearest[place] = min(nearest[place], pairs.depth[pair])
                }
            }
        }
    }

    /// The depth of the nearest point at a place of the picture, in metres; infinite where there is none.
    func depth(u: Float, v: Float) -> Float {
        nearest[Int(v + 0.5) / cell * width + Int(u + 0.5) / cell]
    }
}
