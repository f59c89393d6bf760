/// SplitMix64: a small generator whose sequence a seed fixes on every machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
package struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes the generator of a seed.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next 64 random bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// A number drawn uniformly from [0, 1), with 24 random bits.
    package mutating func unit() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// A tensor drawn uniformly from [-bound, bound).
    package mutating func uniform(_ shape: [Int], bound: Float) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in (unit() * 2 - 1) * bound }, shape)
    }
}
