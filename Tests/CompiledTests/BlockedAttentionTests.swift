import Compiled
import Tensors
import TestSupport
import Testing

/// Softmax attention whose keys come in blocks, against all of them at once in double.
struct BlockedAttentionTests {
    /// How far a precision's weights are off, of values up to 1: in single precision, scores up to 20 are rounded by 1e-6
    /// several times over; in bfloat16, weights are rounded and exponentials are good to 1e-4, those of the sums, too.
    static func tolerance(_ precision: Precision) -> Float {
        precision == .fp32 ? 1e-5 : precision.rounding + 2e-4
    }

    /// What each block's scores are raised by: the highest score stays, comes with each block anew, or goes up and down.
    static let trends: [[Double]] = [[0, 0, 0, 0], [0, 2, 4, 6], [6, 4, 2, 0], [-3, 3, -2, 5], [90, -90, 0, 91]]

    @Test("a softmax that runs along", arguments: precisions, trends)
    func running(precision: Precision, trend: [Double]) {
        // Blocks of 48, of which so many count: vectors by twos, one alone, and parts of one.
        let (rows, stride, counts, width) = (5, 48, [48, 37, 16, 3], 7)
        var random = RandomNumbers(seed: 1)
        let (sums, highest, weighed) = (matrix(rows, 1), matrix(rows, 1), matrix(rows, width))
        fill(highest, with: -.infinity)
        var scores = [[Double]](repeating: [], count: rows)
        var values: [[Double]] = []
        for (block, count) in counts.enumerated() {
            // What stands beyond the last score is larger than all, and must not be seen.
            let x = Tensor(
                random.uniform([rows, stride], bound: 4).values.enumerated().map {
                    $0 % stride < count ? $1 + Float(trend[block]) : 1e6
                }, [rows, stride])
            let weights = matrix(rows, stride, precision)
            runningSoftmax(matrix(x), columns: count, into: weights, sums: sums, highest: highest, weighed: weighed)
            let found = tensor(weights).parts.map(\.doubles)
            #expect(found.allSatisfy { $0[count...].allSatisfy { $0 == 0 } }, "weights beyond the last score")
            let own = (0..<count).map { _ in
                random.uniform([width], bound: 0.5).doubles.map { $0 + (block % 2 == 0 ? 0.5 : -0.5) }
            }
            let sum = (0..<rows * width).map { index in
                (0..<count).reduce(0) { $0 + found[index / width][$1] * own[$1][index % width] }
            }
            add(matrix(Tensor(rounding: sum, [rows, width])), to: weighed)
            for index in 0..<rows { scores[index] += row(x.doubles, index, stride)[..<count] }
            values += own
            #expect(tensor(highest).doubles == scores.map { $0.max() ?? .nan })
        }
        let expected = scores.flatMap { scores in
            let weights = softmax(scores)
            return (0..<width).map { c in zip(weights, values).reduce(0) { $0 + $1.0 * $1.1[c] } }
        }
        let out = matrix(rows, width)
        divideRows(weighed, by: sums, into: out, column: 0)
        expectClose(tensor(out), Tensor(rounding: expected, [rows, width]), absolute: Self.tolerance(precision))
    }

    @Test("scores beyond exp's range give no NaN, whichever comes first", arguments: precisions)
    func largeScores(precision: Precision) {
        let (sums, highest, weighed) = (matrix(4, 1), matrix(4, 1), matrix(4, 1))
        fill(highest, with: -.infinity)
        let blocks: [[Float]] = [[-3e38, 3e38, 1e8, 0], [3e38, -3e38, -1e8, -3e38], [1e8, 0, 1e8, -1e8]]
        for (block, scores) in blocks.enumerated() {
            let weights = matrix(4, 16, precision)
            let x = Tensor(scores.flatMap { [$0] + [Float](repeating: 0, count: 15) }, [4, 16])
            runningSoftmax(matrix(x), columns: 1, into: weights, sums: sums, highest: highest, weighed: weighed)
            let first = tensor(weights).parts.map { $0.values[0] * Float(block + 1) }
            add(matrix(Tensor(first, [4, 1])), to: weighed)
        }
        let out = matrix(4, 1)
        divideRows(weighed, by: sums, into: out, column: 0)
        #expect(tensor(highest).values == [3e38, 3e38, 1e8, 0])
        // The block of the highest score alone, or the mean of blocks 1 and 3; the coarse e^0 is off by 1e-4.
        expectClose(tensor(out), Tensor([2, 1, 2, 1], [4, 1]), absolute: precision == .fp32 ? 1e-6 : 3e-4)
    }

    /// One case: a grid of queries in tiles, keys in blocks of 256, and heads side by side in two maps.
    struct Case: CustomTestStringConvertible {
        let height, width, rowsPerTile, keys, heads, channels, valueChannels: Int
        var testDescription: String { "\(height)×\(width) to \(keys), \(heads) of \(channels) and \(valueChannels)" }
        var tiles: Tiling { Tiling(height: height, width: width, rowsPerTile: rowsPerTile) }
    }

    @Test(
        "every head of every tile, the last tile and the last block smaller", arguments: precisions,
        [
            Case(height: 1, width: 1, rowsPerTile: 1, keys: 1, heads: 1, channels: 3, valueChannels: 5),
            Case(height: 5, width: 7, rowsPerTile: 2, keys: 300, heads: 2, channels: 8, valueChannels: 6),
            Case(height: 4, width: 16, rowsPerTile: 4, keys: 768, heads: 1, channels: 24, valueChannels: 16),
            Case(height: 3, width: 11, rowsPerTile: 2, keys: 1000, heads: 3, channels: 16, valueChannels: 8),
        ])
    func blocks(precision: Precision, shape: Case) {
        for trend in Self.trends {
            var random = RandomNumbers(seed: 2)
            // Maps of all heads; each head's first channel is 1 in queries and raises a block's scores in keys.
            let query = random.uniform([shape.tiles.cells, shape.heads * shape.channels], bound: 1)
            let key = random.uniform([shape.keys, shape.heads * shape.channels], bound: 1)
            let value = random.uniform([shape.keys, shape.heads * shape.valueChannels], bound: 0.5)
            let first = { (index: Int) in index % shape.channels == 0 }
            let queries = Tensor(query.values.enumerated().map { first($0) ? 1 : $1 }, query.shape)
            let keys = Tensor(
                key.values.enumerated().map { index, value in
                    first(index) ? Float(trend[index / key.columns / BlockedAttention.blockSize]) : value
                }, key.shape)
            let values = Tensor(
                value.values.enumerated().map { index, number in
                    number + (index / value.columns / BlockedAttention.blockSize % 2 == 0 ? 0.5 : -0.5)
                }, value.shape)
            let found = Self.attended(shape, queries, keys, values, precision)
            let inputs = [queries, keys, values].map { rounded($0, precision) }
            let expected = Self.naive(shape, inputs[0], inputs[1], inputs[2])
            // Scores near 90 are rounded by 4e-6 in each of a few steps.
            expectClose(
                found, expected, absolute: Self.tolerance(precision) + Float(trend[0] > 10 ? 2e-5 : 0), "\(trend)")
        }
    }

    @Test("scores of 2^80 leave the highest block alone", arguments: precisions)
    func decided(precision: Precision) {
        let shape = Case(height: 2, width: 3, rowsPerTile: 2, keys: 600, heads: 1, channels: 2, valueChannels: 1)
        let (large, size) = (Float(sign: .plus, exponent: 40, significand: 1), BlockedAttention.blockSize)
        let queries = Tensor([large, 0, -large, 0, 0, 0, 0, 1, large, 1, -large, 1], [6, 2])
        let keys = Tensor((0..<600).flatMap { [[-large, large, 0][$0 / size], 0] }, [600, 2])
        let values = Tensor((0..<600).map { [1, 2, 4][$0 / size] }, [600, 1])
        let found = Self.attended(shape, queries, keys, values, precision)
        let mean = Float(size + 2 * size + 4 * (600 - 2 * size)) / 600
        // The coarse e^0 is off by 1e-4.
        expectClose(
            found, Tensor([2, 1, mean, mean, 2, 1], [6, 1]), relative: precision == .fp32 ? 1e-6 : 2e-4)
    }

    /// Attention as networks run it: blocks packed from matrices of a block's rows, tiles on all threads.
    private static func attended(
        _ shape: Case, _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ precision: Precision
    ) -> Tensor {
        var plan = CompilationPlan(precision)
        let attention = BlockedAttention(
            &plan, queries: shape.tiles, channels: shape.channels, valueChannels: shape.valueChannels,
            keyStride: keys.columns, valueStride: values.columns)
        let (memory, size) = (plan.allocate(), BlockedAttention.blockSize)
        let out = matrix(shape.tiles.cells, values.columns)
        for head in 0..<shape.heads {
            let blocks = stride(from: 0, to: shape.keys, by: size).map { start in
                let count = min(size, shape.keys - start)
                // Rows that do not count are large, and must not be seen.
                func block(_ x: Tensor) -> Matrix {
                    let all = matrix(size, x.columns)
                    fill(all, with: 1e6)
                    convert(Matrix(x, rows: x.rows)[start..<start + count], into: all[0..<count])
                    return all
                }
                let made = attention.makeBlock(keys: count)
                made.pack(
                    keys: block(keys), column: head * shape.channels, values: block(values),
                    valueColumn: head * shape.valueChannels)
                return made
            }
            let own = (0..<shape.tiles.cells).flatMap { cell in
                queries.values[cell * queries.columns + head * shape.channels..<queries.columns * (cell + 1)].prefix(
                    shape.channels)
            }
            let query = matrix(Tensor(own, [shape.tiles.cells, shape.channels]), precision)
            memory.parallelTiles(shape.tiles.count) { worker, tile in
                let cells = shape.tiles.cells(of: tile)
                let (weighed, sums) = attention(query[cells], blocks[...], memory.own[worker], worker: worker)
                divideRows(weighed, by: sums, into: out[cells], column: head * shape.valueChannels)
            }
        }
        return tensor(out)
    }

    private static func naive(_ shape: Case, _ queries: Tensor, _ keys: Tensor, _ values: Tensor) -> Tensor {
        let (qs, ks, vs) = (queries.doubles, keys.doubles, values.doubles)
        var out = [Double](repeating: 0, count: queries.rows * values.columns)
        for head in 0..<shape.heads {
            let channels = head * shape.channels..<(head + 1) * shape.channels
            for row in 0..<queries.rows {
                let scores = (0..<keys.rows).map { key in
                    channels.reduce(0) { $0 + qs[row * queries.columns + $1] * ks[key * keys.columns + $1] }
                }
                for (key, weight) in softmax(scores).enumerated() {
                    for c in head * shape.valueChannels..<(head + 1) * shape.valueChannels {
                        out[row * values.columns + c] += weight * vs[key * values.columns + c]
                    }
                }
            }
        }
        return Tensor(rounding: out, [queries.rows, values.columns])
    }
}
