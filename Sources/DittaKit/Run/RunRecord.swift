import Methods
import Raster
import Reports

/// What a run's warm-up leaves behind for the report and the legend: features and targets are gone by then.
///
/// It hears what the method does, tells how far it is, and writes targets if they are asked for.
final class RunRecord {
    /// The frames observed so far.
    private(set) var observed = 0
    private(set) var targets: RunReport.Targets?
    private(set) var losses: [[String: Double]] = []
    var seconds = RunReport.Seconds()

    private let settings: VideoRun.Settings
    private let classNames: [String]
    private let output: OutputFolder
    private let report: (RunEvent) -> Void
    private let isStopped: @Sendable () -> Bool
    private var pixels: [Int]
    private var phaseStart = ContinuousClock.now

    init(
        _ settings: VideoRun.Settings, classNames: [String], _ output: OutputFolder,
        report: @escaping (RunEvent) -> Void, isStopped: @escaping @Sendable () -> Bool
    ) {
        (self.settings, self.classNames, self.output) = (settings, classNames, output)
        (self.report, self.isStopped) = (report, isStopped)
        pixels = [Int](repeating: 0, count: classNames.count)
    }

    /// Counts the classes of the plain model's labels of a warm-up frame.
    func count(_ labels: LabelMap) {
        observed += 1
        for label in labels.labels { pixels[Int(label)] += 1 }
    }

    /// The classes the plain model sees in the warm-up, the most frequent first, then the others: the legend's order.
    var commonClasses: [Int] {
        pixels.indices.sorted { pixels[$0] != pixels[$1] ? pixels[$0] > pixels[$1] : $0 < $1 }
    }

    /// Hears what a method does.
    ///
    /// - Throws: when the run is to stop, or targets cannot be written.
    func hear(_ event: MethodEvent) throws {
        if isStopped() { throw RunInterruption() }
        switch event {
        case .began(let phase, let count):
            phaseStart = .now
            report(.began(phase.rawValue, unit: phase == .teacher ? "frames" : "steps", of: count))
        case .advanced(_, let done):
            report(.advanced(to: done))
        case .ended(let phase):
            let elapsed = (ContinuousClock.now - phaseStart) / .seconds(1)
            switch phase {
            case .teacher: seconds.teacher = elapsed
            case .adaptation: seconds.adaptation = elapsed
            }
            report(.ended)
        case .taught(let labels, let frames):
            targets = RunReport.Targets(labels, teacher: settings.method.teacher, classes: classNames)
            guard settings.saveTargets else { return }
            try TargetFolder(
                labels, teacher: settings.method.teacher.name, classes: classNames, options: settings.method.options
            ).write(frames, to: output, report: report, isStopped: isStopped)
        case .stepped(let step):
            losses.append(step)
        }
    }
}
