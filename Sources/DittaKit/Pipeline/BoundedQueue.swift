import Dispatch
import Synchronization

/// A queue from one thread to another that holds a few elements at most: who is ahead waits.
package final class BoundedQueue<Element: Sendable>: Sendable {
    private struct Contents {
        var elements: [Element] = []
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    // Made empty and then filled: Dispatch traps when a semaphore goes with less than it was made with.
    private let places = DispatchSemaphore(value: 0)
    private let fills = DispatchSemaphore(value: 0)

    /// Makes an empty queue.
    package init(capacity: Int) {
        precondition(capacity > 0, "a queue of capacity \(capacity) never moves")
        for _ in 0..<capacity { places.signal() }
    }

    /// Appends an element as soon as there is a place; false when the queue is closed and does not take it.
    package func put(_ element: Element) -> Bool {
        places.wait()
        let isTaken = contents.withLock { contents in
            if !contents.isClosed { contents.elements.append(element) }
            return !contents.isClosed
        }
        // Whoever finds the queue closed passes the signal on: it stands for all calls to come.
        (isTaken ? fills : places).signal()
        return isTaken
    }

    /// The oldest element, as soon as there is one; nil when the queue is closed and empty.
    package func take() -> Element? {
        fills.wait()
        let element = contents.withLock { $0.elements.isEmpty ? nil : $0.elements.removeFirst() }
        (element == nil ? fills : places).signal()
        return element
    }

    /// Lets nothing more in and wakes whoever waits; what is inside can still be taken.
    package func close() {
        contents.withLock { $0.isClosed = true }
        places.signal()
        fills.signal()
    }
}
