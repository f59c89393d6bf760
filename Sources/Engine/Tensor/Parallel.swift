import Dispatch
import Foundation
import Synchronization

/// How many threads the engine uses: the processor's cores unless told otherwise.
public enum Parallel {
    private static let chosen = Atomic<Int>(0)

    /// The number of threads, at least 1.
    public static var workers: Int {
        get {
            let value = chosen.load(ordering: .relaxed)
            return value > 0 ? value : ProcessInfo.processInfo.activeProcessorCount
        }
        set { chosen.store(max(newValue, 1), ordering: .relaxed) }
    }
}

/// Runs `body` on disjoint ranges that cover `0..<count`, on up to `Parallel.workers` threads, and waits for all.
///
/// - Parameter grain: the fewest items worth a thread of their own.
package func parallelFor(_ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Void) {
    let parts = min(Parallel.workers, count / max(grain, 1))
    guard parts > 1 else {
        if count > 0 { body(0..<count) }
        return
    }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        body(part * count / parts..<(part + 1) * count / parts)
    }
}

/// Runs `body` on disjoint ranges that cover `0..<count` and gives the results in the ranges' order, so that summing them
/// does not depend on which thread was first.
package func parallelMap<Result: Sendable>(
    _ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Result
) -> [Result] {
    let results = Mutex<[Int: Result]>([:])
    parallelFor(count, grain: grain) { range in
        let result = body(range)
        results.withLock { $0[range.lowerBound] = result }
    }
    return results.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
}

/// Runs `body` for each of `count` tiles on up to `Parallel.workers` threads, each taking the next tile when it is done, and
/// waits for all.
///
/// - Parameter body: takes the number of the thread, below `Parallel.workers`, which nobody else has meanwhile, and the tile.
package func parallelTiles(_ count: Int, _ body: @Sendable (_ worker: Int, _ tile: Int) -> Void) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(Parallel.workers, count)) { worker in
        OneDNN.prepareThread()
        while true {
            let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard tile < count else { return }
            body(worker, tile)
        }
    }
}
