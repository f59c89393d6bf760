package import Checkpoints
package import Compiled
package import Tensors

/// Memory attention compiled for a grid: a frame's features attend to themselves, then to what is remembered of an object.
///
/// Up to the first look into memory nothing depends on the object: `begin` computes that much once a frame, for all objects
/// and both directions of time. Source: Ravi et al., "SAM 2", 2024, section 4; sam2's `memory_attention.py`. Unchecked
/// because calls come one at a time.
@safe package final class MemoryAttention: @unchecked Sendable {
    /// A remembered frame, or object pointers.
    package struct Memory {
        /// What is attended to, `[rows, memory width]`.
        package let values: Matrix
        /// What is added for keys: positions in space and time, `[rows, memory width]`, float32.
        package let positions: Tensor
        /// Whether the rows are the grid's cells, so that keys turn with their place.
        package let isSpatial: Bool

        package init(values: Matrix, positions: Tensor, isSpatial: Bool) {
            (self.values, self.positions, self.isSpatial) = (values, positions, isSpatial)
        }
    }

    private let layers: [MemoryAttentionLayer]
    private let shared: MemoryAttentionLayer.Shared
    private let norm: LayerNorm
    /// The features' positions `[cells, C]`, a tenth of them.
    private let positions: Tensor
    private let residual: Slot
    private let workspace: Workspace
    private let blocks: Tiling
    /// The features' own keys, and those of what is remembered; there are as many as were ever needed.
    private let own: [BlockedAttention.Block]
    private var remembered: [BlockedAttention.Block] = []

    /// Takes the weights of `memory_attention` and compiles them.
    package init(
        _ scope: Scope, _ configuration: SAM2Configuration, grid: Int, precision: Precision
    ) throws(CheckpointError) {
        var plan = CompilationPlan(precision)
        let cells = grid * grid
        positions = sinePositionEncoding(side: grid, width: configuration.width).reshaped(cells, configuration.width)
            .copy()
        scale(positions, by: 0.1)
        residual = plan.shared.slot(cells, configuration.width, .fp32)
        shared = MemoryAttentionLayer.Shared(&plan, configuration, grid: grid)
        var layers: [MemoryAttentionLayer] = []
        for index in 0..<configuration.memory.attentionLayers {
            layers.append(try MemoryAttentionLayer(scope["layers"][index], &plan, configuration, shared))
        }
        self.layers = layers
        norm = try LayerNorm(scope["layer_norm"], configuration.width, epsilon: MemoryAttentionLayer.epsilon)
        blocks = Tiling(height: cells, width: 1, rowsPerTile: min(BlockedAttention.blockSize, cells))
        let (blocks, attention) = (blocks, shared.selfAttention)
        own = (0..<blocks.count).map { attention.makeBlock(keys: blocks.cells(of: $0).count) }
        workspace = plan.allocate()
    }

    /// The features `[cells, C]` after the first layer's attention to themselves: a copy.
    package func begin(_ features: Tensor) -> Tensor {
        let result = features.copy()
        add(positions, to: result)
        let map = Matrix(result, rows: result.rows)
        let (layer, own, blocks, workspace) = (layers[0], own, blocks, workspace)
        workspace.parallelTiles(blocks.count) { worker, block in
            layer.packSelf(own[block], map, blocks.cells(of: block), workspace, worker: worker)
        }
        workspace.parallelTiles(shared.tiles.count) { worker, tile in
            layer.attendToSelf(map, tile, own, workspace, worker: worker)
        }
        return result
    }

    /// The features conditioned on what is remembered `[cells, C]`; they hold until the next call.
    ///
    /// - Parameters:
    ///   - begun: what `begin` gave.
    ///   - memories: what is remembered.
    /// - Returns: the features; memory of this object.
    package func callAsFunction(_ begun: Tensor, _ memories: [Memory]) -> Matrix {
        let map = residual(in: workspace.shared)
        convert(Matrix(begun, rows: map.rows), into: map)
        let parts = reserve(memories)
        let (own, blocks, workspace, shared, norm, remembered) = (own, blocks, workspace, shared, norm, remembered)
        for (index, layer) in layers.enumerated() {
            let first = index == 0
            let last = index == layers.count - 1
            workspace.parallelTiles(parts.count + (first ? 0 : blocks.count)) { worker, item in
                if item < parts.count {
                    let part = parts[item]
                    layer.packMemory(remembered[item], memories[part.memory], part.rows, workspace, worker: worker)
                } else {
                    let block = item - parts.count
                    layer.packSelf(own[block], map, blocks.cells(of: block), workspace, worker: worker)
                }
            }
            workspace.parallelTiles(shared.tiles.count) { worker, tile in
                if !first { layer.attendToSelf(map, tile, own, workspace, worker: worker) }
                layer.attendToMemory(map, tile, remembered[..<parts.count], workspace, worker: worker)
                if last {
                    let rows = map[shared.tiles.cells(of: tile)]
                    norm(rows, into: rows)
                }
            }
        }
        return map
    }

    /// Blocks for all rows of the memories, each block with rows of one of them.
    private func reserve(_ memories: [Memory]) -> [(memory: Int, rows: Range<Int>)] {
        let size = BlockedAttention.blockSize
        let parts = memories.enumerated().flatMap { index, memory in
            stride(from: 0, to: memory.values.rows, by: size).map {
                (memory: index, rows: $0..<min($0 + size, memory.values.rows))
            }
        }
        for (index, part) in parts.enumerated() {
            if index == remembered.count {
                remembered.append(shared.crossAttention.makeBlock(keys: part.rows.count))
            } else {
                remembered[index].count = part.rows.count
            }
        }
        return parts
    }
}
