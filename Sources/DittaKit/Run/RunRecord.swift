import Foundation
import Media
import Methods
import Raster
import Reports

/// What a run's warm-up leaves behind for the report and the legend: features and targets are gone by then.
///
/// It hears what the method does, tells how far it is, and writes targets if they are asked for.
final class RunRecord {
    /// What is written down when the run may be stopped.
    struct Saved: Codable {
        /// The frames observed so far.
        var observed = 0
        /// How many pixels of the warm-up the plain model gave each class.
        var pixels: [Int]
        var targets: RunReport.Targets?
        var picture: RunReport.Picture?
        var heldOut: RunReport.HeldOut?
        var memory: RunReport.Memory?
        var losses: [[String: Double]] = []
        /// The frames that scenes begin with.
        var cuts: [Int] = []
        /// Where frames were not like the warm-up's any more.
        var drifts: [RunReport.Drift] = []
        var seconds = RunReport.Seconds()
    }

    /// What is known so far.
    var saved: Saved

    private let settings: VideoRun.Settings
    private let classNames: [String]
    private let output: OutputFolder
    private let report: (RunEvent) -> Void
    private let isStopped: @Sendable () -> Bool
    /// A frame of the warm-up, to show how pictures are changed.
    private var example: Image?
    private var phaseStart = ContinuousClock.now

    init(
        _ settings: VideoRun.Settings, classNames: [String], _ output: OutputFolder,
        report: @escaping (RunEvent) -> Void, isStopped: @escaping @Sendable () -> Bool
    ) {
        (self.settings, self.classNames, self.output) = (settings, classNames, output)
        (self.report, self.isStopped) = (report, isStopped)
        saved = Saved(pixels: [Int](repeating: 0, count: classNames.count))
    }

    /// Counts the classes of the plain model's labels of a warm-up frame.
    func count(_ labels: LabelMap, of frame: Frame) {
        if example == nil { example = frame.image }
        saved.observed += 1
        for label in labels.labels { saved.pixels[Int(label)] += 1 }
    }

    /// The classes the plain model sees in the warm-up, the most frequent first, then the others: the legend's order.
    var commonClasses: [Int] { mostFrequentFirst(saved.pixels) }

    /// Hears what a method does.
    ///
    /// - Throws: when the run is to stop, or targets cannot be written.
    func hear(_ event: MethodEvent) throws {
        if isStopped() { throw RunInterruption() }
        switch event {
        case .began(let phase, let count):
            phaseStart = .now
            report(.began(phase.rawValue, unit: phase.unit, of: count))
        case .advanced(_, let done):
            report(.advanced(to: done))
        case .ended(let phase):
            let elapsed = (ContinuousClock.now - phaseStart) / .seconds(1)
            switch phase {
            case .picture: saved.seconds.picture = elapsed
            case .teacher: saved.seconds.teacher = elapsed
            case .targets: saved.seconds.targets = elapsed
            case .adaptation: saved.seconds.adaptation = elapsed
            case .heldOut: saved.seconds.heldOut = elapsed
            case .memory: saved.seconds.memory = elapsed
            }
            report(.ended)
        case .chose(let transform, let candidates):
            try note(transform, of: candidates)
        case .judged(let verdict):
            saved.heldOut = RunReport.HeldOut(verdict)
            if !verdict.isAdapted { report(.note(verdict.sentence(of: "the warm-up"))) }
        case .trusted(let factor, let candidates):
            saved.memory = RunReport.Memory(factor, of: candidates)
        case .taught(let labels, let frames):
            guard let teacher = settings.method.teacher else { return }
            saved.targets = RunReport.Targets(labels, teacher: teacher, classes: classNames)
            guard settings.saveTargets else { return }
            try TargetFolder(labels, teacher: teacher.name, classes: classNames, options: settings.method.options)
                .write(frames, to: output, report: report, isStopped: isStopped)
        case .held(let frames, let upsampling):
            guard settings.saveTargets else { return }
            try SoftTargetFolder(upsampling, classes: classNames)
                .write(frames, to: output, report: report, isStopped: isStopped)
        case .stepped(let step):
            saved.losses.append(step)
        }
    }

    /// Notes what a frame begins, and says so where labels may be worse from there on.
    func note(_ change: SceneChange, at frame: Int) {
        switch change {
        case .cut: saved.cuts.append(frame)
        case .harmed(let verdict): report(.note("frame \(frame): " + verdict.sentence(of: "the frames before")))
        case .drift(let drift):
            saved.drifts.append(RunReport.Drift(drift, at: frame))
            report(.note(drift.sentence(frame, adaptsAnew: settings.method.options.onDrift == .rewarm)))
        }
    }

    /// Says how pictures are changed, and shows it.
    private func note(_ transform: PictureTransform, of candidates: [PictureChoice.Candidate]) throws {
        saved.picture = RunReport.Picture(transform, of: candidates)
        guard transform != .asIs, let example else { return }
        func percent(_ transform: PictureTransform) -> String {
            let agreement = candidates.first { $0.transform == transform }?.agreement ?? 0
            return String(format: "%.1f %%", 100 * agreement)
        }
        report(
            .note(
                "picture: \(transform.rawValue); the model agrees with itself to \(percent(transform)), "
                    + "\(percent(.asIs)) as it is; --picture as-is leaves it alone, picture.png shows both"))
        try writeImage(example.beside(transform(example)), to: output.partial + "/picture.png")
    }
}

/// The classes by how often they were counted, equal ones in the order of their ids.
func mostFrequentFirst(_ counts: [Int]) -> [Int] {
    counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
}

extension HeldOutFrames.Verdict {
    /// Why the published head labels.
    fileprivate func sentence(of what: String) -> String {
        func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
        return "adapting did harm on the frames held out of \(what) (\(frames)): two views agree to "
            + "\(percent(adapted.agreement)), \(percent(published.agreement)) before, and of what was taught "
            + "\(percent(adapted.recall)) is found again, \(percent(published.recall)) before; so the published head labels "
            + "(--held-out 0 takes the adapted one)"
    }
}

extension DriftAlarm.Drift {
    /// What a person is told of it.
    fileprivate func sentence(_ frame: Int, adaptsAnew: Bool) -> String {
        func percent(_ share: Float) -> String { String(format: "%.0f %%", 100 * share) }
        return
            "frame \(frame): pictures are not like the warm-up's any more: the model is sure to \(percent(confidence)), there "
            + "\(percent(usualConfidence)), and \(percent(otherClasses)) of the picture has other classes; "
            + (adaptsAnew ? "the head is adapted anew" : "--on-drift rewarm adapts anew")
    }
}

extension MethodEvent.Phase {
    /// What it counts.
    fileprivate var unit: String {
        switch self {
        case .picture: "ways"
        case .teacher, .targets, .heldOut, .memory: "frames"
        case .adaptation: "steps"
        }
    }
}

extension Image {
    /// This picture at the left of another one of its size.
    func beside(_ other: Image) -> Image {
        let row = 3 * width
        var pixels: [UInt8] = []
        for y in 0..<height {
            pixels += self.pixels[y * row..<(y + 1) * row]
            pixels += other.pixels[y * row..<(y + 1) * row]
        }
        return Image(width: 2 * width, height: height, pixels: pixels)
    }
}
