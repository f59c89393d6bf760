public import Engine

/// A decode head that will not change, compiled: batch norm and the four linears folded into one product a level, each at its
/// own resolution; the map of 4D channels never exists.
///
/// A row of the fused map is made, activated and classified before the next one. Unchecked because frames come one at a time:
/// who hands it to another thread does not use it meanwhile.
@safe public final class FrozenDecodeHead: @unchecked Sendable {
    /// What it multiplies.
    package let precision: Precision
    private let levels: [Level]  // 1/8, 1/16, 1/32
    private let finest: FrozenLinear
    private let classifier: FrozenLinear
    /// The 1/4 grid, a row at a time.
    package let grid: Tiling
    private let fusedMap: Slot
    private let base, lines, logits: Slot
    private let memory: FrameMemory

    private struct Level: Sendable {
        let grid: Tiling
        let linear: FrozenLinear
        let map: Slot
        let upsampling: Resampling
    }

    /// Compiles a head for the features of an encoder.
    public init(_ head: DecodeHead, for encoder: FrozenMixTransformer) {
        var plan = FrozenPlan(encoder.precision)
        let (precision, products) = (plan.precision, plan.products)
        self.precision = precision
        let fusion = FoldedFusion(frozen: head)
        // One row at a time: that much of the fused map stays in cache.
        let finest = encoder.levels[0].grid
        let grid = Tiling(height: finest.height, width: finest.width, rowsPerTile: 1)
        self.grid = grid
        self.finest = FrozenLinear(
            products, grid, weight: fusion.weights[0], bias: fusion.constant, precision: precision, result: .fp32)
        levels = (1..<4).map { level in
            let own = encoder.levels[level].grid
            return Level(
                grid: own,
                linear: FrozenLinear(
                    products, own, weight: fusion.weights[level], bias: nil, precision: precision, result: .fp32),
                map: plan.shared.slot(own.cells, head.width, .fp32),
                upsampling: .bilinear((own.height, own.width), (grid.height, grid.width)))
        }
        classifier = FrozenLinear(
            products, grid, weight: head.classifierWeight, bias: head.classifierBias, precision: precision,
            result: .fp32)
        logits = plan.shared.slot(grid.cells, head.classes, .fp32)
        fusedMap = plan.shared.slot(grid.cells, head.width, precision)
        base = plan.own.slot(grid.width, head.width, .fp32)
        lines = plan.own.slot(levels.reduce(0) { $0 + $1.grid.width }, head.width, .fp32)
        memory = plan.allocate()
    }

    /// The logits `[h, w, C]` of a frame; they hold until the next call.
    public func callAsFunction(_ features: FrozenFeatures) -> Tensor {
        let (memory, grid, levels) = (memory, grid, levels)
        let tiles = levels.indices.flatMap { level in (0..<levels[level].grid.count).map { (level: level, tile: $0) } }
        memory.parallelTiles(tiles.count) { worker, index in
            let level = levels[tiles[index].level]
            let cells = level.grid.cells(of: tiles[index].tile)
            let input = features.levels[tiles[index].level + 1].rounded
            level.linear(input[cells], into: level.map(in: memory.shared)[cells], worker: worker)
        }
        let maps = levels.map { ($0.map(in: memory.shared), $0.upsampling) }
        let (fused, logits) = (fusedMap(in: memory.shared), logits(in: memory.shared))
        let (finest, classifier, base, lines) = (finest, classifier, base, lines)
        memory.parallelTiles(grid.count) { worker, row in
            let (own, cells) = (memory.own[worker], grid.cells(of: row))
            let base = base(in: own)
            finest(features.levels[0].rounded[cells], into: base, worker: worker)
            fuseRow(row, base: base, maps: maps, lines: lines(in: own), into: fused[cells])
            classifier(fused[cells], into: logits[cells], worker: worker)
        }
        return logits.tensor(grid.height, grid.width, logits.columns)
    }

    /// The fused features F of the last frame, `[h · w, D]` in the network's precision; they hold until the next call.
    package var fused: Matrix { fusedMap(in: memory.shared) }
}
