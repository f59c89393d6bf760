package import Tensors

/// The prototypes of the objects seen so far: unit vectors in the space of the projected features (method step 16).
///
/// With f the unit direction of an object's weighted feature sum on a frame: m ∝ Σ f over the frames so far (paper), or
/// m ∝ m + f, made unit at each frame (released code).
package struct PrototypeBank {
    private let rule: DiTTASchema.Prototypes
    private var sums: [Int: [Float]] = [:]

    /// A bank that has seen no object yet.
    package init(_ rule: DiTTASchema.Prototypes) {
        self.rule = rule
    }

    /// Takes the weighted feature sums `[objects, D]` of a frame's objects and gives their prototypes `[objects, D]`.
    package mutating func update(_ objects: [Int], with features: Tensor) -> Tensor {
        let width = features.columns
        let fresh = unitRows(features).rows.values
        var prototypes: [Float] = []
        for (row, object) in objects.enumerated() {
            let own = Array(fresh[row * width..<(row + 1) * width])
            let old = sums[object] ?? Array(repeating: 0, count: width)
            let sum = zip(old, own).map { $0 + $1 }
            switch rule {
            // The mean's direction is the sum's.
            case .mean: sums[object] = sum
            // The mean of two unit vectors, made a unit vector again.
            case .halved: sums[object] = unitRows(Tensor(sum, [1, width])).rows.values
            }
            prototypes += sums[object] ?? own
        }
        return unitRows(Tensor(prototypes, [objects.count, width])).rows
    }
}
