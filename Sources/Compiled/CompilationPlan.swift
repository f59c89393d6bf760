package import Tensors

/// What layers need to be compiled into a plan: the precision, products to share, and memory to plan.
package struct CompilationPlan {
    /// What the network multiplies.
    package let precision: Precision
    /// The products compiled so far.
    package let products = ProductCompiler()
    /// Memory that all threads share.
    package var shared = WorkspacePlan()
    /// Memory of which each thread has its own.
    package var own = WorkspacePlan()

    package init(_ precision: Precision) { self.precision = precision }

    /// Memory for a frame, as planned.
    package func allocate() -> Workspace {
        Workspace(shared: shared.allocate(), own: (0..<Parallel.workers).map { _ in own.allocate() })
    }
}

/// The memory in which a compiled network computes a frame; the next frame takes it again.
package struct Workspace: Sendable {
    /// What all threads share.
    package let shared: Storage
    /// What each thread has for itself.
    package let own: [Storage]

    /// Runs `body` for each of `count` tiles on as many threads as the memory was planned for; see `parallelTiles(_:workers:_:)`.
    package func parallelTiles(_ count: Int, _ body: @Sendable (_ worker: Int, _ tile: Int) -> Void) {
        Compiled.parallelTiles(count, workers: own.count, body)
    }
}
