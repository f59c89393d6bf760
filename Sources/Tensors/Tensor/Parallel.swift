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

/// Into how many ranges work is split at most.
///
/// It is the same for any number of threads, and so is every sum within a range, in whatever order threads come. Several small
/// ranges balance the load: a thread that shares its core with another program takes fewer of them.
private let mostRanges = 32
/// The same where every range has a result of its own, which takes memory and time to join.
private let mostResults = 8

/// Runs `body` on disjoint ranges that cover `0..<count`, on up to `Parallel.workers` threads, and waits for all.
///
/// The ranges are always the same; which thread takes which is not.
///
/// - Parameters:
///   - count: how many items there are.
///   - grain: the fewest items worth a range of their own.
///   - most: the most ranges.
///   - body: takes a range of items, on any thread.
package func parallelFor(_ count: Int, grain: Int = 1, most: Int = .max, _ body: @Sendable (Range<Int>) -> Void) {
    forRanges(count, parts: min(most, mostRanges, count / max(grain, 1)), body)
}

/// Runs `body` on disjoint ranges that cover `0..<count` and gives the results in the ranges' order, so that their sum depends
/// neither on the number of threads nor on which was first.
package func parallelMap<Result: Sendable>(
    _ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Result
) -> [Result] {
    let results = Mutex<[Int: Result]>([:])
    forRanges(count, parts: min(mostResults, count / max(grain, 1))) { range in
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
    @Sendable func run(_ part: Int) { body(part * count / parts..<(part + 1) * count / parts) }
    let threads = min(Parallel.workers, parts)
    guard threads > 1 else {
        for part in 0..<parts { run(part) }
        return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
        while true {
            let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard part < parts else { return }
            run(part)
        }
    }
}
