import Dispatch
import Foundation
import Synchronization

/// How many threads the computation uses: the processor's cores unless told otherwise.
package enum Parallel {
    private static let chosen = Atomic<Int>(0)

    /// The number of threads, at least 1.
    package static var workers: Int {
        get {
            let value = chosen.load(ordering: .relaxed)
            return value > 0 ? value : ProcessInfo.processInfo.activeProcessorCount
        }
        set { chosen.store(max(newValue, 1), ordering: .relaxed) }
    }
}

/// How many ranges each thread gets on average.
///
/// Several small ranges balance the load: a thread that shares its core with another program takes fewer of them.
private let rangesPerThread = 4

/// Runs `body` on disjoint ranges that cover `0..<count`, on up to `Parallel.workers` threads, and waits for all.
///
/// The ranges are always the same; which thread takes which is not.
///
/// - Parameters:
///   - count: how many items there are.
///   - grain: the fewest items worth a range of their own.
///   - body: takes a range of items, on any thread.
package func parallelFor(_ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Void) {
    let workers = Parallel.workers
    forRanges(count, parts: min(workers == 1 ? 1 : workers * rangesPerThread, count / max(grain, 1)), body)
}

/// Runs `body` on disjoint ranges that cover `0..<count` and gives the results in the ranges' order, so that summing them
/// does not depend on which thread was first.
///
/// There is one range for each thread, as every result takes memory and time to join.
package func parallelMap<Result: Sendable>(
    _ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Result
) -> [Result] {
    let results = Mutex<[Int: Result]>([:])
    forRanges(count, parts: min(Parallel.workers, count / max(grain, 1))) { range in
        let result = body(range)
        results.withLock { $0[range.lowerBound] = result }
    }
    return results.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
}

private func forRanges(_ count: Int, parts: Int, _ body: @Sendable (Range<Int>) -> Void) {
    guard parts > 1 else {
        if count > 0 { body(0..<count) }
        return
    }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        body(part * count / parts..<(part + 1) * count / parts)
    }
}
