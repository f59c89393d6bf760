import Tensors

/// Which voxels each offset of a convolution's kernel joins: pairs of an input and an output row.
///
/// Offsets are numbered with x fastest, k = x + K·y + K²·z, as MinkowskiEngine does (src/kernel_region.hpp). Within an offset,
/// both rows ascend: a shift keeps the order of voxels, so maps are made by merging sorted lists.
package struct KernelMap: Sendable {
    /// The number of rows that are read, and that are made.
    package let inputs, outputs: Int
    /// The rows of all pairs, offset by offset.
    let sources, targets: [Int32]
    /// Where each offset's pairs begin, and at last where all end.
    let starts: [Int]

    private init(inputs: Int, outputs: Int, offsets: [(sources: [Int32], targets: [Int32])]) {
        self.init(
            inputs: inputs, outputs: outputs, sources: offsets.flatMap(\.sources), targets: offsets.flatMap(\.targets),
            starts: offsets.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.sources.count) })
    }

    private init(inputs: Int, outputs: Int, sources: [Int32], targets: [Int32], starts: [Int]) {
        (self.inputs, self.outputs) = (inputs, outputs)
        (self.sources, self.targets, self.starts) = (sources, targets, starts)
    }

    /// The number of the kernel's offsets.
    package var volume: Int { starts.count - 1 }

    /// The number of pairs.
    package var count: Int { sources.count }

    /// The pairs of an offset.
    package func pairs(_ offset: Int) -> [(source: Int32, target: Int32)] {
        (starts[offset]..<starts[offset + 1]).map { (sources[$0], targets[$0]) }
    }

    /// The map of the transposed convolution: inputs and outputs exchanged, offsets numbered as they are.
    package var transposed: KernelMap {
        KernelMap(inputs: outputs, outputs: inputs, sources: targets, targets: sources, starts: starts)
    }

    /// The map of a convolution whose outputs are its inputs' voxels.
    ///
    /// Offset k reads the voxel at the output's place plus (i - K/2) · stride.
    ///
    /// - Parameters:
    ///   - voxels: the voxels of a level.
    ///   - kernel: K, odd.
    package init(neighboursOf voxels: Voxels, kernel: Int) {
        precondition(kernel % 2 == 1 && kernel / 2 * voxels.stride <= Voxels.reach, "kernel \(kernel)")
        let volume = kernel * kernel * kernel
        let lower = parallelMap(volume / 2) { range in
            range.map { offset in
                let place = SIMD3(offset % kernel, offset / kernel % kernel, offset / (kernel * kernel))
                let shift = Voxels.shift((place &- kernel / 2) &* voxels.stride)
                return Self.merge(voxels.keys, shift)
            }
        }.flatMap(\.self)
        // The opposite offset joins the same voxels the other way round.
        let upper = lower.reversed().map { (sources: $0.targets, targets: $0.sources) }
        let all = (0..<Int32(voxels.count)).map(\.self)
        self.init(inputs: voxels.count, outputs: voxels.count, offsets: lower + [(all, all)] + upper)
    }

    /// The pairs of voxels of which one lies where the other is shifted to.
    private static func merge(_ keys: [UInt64], _ shift: UInt64) -> (sources: [Int32], targets: [Int32]) {
        var (sources, targets) = ([Int32](), [Int32]())
        var source = 0
        for target in keys.indices {
            let wanted = keys[target] &+ shift
            while source < keys.count, keys[source] < wanted { source += 1 }
            guard source < keys.count else { break }
            if keys[source] == wanted {
                sources.append(Int32(source))
                targets.append(Int32(target))
            }
        }
        return (sources, targets)
    }

    /// The map of a convolution of kernel 2 and stride 2, from voxels to those that they are in.
    ///
    /// Offset k is which eighth of the coarse voxel a fine one is: x + 2y + 4z.
    init(from fine: Voxels, to coarse: Voxels, parents: [Int32]) {
        var offsets = [(sources: [Int32], targets: [Int32])](repeating: ([], []), count: 8)
        for (index, parent) in parents.enumerated() {
            let octant = fine.octant(index)
            offsets[octant].sources.append(Int32(index))
            offsets[octant].targets.append(parent)
        }
        self.init(inputs: fine.count, outputs: coarse.count, offsets: offsets)
    }
}
