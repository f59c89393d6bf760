/// Which points of a cloud a camera sees, and where in its picture.
package struct Pairs: Sendable, Equatable {
    /// The points' numbers, `[N]`, ascending.
    package internal(set) var points: [Int32] = []
    /// The columns `[N]` of the picture, 0 in the middle of the first pixel.
    package internal(set) var u: [Float] = []
    /// The rows `[N]` of the picture, 0 in the middle of the first pixel.
    package internal(set) var v: [Float] = []
    /// How far in front of the camera each point is, `[N]`, in metres along its axis.
    package internal(set) var depth: [Float] = []

    /// The number of pairs.
    package var count: Int { points.count }

    /// Notes a point.
    mutating func append(_ point: Int32, u: Float, v: Float, depth: Float) {
        points.append(point)
        self.u.append(u)
        self.v.append(v)
        self.depth.append(depth)
    }

    /// Those that are true in `[N]`, and the others.
    func divided(_ isFirst: [Bool]) -> (Pairs, Pairs) {
        var (first, second) = (Pairs(), Pairs())
        for (pair, isFirst) in isFirst.enumerated() {
            let (point, u, v, depth) = (points[pair], u[pair], v[pair], depth[pair])
            if isFirst {
                first.append(point, u: u, v: v, depth: depth)
            } else {
                second.append(point, u: u, v: v, depth: depth)
            }
        }
        return (first, second)
    }
}
