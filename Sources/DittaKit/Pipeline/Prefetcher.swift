import Dispatch
import Foundation
import Synchronization

/// A stage of a pipeline: makes elements on a thread of its own, a few ahead of whoever takes them.
///
/// Chained stages work at the same time: the maker of one takes from another. An error comes in its place, after the
/// elements before it.
package final class Prefetcher<State, Element: Sendable>: Sendable {
    private let state: Mutex<State>
    private let queue: BoundedQueue<Result<Element, any Error>>
    private let end = DispatchSemaphore(value: 0)

    /// Starts the stage.
    ///
    /// - Parameters:
    ///   - name: The thread's.
    ///   - state: What `make` works with.
    ///   - lead: How many elements may wait to be taken.
    ///   - make: Gives the next element, nil after the last.
    package init(
        _ name: String, _ state: consuming sending State, lead: Int = 2,
        make: @escaping @Sendable (inout State) throws -> Element?
    ) {
        self.state = Mutex(state)
        queue = BoundedQueue(capacity: lead)
        let thread = Thread { [self] in
            run(make)
            queue.close()
            end.signal()
        }
        thread.name = name
        thread.start()
    }

    /// The next element in order, nil after the last; throws what `make` threw.
    package func next() throws -> Element? { try queue.take()?.get() }

    /// Looks at what the stage works with, between two elements.
    package func inspect<Value: Sendable>(_ look: (State) -> Value) -> Value { state.withLock { look($0) } }

    /// Stops the stage, if it is not through, and waits until its thread is done.
    package func stop() {
        queue.close()
        end.wait()
        end.signal()
    }

    private func run(_ make: (inout State) throws -> Element?) {
        while true {
            do {
                guard let element = try state.withLock({ try make(&$0) }), queue.put(.success(element)) else { return }
            } catch {
                _ = queue.put(.failure(error))
                return
            }
        }
    }
}
