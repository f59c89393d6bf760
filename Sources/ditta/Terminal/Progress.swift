import ArgumentParser
import Checkpoints
import DittaKit
import Foundation
import Synchronization

/// For whom progress is told.
enum ProgressStyle: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// People: a bar on a terminal, a line now and then elsewhere.
    case text
    /// Programs: a line of JSON at a stage's beginning and end, and once a second between.
    case json
}

/// The option of all commands that take long.
struct ProgressArguments: ParsableArguments {
    @Option(
        help:
            "For whom progress is told on the standard error: people, or programs, a line of JSON for each piece of news."
    )
    var progress = ProgressStyle.text

    /// Makes all stages to come tell it so.
    func apply() { Progress.style.withLock { $0 = progress } }
}

/// Progress of a stage, with rate and time left, on standard error.
final class Progress {
    /// A line for programs.
    private struct Line: Encodable {
        let stage, unit: String
        let done: Int
        let total: Int?
        /// Since the stage began, and till it ends at the rate so far.
        let seconds: Double
        let left: Double?
        let ended: Bool
        let note: String?
    }

    /// For whom all stages tell it.
    fileprivate static let style = Mutex(ProgressStyle.text)

    private let isJSON = Progress.style.withLock { $0 == .json }
    private let stage: String
    private let unit: String
    /// How many units there are, if that is known.
    private var total: Int?
    private let start = ContinuousClock.now
    private lazy var isTerminal = !isJSON && isatty(STDERR_FILENO) == 1
    private var lastShown: ContinuousClock.Instant?
    private var done = 0
    private var isFinished = false

    /// Begins a stage of so many units, which are frames or steps.
    init(_ stage: String, _ unit: String, total: Int?) {
        self.stage = stage
        self.unit = unit
        self.total = total
        show(force: isTerminal || isJSON)
    }

    /// Says how many units are done, and of how many, where that is known only now.
    func advance(to done: Int, of total: Int? = nil) {
        self.done = done
        self.total = total ?? self.total
        show(force: false)
    }

    /// Says something besides, on a line of its own.
    func say(_ text: String) {
        guard !isJSON else { return tell(note: text) }
        printRemark((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
        if isTerminal { show(force: true) }
    }

    // A stage that breaks off leaves its bar; what is said next begins on a line of its own.
    deinit {
        if isTerminal, !isFinished { printRemark("\n") }
    }

    /// Ends the stage.
    func finish() {
        isFinished = true
        guard !isJSON else { return tell(ended: true) }
        let seconds = elapsed
        let rate = seconds > 0 ? Double(done) / seconds : 0
        printRemark(
            (isTerminal ? "\r\u{1B}[K" : "") + "\(stage): \(done) \(unit) in \(Self.time(seconds))"
                + (done > 1 ? String(format: " (%.1f %@/s)", rate, unit) : "") + "\n")
    }

    private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func show(force: Bool) {
        let now = ContinuousClock.now
        let pause: Duration = isTerminal ? .milliseconds(100) : isJSON ? .seconds(1) : .seconds(10)
        if !force, now - (lastShown ?? start) < pause { return }
        lastShown = now
        guard !isJSON else { return tell() }
        let known = total.map { max($0, done) }
        var line = "\(stage): \(done)\(known.map { "/\($0)" } ?? "") \(unit)"
        if done > 0, elapsed > 0 {
            let rate = Double(done) / elapsed
            line += String(format: ", %.1f/s", rate)
            if let known { line += ", " + Self.time(Double(known - done) / rate) + " left" }
        }
        if isTerminal {
            let filled = known.map { $0 > 0 ? done * 24 / $0 : 0 } ?? 0
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
            printRemark("\r\u{1B}[K\(known == nil ? "" : bar + " ")\(line)")
        } else {
            printRemark(line + "\n")
        }
    }

    private func tell(ended: Bool = false, note: String? = nil) {
        let known = total.map { max($0, done) }
        let left = known.flatMap { done > 0 ? Double($0 - done) * elapsed / Double(done) : nil }
        let line = Line(
            stage: stage, unit: unit, done: done, total: known, seconds: elapsed, left: ended ? nil : left,
            ended: ended, note: note)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else { return }
        printRemark(String(decoding: data, as: UTF8.self) + "\n")
    }

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
final class RunProgress: Sendable {
    private struct Contents {
        var current: Progress?
        var labelled = 0
        var isLabelling = false
        /// Where the run writes to, and whether it can be resumed there.
        var folder: (path: String, resumable: Bool)?
    }

    private let contents = Mutex(Contents())
    /// Whether the standard output is for labels.
    private let isQuiet: Bool

    /// Begins; `isQuiet` leaves the standard output to labels.
    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Shows an event.
    func show(_ event: RunEvent) {
        switch event {
        case .opened(let path, let resumable): contents.withLock { $0.folder = (path, resumable) }
        case .began(let stage, let unit, let total):
            contents.withLock {
                $0.current = Progress(stage, unit, total: total)
                $0.isLabelling = stage == "labelling"
            }
        case .advanced(let done):
            contents.withLock {
                $0.current?.advance(to: done)
                if $0.isLabelling { $0.labelled = done }
            }
        case .ended:
            contents.withLock {
                $0.current?.finish()
                $0.current = nil
            }
        // What is lost here is told at the end, where the summary goes to the same stream.
        case .note(let text):
            if isQuiet { printRemark(text.printable + "\n") } else { try? printResult(text.printable) }
        }
    }

    /// Leaves the bar of a stage that breaks off; what is said next begins on a line of its own.
    func breakOff() { contents.withLock { $0.current = nil } }

    /// What is left of a run that ends before its end: how many frames are labelled, and how it goes on.
    func remains(of video: String, stoppedBy signal: Int32) -> String {
        let (labelled, folder) = contents.withLock { ($0.labelled, $0.folder) }
        let kept =
            labelled > 0 && folder != nil
            ? "\(labelled) frames are labelled, complete in \(folder?.path ?? "")/labels" : "no frame was labelled yet"
        let isLeft = folder.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
        let advice = isLeft && folder?.resumable == true ? "; the same command with --resume goes on" : ""
        return "\(video): stopped by \(Interruption.name(signal)); \(kept)\(advice)"
    }
}
