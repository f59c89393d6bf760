import Sparse
import Tensors
import TestSupport

/// Voxels at random places within a cube around the origin, with repetitions.
func randomCoordinates(_ count: Int, side: Int, seed: UInt64) -> [SIMD3<Int32>] {
    var random = RandomNumbers(seed: seed)
    func coordinate() -> Int32 { Int32(random.next() % UInt64(side)) - Int32(side / 2) }
    return (0..<count).map { _ in SIMD3(coordinate(), coordinate(), coordinate()) }
}

/// Places of voxels, in order.
func places(_ voxels: Voxels) -> [SIMD3<Int32>] { (0..<voxels.count).map { voxels[$0] } }

/// a/b rounded down.
func floorDivided(_ a: Int32, _ b: Int32) -> Int32 { a >= 0 ? a / b : -((b - 1 - a) / b) }

/// A pair of a map.
struct Pair: Hashable, Comparable {
    let offset, source, target: Int

    static func < (a: Pair, b: Pair) -> Bool { (a.offset, a.target) < (b.offset, b.target) }
}

/// All pairs of a map.
func pairs(_ map: KernelMap) -> [Pair] {
    (0..<map.volume).flatMap { offset in
        map.pairs(offset).map { Pair(offset: offset, source: Int($0.source), target: Int($0.target)) }
    }
}

/// The pairs of a convolution by its definition: the input is at the output's place plus the offset.
func naivePairs(
    from inputs: [SIMD3<Int32>], to outputs: [SIMD3<Int32>], offsets: [SIMD3<Int32>]
) -> [Pair] {
    offsets.enumerated().flatMap { k, offset in
        outputs.enumerated().flatMap { target, place in
            inputs.enumerated().filter { $1 == place &+ offset }.map {
                Pair(offset: k, source: $0.offset, target: target)
            }
        }
    }
}

/// Offsets (first + i) · stride with x fastest.
func offsets(kernel: Int, from first: Int, stride: Int) -> [SIMD3<Int32>] {
    (0..<kernel * kernel * kernel).map { k in
        SIMD3(
            Int32((k % kernel + first) * stride), Int32((k / kernel % kernel + first) * stride),
            Int32((k / kernel / kernel + first) * stride))
    }
}

/// out[o] = Σ in[i] · W_k over a map's pairs, in double precision.
func naiveConvolution(_ x: [Double], _ weight: [Double], _ map: KernelMap, inputs: Int, outputs: Int) -> [Double] {
    var out = [Double](repeating: 0, count: map.outputs * outputs)
    for pair in pairs(map) {
        for i in 0..<inputs {
            let value = x[pair.source * inputs + i]
            for o in 0..<outputs {
                out[pair.target * outputs + o] += value * weight[(pair.offset * inputs + i) * outputs + o]
            }
        }
    }
    return out
}
