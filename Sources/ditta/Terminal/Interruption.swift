import Foundation
import Synchronization

/// Ctrl-C: asked for at the end of a frame or step, so that nothing is torn.
enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Watches for Ctrl-C; a second one ends the program at once.
    static func watch() {
        requested.store(false, ordering: .relaxed)
        // Whoever started us may have blocked it.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        _ = signal(SIGINT) { _ in
            Interruption.requested.store(true, ordering: .relaxed)
            _ = signal(SIGINT, SIG_DFL)
        }
    }

    /// Whether Ctrl-C was pressed.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
