import CKernels
package import Compiled
package import Tensors

/// A decode head that will not change, compiled: batch norm and the four linears folded into one product a level, each at its
/// own resolution; the map of 4D channels never exists.
///
/// A row of the fused map is made, activated and classified before the next one. Unchecked because frames come one at a time:
/// who hands it to another thread does not use it meanwhile.
@safe package final class CompiledDecodeHead: CompiledHead, @unchecked Sendable {
    /// What it multiplies.
    package let precision: Precision
    private let levels: [Level]  // 1/8, 1/16, 1/32
    private let finest: CompiledLinear
    private let classifier: CompiledLinear
    /// The 1/4 grid, a row at a time.
    package let grid: Tiling
    private let fusedMap: Slot
    private let base, lines, logits: Slot
    private let workspace: Workspace

    private struct Level: Sendable {
        let grid: Tiling
        let linear: CompiledLinear
        let map: Slot
        let upsampling: Resampling
    }

    /// Compiles a head for the features of an encoder.
    package init(_ head: DecodeHead, for encoder: any CompiledEncoder) {
        var plan = CompilationPlan(encoder.precision)
        let (precision, products) = (plan.precision, plan.products)
        self.precision = precision
        let fusion = FoldedFusion(foldingNormOf: head)
        // One row at a time: that much of the fused map stays in cache.
        let finest = encoder.levels[0].grid
        let grid = Tiling(height: finest.height, width: finest.width, rowsPerTile: 1)
        self.grid = grid
        self.finest = CompiledLinear(
            products, grid, weight: fusion.weights[0], bias: fusion.constant, precision: precision, result: .fp32)
        levels = (1..<4).map { level in
            let own = encoder.levels[level].grid
            return Level(
                grid: own,
                linear: CompiledLinear(
                    products, own, weight: fusion.weights[level], bias: nil, precision: precision, result: .fp32),
                map: plan.shared.slot(own.cells, head.width, .fp32),
                upsampling: .bilinear((own.height, own.width), (grid.height, grid.width)))
        }
        classifier = CompiledLinear(
            products, grid, weight: head.classifierWeight, bias: head.classifierBias, precision: precision,
            result: .fp32)
        logits = plan.shared.slot(grid.cells, head.classes, .fp32)
        fusedMap = plan.shared.slot(grid.cells, head.width, precision)
        base = plan.own.slot(grid.width, head.width, .fp32)
        lines = plan.own.slot(levels.reduce(0) { $0 + $1.grid.width }, head.width, .fp32)
        workspace = plan.allocate()
    }

    /// The logits `[h, w, C]` of a frame; they hold until the next call.
    package func callAsFunction(_ features: EncoderFeatures) -> Tensor {
        let (workspace, grid, levels) = (workspace, grid, levels)
        let tiles = levels.indices.flatMap { level in (0..<levels[level].grid.count).map { (level: level, tile: $0) } }
        workspace.parallelTiles(tiles.count) { worker, index in
            let level = levels[tiles[index].level]
            let cells = level.grid.cells(of: tiles[index].tile)
            let input = features.levels[tiles[index].level + 1].rounded
            level.linear(input[cells], into: level.map(in: workspace.shared)[cells], worker: worker)
        }
        let maps = levels.map { ($0.map(in: workspace.shared), $0.upsampling) }
        let (fused, logits) = (fusedMap(in: workspace.shared), logits(in: workspace.shared))
        let (finest, classifier, base, lines) = (finest, classifier, base, lines)
        workspace.parallelTiles(grid.count) { worker, row in
            let (own, cells) = (workspace.own[worker], grid.cells(of: row))
            let base = base(in: own)
            finest(features.levels[0].rounded[cells], into: base, worker: worker)
            fuseRow(row, base: base, maps: maps, lines: lines(in: own), into: fused[cells])
            classifier(fused[cells], into: logits[cells], worker: worker)
        }
        return logits.tensor(grid.height, grid.width, logits.columns)
    }

    /// The fused features F of the last frame, `[h · w, D]` in the network's precision; they hold until the next call.
    package var fused: Matrix { fusedMap(in: workspace.shared) }
}

/// Row y of the fused map: ReLU of a base row `[width, D]` plus coarser maps upsampled to it.
///
/// - Parameters:
///   - y: the row.
///   - base: the finest level's row `[width, D]`.
///   - maps: float32 maps `[hᵢ · wᵢ, D]`, each with its upsampling to the picture.
///   - lines: memory for a row of all the maps, `[Σ wᵢ, D]`.
///   - out: where it goes, `[width, D]`.
package func fuseRow(
    _ y: Int, base: Matrix, maps: [(map: Matrix, upsampling: Resampling)], lines: Matrix, into out: Matrix
) {
    precondition(
        base.rows == out.rows && base.columns == out.columns && maps.count == 3 && lines.columns == out.columns
            && lines.rows >= maps.reduce(0) { $0 + $1.upsampling.columns.inputs }, "row of \(maps.count) maps")
    var used = 0
    let parts = maps.map { map, upsampling in
        let width = upsampling.columns.inputs
        precondition(
            map.rows == upsampling.rows.inputs * width && map.columns == out.columns
                && upsampling.columns.outputs == out.rows && (0..<upsampling.rows.outputs).contains(y),
            "map of \(map.rows)×\(map.columns) to row \(y)")
        let line = lines[used..<used + width]
        used += width
        unsafe upsampling.rows.withKernelAxis { axis in
            unsafe ditta_resample_rows(line.floats, map.floats, axis, width * map.columns, 0, y, y + 1)
        }
        return (line: line, axis: upsampling.columns)
    }
    unsafe parts[0].axis.withKernelAxis { first in
        unsafe parts[1].axis.withKernelAxis { second in
            unsafe parts[2].axis.withKernelAxis { third in
                let lines = unsafe parts.map { unsafe UnsafePointer($0.line.floats) as UnsafePointer<Float>? }
                unsafe ditta_fuse_row(
                    out.pointer, base.floats, lines, [first, second, third], 3, out.rows, out.columns, out.bf16Flag)
            }
        }
    }
}
