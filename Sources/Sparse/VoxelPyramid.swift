/// The voxels of a scene at strides 1, 2, 4, …, and the maps of the convolutions on and between them.
///
/// It is made once a scene; everything else is features.
package struct VoxelPyramid: Sendable {
    /// The voxels of each level, the finest first.
    package let levels: [Voxels]
    /// The map of a 3³ convolution on each level.
    package let neighbours: [KernelMap]
    /// The map of the first convolution on the finest level, whose kernel may be larger.
    package let stem: KernelMap
    /// The map of a 2³ convolution of stride 2 from each level to the next; transposed, it leads back.
    package let down: [KernelMap]

    /// Makes the levels over the voxels of the finest one.
    ///
    /// - Parameters:
    ///   - finest: the voxels of stride 1.
    ///   - count: how many levels there are, at most 7.
    ///   - stemKernel: the side of the first convolution's kernel, odd.
    package init(_ finest: Voxels, levels count: Int = 5, stemKernel: Int = 3) {
        precondition(finest.stride == 1 && (1...7).contains(count), "\(count) levels over stride \(finest.stride)")
        var (levels, down) = ([finest], [KernelMap]())
        for level in 1..<count {
            let fine = levels[level - 1]
            let (coarse, parents) = fine.coarser()
            down.append(KernelMap(from: fine, to: coarse, parents: parents))
            levels.append(coarse)
        }
        (self.levels, self.down) = (levels, down)
        neighbours = levels.map { KernelMap(neighboursOf: $0, kernel: 3) }
        stem = stemKernel == 3 ? neighbours[0] : KernelMap(neighboursOf: finest, kernel: stemKernel)
    }
}
