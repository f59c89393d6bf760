import Compiled
import Tensors
import TestSupport
import Testing

/// Compiled products against sums in double.
struct MatrixProductTests {
    /// x `[R, I]` · wᵀ, w `[O, I]`, plus bias `[O]` and what was there `[R, O]`.
    static func naive(_ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ before: Tensor?) -> Tensor {
        let (xs, ws) = (x.doubles, w.doubles)
        let inputs = x.columns
        let sums = (0..<x.rows * w.rows).map { index in
            let (row, o) = (index / w.rows, index % w.rows)
            let product = (0..<inputs).reduce(0) { $0 + xs[row * inputs + $1] * ws[o * inputs + $1] }
            return product + (bias?.doubles[o] ?? 0) + (before?.doubles[index] ?? 0)
        }
        return Tensor(rounding: sums, [x.rows, w.rows])
    }

    @Test(
        "every tile of a picture, the last one smaller", arguments: precisions,
        [(1, 1, 1, 1), (7, 9, 3, 5), (11, 13, 32, 147), (5, 50, 124, 256), (30, 54, 33, 31)])
    func tiles(precision: Precision, shape: (Int, Int, Int, Int)) {
        let (height, width, outputs, inputs) = shape
        var random = RandomNumbers(seed: 1)
        let x = rounded(random.uniform([height * width, inputs], bound: 1), precision)
        let weight = rounded(random.uniform([outputs, inputs], bound: 1), precision)
        let bias = random.uniform([outputs], bound: 1)
        let before = random.uniform([height * width, outputs], bound: 1)
        let tiling = Tiling(height: height, width: width, rowsPerTile: min(height, 4))
        let (products, source) = (ProductCompiler(), matrix(x, precision))
        for accumulates in [false, true] {
            let product = CompiledLinear(
                products, tiling, weight: weight, bias: bias, precision: precision, result: .fp32,
                accumulates: accumulates)
            let out = matrix(before)
            parallelTiles(tiling.count) { worker, tile in
                let cells = tiling.cells(of: tile)
                product(source[cells], into: out[cells], worker: worker)
            }
            let expected = Self.naive(x, weight, bias, accumulates ? before : nil)
            // Products of numbers as the precision holds them; sums of up to 256 in float32, bfloat16's two at a time.
            expectClose(tensor(out), expected, absolute: 5e-5)
        }
    }

    @Test(
        "tiles cover every row once, and leave no thread long alone", arguments: [1, 2, 15, 17, 30, 120],
        [1, 27, 216, 999])
    func tilings(height: Int, width: Int) {
        let tiling = Tiling(height: height, width: width)
        #expect((0..<tiling.count).flatMap { Array(tiling.rows(of: $0)) } == Array(0..<height))
        #expect((0..<tiling.count).flatMap { Array(tiling.cells(of: $0)) } == Array(0..<height * width))
        #expect((0..<tiling.count).allSatisfy { tiling.cells(of: $0).count <= tiling.cellsPerTile })
        // Three tiles for each of four threads, as far as there are rows for them.
        #expect(tiling.count >= min(height, 3 * Tiling.evenedOut))
    }

    @Test("what is negative becomes 0", arguments: precisions)
    func rectified(precision: Precision) {
        var random = RandomNumbers(seed: 4)
        let x = rounded(random.uniform([64, 32], bound: 1), precision)
        let weight = rounded(random.uniform([16, 32], bound: 1), precision)
        let bias = random.uniform([16], bound: 1)
        let product = CompiledLinear(
            ProductCompiler(), Tiling(height: 1, width: 64), weight: weight, bias: bias, precision: precision,
            result: .fp32, rectifies: true)
        let out = matrix(64, 16)
        product(matrix(x, precision), into: out, worker: 0)
        let rectified = Self.naive(x, weight, bias, nil)
        rectify(rectified)
        expectClose(tensor(out), rectified, absolute: 1e-5)
    }

    @Test("results in bfloat16 are the float32 ones rounded", .enabled(if: Precision.bf16.isSupported))
    func roundedResults() {
        var random = RandomNumbers(seed: 2)
        let x = rounded(random.uniform([40, 64], bound: 1), .bf16)
        let weight = rounded(random.uniform([48, 64], bound: 1), .bf16)
        let tiling = Tiling(height: 1, width: 40)
        let product = CompiledLinear(
            ProductCompiler(), tiling, weight: weight, bias: nil, precision: .bf16, result: .bf16)
        let out = matrix(40, 48, .bf16)
        product(matrix(x, .bf16), into: out, worker: 0)
        let expected = Self.naive(x, weight, nil, nil)
        expectClose(tensor(out), expected, absolute: 1e-4, relative: Precision.bf16.rounding)
    }

    @Test("a head's keys and values, packed out of a map of all heads", arguments: precisions)
    func packedColumns(precision: Precision) {
        var random = RandomNumbers(seed: 3)
        let (keys, channels, heads) = (23, 5, 3)
        let map = rounded(random.uniform([keys, 2 * heads * channels], bound: 1), precision)
        let query = rounded(random.uniform([9, channels], bound: 1), precision)
        let tiling = Tiling(height: 1, width: 9)
        let products = ProductCompiler()
        let scoring = TileProduct(
            products, tiling, inputs: channels, outputs: keys, precision: precision, result: .fp32)
        let weighing = TileProduct(
            products, tiling, inputs: keys, outputs: channels, precision: precision, result: .fp32)
        let columns = 2 * heads * channels
        let key = PackedMatrix(for: scoring.packing, inputStride: 1, outputStride: columns)
        let value = PackedMatrix(for: weighing.packing, inputStride: columns, outputStride: 1)
        let weights = rounded(random.uniform([9, keys], bound: 1), precision)
        for head in 0..<heads {
            let (scores, sums) = (matrix(9, keys), matrix(9, channels))
            key.pack(matrix(map), column: head * channels)
            value.pack(matrix(map), column: (heads + head) * channels)
            scoring(matrix(query, precision), key, into: scores, worker: 0)
            weighing(matrix(weights, precision), value, into: sums, worker: 0)
            func part(_ first: Int) -> [Float] {
                (0..<keys).flatMap { row in map.values[row * columns + first..<row * columns + first + channels] }
            }
            let ownKeys = Tensor(part(head * channels), [keys, channels])
            let ownValues = Tensor(part((heads + head) * channels), [keys, channels])
            let transposed = Tensor(
                (0..<channels * keys).map { ownValues.values[$0 % keys * channels + $0 / keys] }, [channels, keys])
            expectClose(tensor(scores), Self.naive(query, ownKeys, nil, nil), absolute: 1e-5)
            expectClose(tensor(sums), Self.naive(weights, transposed, nil, nil), absolute: 1e-5)
        }
    }
}
