import DittaKit
import Foundation
import Synchronization
import Testing

/// Stages on threads of their own, and the queue between them.
struct StageTests {
    private struct Broken: Error {}

    /// How many elements were asked for, which a maker looks at.
    private final class Requests: Sendable {
        let count = Atomic(0)
    }

    /// What a stage works with: a count that it takes further.
    private static func counting(to end: Int, lead: Int = 2) -> Prefetcher<Int, Int> {
        Prefetcher("counting", 0, lead: lead) { count in
            count += 1
            return count <= end ? count : nil
        }
    }

    private func all<State>(_ stage: Prefetcher<State, Int>) throws -> [Int] {
        var elements: [Int] = []
        while let element = try stage.next() { elements.append(element) }
        return elements
    }

    @Test("everything comes in order, whichever stage is slower", arguments: [[0, 200], [200, 0], [100, 100]])
    func order(pauses: [UInt32]) throws {
        let first = Prefetcher("first", 0) { count in
            usleep(pauses[0])
            count += 1
            return count <= 200 ? count : nil
        }
        let second = Prefetcher("second", ()) { _ in
            usleep(pauses[1])
            return try first.next().map { -$0 }
        }
        #expect(try all(second) == (1...200).map { -$0 })
        // The end stays the end.
        #expect(try second.next() == nil)
        #expect(try first.next() == nil)
        #expect(first.inspect { $0 } == 201)
    }

    @Test("a stage works ahead, and no further than its lead", arguments: [1, 3])
    func backPressure(lead: Int) throws {
        let requests = Requests()
        let stage = Prefetcher("counting", (made: 0, mostAhead: 0), lead: lead) { state in
            state.made += 1
            let ahead = state.made - requests.count.load(ordering: .sequentiallyConsistent)
            state.mostAhead = max(state.mostAhead, ahead)
            return state.made
        }
        defer { stage.stop() }
        for taken in 0..<200 {
            // One more than may wait is in the maker's hands.
            while stage.inspect({ $0.made }) < taken + lead + 1 { sched_yield() }
            requests.count.add(1, ordering: .sequentiallyConsistent)
            #expect(try stage.next() == taken + 1)
        }
        #expect(stage.inspect { $0.mostAhead } == lead + 1)
    }

    @Test("an error comes in its place and ends the stages after it")
    func errors() throws {
        let first = Prefetcher("first", 0) { count in
            count += 1
            guard count <= 5 else { throw Broken() }
            return count
        }
        let second = Prefetcher("second", ()) { _ in try first.next() }
        for expected in 1...5 { #expect(try second.next() == expected) }
        #expect(throws: Broken.self) { try second.next() }
        #expect(try second.next() == nil)
        first.stop()
        second.stop()
        #expect(first.inspect { $0 } == 6)
    }

    @Test("stopping ends every stage at the element it is at, full or waiting")
    func stop() throws {
        let first = Self.counting(to: .max)
        let second = Prefetcher("second", ()) { _ in
            usleep(1000)
            return try first.next()
        }
        #expect(try second.next() == 1)
        second.stop()
        first.stop()
        let made = first.inspect { $0 }
        // One taken, and at most two waiting and one in hand behind each stage.
        #expect(made <= 7)
        // What waited is still there, and nothing comes after it.
        #expect(try all(first).count <= 2)
        #expect(first.inspect { $0 } == made)
    }

    @Test("a closed queue takes nothing more, gives what it has, and wakes who waits")
    func closedQueue() throws {
        let queue = BoundedQueue<Int>(capacity: 2)
        #expect(queue.put(1) && queue.put(2))
        let waiting = Prefetcher("waiting", ()) { _ in queue.put(3) }
        // Mostly enough for it to wait; if it comes after the end, it hears the same.
        usleep(20_000)
        queue.close()
        #expect(try waiting.next() == false)
        waiting.stop()
        #expect(!queue.put(4))
        #expect([queue.take(), queue.take(), queue.take(), queue.take()] == [1, 2, nil, nil])
    }
}
