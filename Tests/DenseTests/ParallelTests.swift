import Compiled
import Dense
import Foundation
import Raster
import Synchronization
import Tensors
import TestSupport
import Testing

/// Work split among threads.
struct ParallelTests {
    @Test("results come in the ranges' order, which cover everything once", arguments: [1, 2, 7, 1000], [1, 3, 5000])
    func order(count: Int, grain: Int) {
        let ranges = parallelMap(count, grain: grain) { range in
            // The first ranges finish last.
            usleep(UInt32(2000 * (count - range.lowerBound) / count))
            return range
        }
        #expect(ranges.flatMap { Array($0) } == Array(0..<count))
        #expect(ranges.count <= max(1, count / grain))
        let visits = Mutex([Int](repeating: 0, count: count))
        parallelFor(count, grain: grain) { range in visits.withLock { for index in range { $0[index] += 1 } } }
        #expect(visits.withLock { $0 }.allSatisfy { $0 == 1 })
    }

    @Test("a slow thread changes nothing but who does what")
    func ranges() {
        func ranges(slow: Bool) -> [Range<Int>] {
            let taken = Mutex<[Range<Int>]>([])
            let isFirst = Atomic(true)
            parallelFor(1000) { range in
                if isFirst.exchange(false, ordering: .relaxed), slow { usleep(50_000) }
                taken.withLock { $0.append(range) }
            }
            return taken.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
        }
        let even = ranges(slow: false)
        #expect(ranges(slow: true) == even)
        // More than threads, so that the others can go on.
        #expect(Parallel.workers == 1 || even.count > Parallel.workers)
    }

    @Test("nothing to do is done by nobody")
    func nothing() {
        #expect(parallelMap(0) { $0 }.isEmpty)
    }

    @Test("every tile is done once, by threads that nobody else is meanwhile", arguments: [0, 1, 2, 500])
    func tiles(count: Int) {
        let visits = Mutex([Int](repeating: 0, count: count))
        let busy = Mutex([Bool](repeating: false, count: Parallel.workers))
        parallelTiles(count) { worker, tile in
            #expect(!busy.withLock { exchange(&$0[worker], true) })
            visits.withLock { $0[tile] += 1 }
            busy.withLock { $0[worker] = false }
        }
        #expect(visits.withLock { $0 }.allSatisfy { $0 == 1 })
    }

    private func exchange(_ value: inout Bool, _ new: Bool) -> Bool {
        defer { value = new }
        return value
    }

    /// In a process of its own: the number of threads is the whole engine's.
    @Test("results do not depend on the number of threads, to the last bit")
    func workers() async {
        await #expect(processExitsWith: .success) {
            Parallel.workers = 0
            #expect(Parallel.workers == 1)
            let alone = Self.results()
            func tiles() -> [Int] { [1, 15, 30, 120].map { Tiling(height: $0, width: 3240 / $0).count } }
            let tilesAlone = tiles()
            for workers in [2, 3, 8] {
                Parallel.workers = workers
                #expect(Parallel.workers == workers)
                // Where tiles end decides how some processors' products round.
                #expect(tiles() == tilesAlone, "\(workers) threads")
                for (one, many) in zip(alone, Self.results()) {
                    #expect(many.values == one.values, "\(workers) threads")
                }
            }
        }
    }

    /// One result of each operation that is split.
    private static func results() -> [Tensor] {
        var random = RandomNumbers(seed: 1)
        let (a, b) = (random.uniform([300, 70], bound: 1), random.uniform([70, 200], bound: 1))
        let map = random.uniform([30, 40, 16], bound: 1)
        let other = random.uniform([30, 40, 16], bound: 1)
        let weight = random.uniform([8, 9 * 16], bound: 1)
        rectify(weight)
        let test = DenseCase(grid: (30, 40), frame: (77, 91), classes: 16)
        let targets = test.targets(2)
        let logits = DenseLogits(map, test.resampling)
        let prediction = logits.predict()
        let window = WindowAttention(radius: 3)
        let gradients = window.backward(map, window.forward(query: map, key: other, value: other))
        let cells = CellSubset(under: targets, test.resampling)
        let features = UpsampledFeatures(unitRows(cells.gather(map)).rows, at: cells, test.resampling)
        let prototypes = unitRows(random.uniform([16, 16], bound: 1)).rows
        let centers = [Int32](repeating: 1, count: 30 * 40 * 2)
        let matches = matchLocally(map, [(other, centers)], radius: 2, penalty: 1, count: 3)
        let statistics = batchStatistics(map)
        return [
            matmul(a, .plain, b, .plain), matmul(b, .transposed, a, .transposed),
            layerNorm(a, weight: a.part(0, 70), bias: a.part(1, 70), epsilon: 1), statistics.mean, statistics.variance,
            columnSums(map), gradients.query, gradients.key, gradients.value,
            Tensor(prediction.labels.labels.map(Float.init), [77, 91]), prediction.entropy, logits.doubleEntropy(),
            logits.crossEntropy(targets, scale: 1).gradient,
            logits.divergence(from: DenseLogits(other, test.resampling), weights: weight.part(0, 16)).gradient,
            features.weightedSums(of: targets, weight: prediction.entropy, objects: 16),
            features.contrast(targets, prototypes, scale: 1).gradient,
            Tensor(matches.cells.map(Float.init), [1200, 3]), Tensor(matches.back.map(Float.init), [1200]),
        ]
    }
}
