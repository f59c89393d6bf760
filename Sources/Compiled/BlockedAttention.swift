package import Tensors

/// Attention to more keys than a cache holds: keys and values come in blocks, and the softmax runs along.
///
/// Scores exist for one block and one tile of queries at a time. Source: Dao et al., "FlashAttention", 2022.
package struct BlockedAttention: Sendable {
    /// The most keys of a block: with a tile's queries and scores it stays in the second cache.
    package static let blockSize = 256

    private let scoring, weighing: TileProduct
    private let keyStride, valueStride: Int
    private let scores, weights, highest, sums, weighed: Slot

    /// Room for the packed keys and values of a block, of which so many count.
    package struct Block: Sendable {
        fileprivate let keys, values: PackedMatrix
        /// The keys that count, at most `blockSize`.
        package var count: Int

        /// Packs keys and values from columns of float32 matrices of `blockSize` rows; what rows beyond the count hold must be
        /// finite.
        package func pack(keys: Matrix, column: Int = 0, values: Matrix, valueColumn: Int = 0) {
            self.keys.pack(keys, column: column)
            self.values.pack(values, column: valueColumn)
        }
    }

    /// Compiles attention for tiles of queries.
    ///
    /// - Parameters:
    ///   - plan: where memory is planned.
    ///   - queries: the tiles.
    ///   - channels: of queries and keys.
    ///   - valueChannels: of values.
    ///   - keyStride: the columns of what keys are packed from.
    ///   - valueStride: the columns of what values are packed from.
    package init(
        _ plan: inout CompilationPlan, queries: Tiling, channels: Int, valueChannels: Int, keyStride: Int,
        valueStride: Int
    ) {
        let (precision, size) = (plan.precision, Self.blockSize)
        (self.keyStride, self.valueStride) = (keyStride, valueStride)
        scoring = TileProduct(
            plan.products, queries, inputs: channels, outputs: size, precision: precision, result: .fp32)
        weighing = TileProduct(
            plan.products, queries, inputs: size, outputs: valueChannels, precision: precision, result: .fp32,
            accumulates: true)
        let rows = queries.cellsPerTile
        weighed = plan.own.slot(rows, valueChannels, .fp32)
        sums = plan.own.slot(rows, 1, .fp32)
        let mark = plan.own.mark
        highest = plan.own.slot(rows, 1, .fp32)
        scores = plan.own.slot(rows, size, .fp32)
        weights = plan.own.slot(rows, size, precision)
        plan.own.release(to: mark)
    }

    /// Room for a block of so many keys.
    package func makeBlock(keys count: Int) -> Block {
        precondition((1...Self.blockSize).contains(count), "a block of \(count) keys")
        return Block(
            keys: PackedMatrix(for: scoring.packing, inputStride: 1, outputStride: keyStride),
            values: PackedMatrix(for: weighing.packing, inputStride: valueStride, outputStride: 1), count: count)
    }

    /// What a tile's queries `[cells, channels]` attend to: Σ weight · value `[cells, valueChannels]`, to be divided by the
    /// sums of weights `[cells, 1]`; both hold until the thread's next call.
    package func callAsFunction(
        _ query: Matrix, _ blocks: ArraySlice<Block>, _ own: Storage, worker: Int
    ) -> (weighed: Matrix, sums: Matrix) {
        let rows = query.rows
        let (weighed, sums, highest) = (
            weighed(in: own, rows: rows), sums(in: own, rows: rows), highest(in: own, rows: rows)
        )
        let (scores, weights) = (scores(in: own, rows: rows), weights(in: own, rows: rows))
        clear(weighed)
        clear(sums)
        fill(highest, with: -.infinity)
        for block in blocks {
            scoring(query, block.keys, into: scores, worker: worker)
            runningSoftmax(
                scores, columns: block.count, into: weights, sums: sums, highest: highest, weighed: weighed)
            weighing(weights, block.values, into: weighed, worker: worker)
        }
        return (weighed, sums)
    }
}
