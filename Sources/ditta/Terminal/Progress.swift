import Checkpoints
import DittaKit
import Foundation

/// Progress of a stage: a bar with rate and time left on a terminal, a line now and then elsewhere; on standard error.
final class Progress {
    private let stage: String
    private let unit: String
    private let total: Int
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastShown: ContinuousClock.Instant?
    private var done = 0
    private var isFinished = false

    /// Begins a stage of so many units, which are frames or steps.
    init(_ stage: String, _ unit: String, total: Int) {
        self.stage = stage
        self.unit = unit
        self.total = total
        show(force: isTerminal)
    }

    /// Says how many units are done.
    func advance(to done: Int) {
        self.done = done
        show(force: false)
    }

    // A stage that breaks off leaves its bar; what is said next begins on a line of its own.
    deinit {
        if isTerminal, !isFinished { write("\n") }
    }

    /// Ends the stage.
    func finish() {
        isFinished = true
        let seconds = elapsed
        let rate = seconds > 0 ? Double(done) / seconds : 0
        write(
            (isTerminal ? "\r\u{1B}[K" : "") + "\(stage): \(done) \(unit) in \(Self.time(seconds))"
                + (done > 1 ? String(format: " (%.1f %@/s)", rate, unit) : "") + "\n")
    }

    private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func show(force: Bool) {
        let now = ContinuousClock.now
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
        if !force, now - (lastShown ?? start) < pause { return }
        lastShown = now
        let known = max(total, done)
        var line = "\(stage): \(done)/\(known) \(unit)"
        if done > 0, elapsed > 0 {
            let rate = Double(done) / elapsed
            line += String(format: ", %.1f/s, ", rate) + Self.time(Double(known - done) / rate) + " left"
        }
        if isTerminal {
            let filled = known > 0 ? done * 24 / known : 0
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
            write("\r\u{1B}[K\(bar) \(line)")
        } else {
            write(line + "\n")
        }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    /// Seconds as people say them.
    private static func time(_ seconds: Double) -> String {
        if seconds < 60 { return String(format: "%.1f s", seconds) }
        let whole = Int(seconds.rounded())
        return whole < 3600
            ? String(format: "%d:%02d min", whole / 60, whole % 60)
            : String(format: "%d:%02d h", whole / 3600, whole / 60 % 60)
    }
}

/// Shows on the terminal how far a run is.
final class RunProgress {
    private var current: Progress?

    /// Shows an event.
    func show(_ event: RunEvent) {
        switch event {
        case .began(let stage, let unit, let total): current = Progress(stage, unit, total: total)
        case .advanced(let done): current?.advance(to: done)
        case .ended:
            current?.finish()
            current = nil
        case .note(let text): print(text.printable)
        }
    }

    /// Leaves the bar of a stage that breaks off; what is said next begins on a line of its own.
    func breakOff() { current = nil }
}
