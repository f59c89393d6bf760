import Foundation
import Synchronization

/// SIGINT (Ctrl-C), SIGTERM and SIGHUP: a flag that is checked after each frame or step, so that no file is left half written.
///
/// Where nobody looks at it within two seconds (a teacher's pass over a large frame), the program ends at once: every file has its
/// name only when it is whole, and a run is resumed from its last milestone.
enum Interruption {
    private static let received = Atomic<Int32>(0)
    private static let grace: Duration = .seconds(2)

    /// Watches for signals; a second one ends the program at once.
    ///
    /// - Parameter last: called, on a thread of its own, when the program is ended because nobody looked.
    static func watch(last: @escaping @Sendable (_ signal: Int32) -> Void) {
        received.store(0, ordering: .relaxed)
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            unsafe sigaddset(&signals, number)
            _ = signal(number) { number in
                Interruption.received.store(number, ordering: .relaxed)
                _ = signal(number, SIG_DFL)
            }
        }
        // The parent process may have blocked them, and a blocked signal would never arrive.
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        let thread = Thread {
            while requested == nil { Thread.sleep(forTimeInterval: 0.05) }
            Thread.sleep(forTimeInterval: grace / .seconds(1))
            guard let requested else { return }
            last(requested)
            _exit(status(requested))
        }
        thread.start()
    }

    /// The signal that came, if one did.
    static var requested: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// The exit status that shells give to a signal.
    static func status(_ signal: Int32) -> Int32 { 128 + signal }

    /// What a signal is called.
    static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGINT: "Ctrl-C"
        case SIGTERM: "SIGTERM"
        default: "SIGHUP"
        }
    }
}
