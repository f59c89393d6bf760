import Foundation

/// How a lens bends what a pinhole would show straight.
///
/// Both models turn back beyond some angle: their polynomials would show points from outside of the view within the picture.
/// Such points are not projected at all.
package struct Lens: Sendable, Equatable {
    /// The family of functions.
    package enum Model: String, Sendable, CaseIterable {
        /// A pinhole, or a picture that was undistorted.
        case none
        /// Radial, tangential and thin-prism terms, as OpenCV's `projectPoints` has them.
        case opencv
        /// A polynomial of the angle to the axis, as OpenCV's `fisheye::projectPoints` has it.
        case fisheye
    }

    /// The family.
    package let model: Model
    /// The coefficients: k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 of OpenCV's model, k1 to k4 of the fisheye's.
    private let k: [Double]
    /// The tangent of the largest angle to the axis, up to which the model is one to one.
    private let farthest: Double

    /// What bends nothing.
    package static let none = Lens(model: .none, k: [])

    /// Takes a model's coefficients in OpenCV's order.
    ///
    /// - Throws: the end of a sentence, if the model has another number of them, or one is no number.
    package init(_ model: Model, _ coefficients: [Double]) throws(CloudError) {
        let counts =
            switch model {
            case .none: [0]
            case .opencv: [4, 5, 8, 12]
            case .fisheye: [4]
            }
        guard counts.contains(coefficients.count) else {
            throw CloudError(
                "expected \(counts.map(String.init).joined(separator: ", ")) coefficients of the model "
                    + "'\(model.rawValue)', found \(coefficients.count)")
        }
        guard coefficients.allSatisfy(\.isFinite) else { throw CloudError("expected finite numbers, found others") }
        let whole = model == .opencv ? 12 : coefficients.count
        self.init(
            model: model, k: coefficients + [Double](repeating: 0, count: whole - coefficients.count))
    }

    private init(model: Model, k: [Double]) {
        (self.model, self.k) = (model, k)
        farthest = Self.farthest(model, k)
    }

    /// Where the lens shows a direction (x, y, 1), in units of the focal lengths; nil beyond its angle.
    package func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double)? {
        if model == .none { return (x, y) }
        let square = x * x + y * y
        guard square <= farthest * farthest else { return nil }
        let scale = Self.scale(model, k, square)
        guard model == .opencv else { return (x * scale, y * scale) }
        return (
            x * scale + 2 * k[2] * x * y + k[3] * (square + 2 * x * x) + square * (k[8] + k[9] * square),
            y * scale + k[2] * (square + 2 * y * y) + 2 * k[3] * x * y + square * (k[10] + k[11] * square)
        )
    }

    /// By how much the radius grows, which depends on its square.
    ///
    /// Source: OpenCV, `calib3d`, detailed description, and namespace `cv::fisheye`.
    private static func scale(_ model: Model, _ k: [Double], _ square: Double) -> Double {
        switch model {
        case .none: return 1
        case .opencv:
            let above = 1 + square * (k[0] + square * (k[1] + square * k[4]))
            return above / (1 + square * (k[5] + square * (k[6] + square * k[7])))
        case .fisheye:
            guard square > 0 else { return 1 }
            let radius = square.squareRoot()
            let angle = atan(radius)
            let s = angle * angle
            return angle * (1 + s * (k[0] + s * (k[1] + s * (k[2] + s * k[3])))) / radius
        }
    }

    /// The first radius at which the picture's radius no longer grows, looked for in steps of a twentieth of a degree.
    private static func farthest(_ model: Model, _ k: [Double]) -> Double {
        var (last, shown) = (0.0, 0.0)
        for step in 1..<1800 {
            let radius = tan(Double(step) * .pi / 3600)
            let next = radius * scale(model, k, radius * radius)
            // Also false for what is no number.
            guard next > shown else { return last }
            (last, shown) = (radius, next)
        }
        return .infinity
    }
}
