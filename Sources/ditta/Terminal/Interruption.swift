import Foundation
import Synchronization

/// Handling of Ctrl-C: a flag that is checked after each frame or step, so that no file is left half written.
enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Watches for Ctrl-C; a second one ends the program at once.
    static func watch() {
        requested.store(false, ordering: .relaxed)
        // The parent process may have blocked SIGINT, and a blocked signal would never arrive.
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
