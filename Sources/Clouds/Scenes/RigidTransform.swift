/// A turn and a shift in space, which take coordinates of one frame to those of another.
///
/// `cameraFromCloud` takes a point of the cloud to the camera: names read from the right, as products of matrices do.
package struct RigidTransform: Sendable, Equatable {
    /// The rows of the matrix `[3, 4]`: a direction of the target frame, and the shift along it in metres.
    package let rows: [SIMD4<Double>]

    /// What changes nothing.
    package static let identity = RigidTransform(rows: [
        SIMD4(1, 0, 0, 0), SIMD4(0, 1, 0, 0), SIMD4(0, 0, 1, 0),
    ])

    private init(rows: [SIMD4<Double>]) { self.rows = rows }

    /// A shift, in metres.
    package init(shift: SIMD3<Double>) {
        rows = (0..<3).map { axis in
            var row = Self.identity.rows[axis]
            row.w = shift[axis]
            return row
        }
    }

    /// Takes a matrix of three rows, or of four of which the last is 0 0 0 1, row by row.
    ///
    /// - Parameter numbers: 12 or 16 numbers.
    /// - Throws: what the matrix is instead, as the end of a sentence: "expected …, found …".
    package init(rowMajor numbers: [Double]) throws(CloudError) {
        guard numbers.count == 12 || numbers.count == 16 else {
            throw CloudError("expected the 12 or 16 numbers of a matrix, row by row, found \(numbers.count)")
        }
        guard numbers.allSatisfy(\.isFinite) else { throw CloudError("expected finite numbers, found others") }
        if numbers.count == 16, numbers[12...] != [0, 0, 0, 1] {
            throw CloudError(
                "expected the last row 0 0 0 1, found \(numbers[12...].map { String($0) }.joined(separator: " "))")
        }
        rows = (0..<3).map { SIMD4(numbers[4 * $0], numbers[4 * $0 + 1], numbers[4 * $0 + 2], numbers[4 * $0 + 3]) }
        for first in 0..<3 {
            for second in first..<3 {
                let product = Self.product(rows[first], rows[second])
                guard abs(product - (first == second ? 1 : 0)) <= Self.tolerance else {
                    throw CloudError(
                        "expected a turn and a shift, whose rows are of length 1 and at right angles, found "
                            + (first == second
                                ? "row \(first + 1) of length \(product.squareRoot())"
                                : "rows \(first + 1) and \(second + 1) with the product \(product)"))
                }
            }
        }
        guard determinant > 0 else { throw CloudError("expected a turn and a shift, found a mirror image") }
    }

    /// How far rows may be from being orthonormal: files have four digits, or more.
    private static let tolerance = 1e-3

    /// Where a point of the source frame is in the target frame.
    package func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(
            Self.product(rows[0], point) + rows[0].w, Self.product(rows[1], point) + rows[1].w,
            Self.product(rows[2], point) + rows[2].w)
    }

    /// The second transform, then the first.
    package static func * (first: RigidTransform, second: RigidTransform) -> RigidTransform {
        RigidTransform(
            rows: first.rows.map { row in
                second.rows[0] * row.x + second.rows[1] * row.y + second.rows[2] * row.z + SIMD4(0, 0, 0, row.w)
            })
    }

    /// The way back.
    ///
    /// By cofactors and not by transposing: what files round would else be multiplied by the kilometres of a drive.
    package var inverse: RigidTransform {
        let (a, b, c) = (Self.turn(rows[0]), Self.turn(rows[1]), Self.turn(rows[2]))
        let columns = [Self.cross(b, c), Self.cross(c, a), Self.cross(a, b)].map { $0 / determinant }
        let shift = SIMD3(rows[0].w, rows[1].w, rows[2].w)
        return RigidTransform(
            rows: (0..<3).map { axis in
                let row = SIMD3(columns[0][axis], columns[1][axis], columns[2][axis])
                return SIMD4(row, -(row * shift).sum())
            })
    }

    private var determinant: Double {
        (Self.turn(rows[0]) * Self.cross(Self.turn(rows[1]), Self.turn(rows[2]))).sum()
    }

    private static func turn(_ row: SIMD4<Double>) -> SIMD3<Double> { SIMD3(row.x, row.y, row.z) }

    private static func product(_ row: SIMD4<Double>, _ point: SIMD3<Double>) -> Double {
        row.x * point.x + row.y * point.y + row.z * point.z
    }

    private static func product(_ first: SIMD4<Double>, _ second: SIMD4<Double>) -> Double {
        product(first, turn(second))
    }

    private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}
