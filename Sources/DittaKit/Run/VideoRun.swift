import Compiled
import Dense
import Foundation
import Media
import Methods
import Metrics
import Networks
import Raster
import Reports
import Tensors

/// One run: frames → network → teacher → targets → adaptation → frozen network → labels, an overlay and a report.
package struct VideoRun {
    /// What to run, and where its files go.
    package struct Settings: Sendable {
        package var video, output: String
        /// Whether the output of an earlier run is replaced.
        package var force = false
        package var overlay = true
        package var saveTargets = false
        package var method: MethodChoice
        package var warmUp: WarmUpPlan
        package var precision: ComputePrecision
        /// What was typed, for the report.
        package var arguments: [String] = []

        package init(
            video: String, output: String, method: MethodChoice, warmUp: WarmUpPlan, precision: ComputePrecision
        ) {
            (self.video, self.output, self.method) = (video, output, method)
            (self.warmUp, self.precision) = (warmUp, precision)
        }
    }

    /// How a run went.
    package struct Outcome: Sendable {
        /// The output's folder.
        package let folder: String
        package let frames: Int
        /// The share of pixels, in percent, whose label changes from one frame to the next.
        package let plainFlicker, flicker: Double?
    }

    private let settings: Settings
    private let model: Model
    private let report: (RunEvent) -> Void
    private let isStopped: @Sendable () -> Bool

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - settings: What to run, and where its files go.
    ///   - model: The network.
    ///   - report: Hears how far it is.
    ///   - isStopped: Asked between frames and steps, from any thread; if so, the run ends with `RunStopped`.
    package init(
        _ settings: Settings, _ model: Model, report: @escaping (RunEvent) -> Void,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.settings, self.model, self.report, self.isStopped) = (settings, model, report, isStopped)
    }

    /// Runs.
    ///
    /// - Throws: a sentence, if the video, the model or the output is not as expected; `RunStopped`.
    package func callAsFunction() throws -> Outcome {
        let start = ContinuousClock.now
        let frames = try countFrames(at: settings.video)
        let reader = try openFrames(at: settings.video)
        var session = try Session(
            model, settings.method, width: reader.width, height: reader.height, precision: settings.precision)
        let output = try OutputFolder(settings.output, force: settings.force)
        var labelled = 0
        do {
            let record = RunRecord(
                settings, classNames: model.classNames, output, report: report, isStopped: isStopped)
            try watchWarmUp(reader, &session, record, frames: frames)
            try session.freeze { try record.hear($0) }
            let labelling = try Labelling(
                settings, output, classNames: model.classNames, shown: record.commonClasses, like: reader)
            let outcome = try labelling(
                session, frames: frames, count: &labelled, report: report, isStopped: isStopped)
            record.seconds.labelling = outcome.seconds
            record.seconds.total = (ContinuousClock.now - start) / .seconds(1)
            try output.write(runReport(reader, record, outcome, frames), to: RunReport.name)
            try output.complete()
            return Outcome(
                folder: output.path, frames: outcome.frames, plainFlicker: outcome.plainFlicker,
                flicker: outcome.adaptedFlicker)
        } catch is RunInterruption {
            output.discardIfEmpty()
            throw RunStopped(frames: labelled, folder: output.partial)
        } catch {
            output.discardIfEmpty()
            throw error
        }
    }

    /// Reads the warm-up's frames and lets the method look at them.
    private func watchWarmUp(
        _ reader: any FrameSource, _ session: inout Session, _ record: RunRecord, frames: Int
    ) throws {
        let start = ContinuousClock.now
        let (plan, limit) = (settings.warmUp, session.warmUpLimit ?? Int.max)
        let count = min(plan.count(of: frames), limit)
        report(.began("warm-up", unit: "frames", of: count))
        while record.observed < count, let frame = try reader.next(), frame.index < plan.length(of: frames) {
            if isStopped() { throw RunInterruption() }
            guard plan.takes(frame.index, of: frames) else { continue }
            record.count(try session.observe(frame), of: frame)
            report(.advanced(to: record.observed))
        }
        guard record.observed > 0 else { throw DittaError("\(settings.video): has no frame that can be decoded") }
        report(.ended)
        let stride = plan.stride(of: frames)
        if stride > 1, limit > 1 {
            report(
                .note(
                    "warm-up: \(record.observed) of its \(plan.length(of: frames)) frames are adapted on, pairs of neighbours "
                        + "\(stride) frames apart; --warmup-max sets the most"))
        }
        record.seconds.warmUpFrames = (ContinuousClock.now - start) / .seconds(1)
    }

    private func runReport(
        _ reader: any FrameSource, _ record: RunRecord, _ outcome: Labelling.Outcome, _ frames: Int
    ) -> RunReport {
        let (method, plan) = (settings.method, settings.warmUp)
        let input = model.network.preprocessor.inputSize(width: reader.width, height: reader.height)
        return RunReport(
            versions: .init(
                ditta: dittaVersion, ffmpeg: ffmpegVersion, openBLAS: blasConfiguration, oneDNN: oneDNNVersion),
            arguments: settings.arguments, method: method.name.rawValue, preset: method.preset.rawValue,
            options: method.options,
            source: .init(
                path: settings.video, width: reader.width, height: reader.height, frames: outcome.frames,
                averageFrameRate: reader.averageFrameRate, damagedPackets: outcome.damagedPackets),
            model: .init(
                path: model.path, classes: model.classNames.count, inputWidth: input.width, inputHeight: input.height),
            warmUp: .init(
                share: plan.share, frames: min(plan.length(of: frames), outcome.frames),
                stride: plan.stride(of: frames), adapted: method.name.isTaught ? record.observed : 0),
            picture: record.picture, memory: record.memory, targets: record.targets, losses: record.losses,
            flicker: .init(plain: outcome.plainFlicker, adapted: outcome.adaptedFlicker), seconds: record.seconds,
            peakMemoryMiB: peakMemoryMiB(),
            machine: .init(
                cores: ProcessInfo.processInfo.activeProcessorCount, threads: Parallel.workers,
                precision: settings.precision.precision, blasCore: blasCoreName))
    }
}

/// How far a run is.
package enum RunEvent: Sendable {
    /// A stage begins that has so many frames or steps.
    case began(String, unit: String, of: Int)
    /// So many of the stage's are done.
    case advanced(to: Int)
    /// The stage is through.
    case ended
    /// A sentence for people.
    case note(String)
}

/// Thrown where a run is stopped from outside: what is labelled is complete.
package struct RunStopped: Error {
    /// The number of frames that are labelled.
    package let frames: Int
    /// The folder they are in; it is gone if there are none.
    package let folder: String
}

/// Thrown inside a run when it notices that it is to stop.
struct RunInterruption: Error {}

/// The most memory the program had resident so far, in MiB.
package func peakMemoryMiB() -> Double {
    var usage = rusage()
    // The constant is an enum on Linux and a number on macOS, which also counts in bytes.
    #if os(Linux)
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    #else
        _ = unsafe getrusage(RUSAGE_SELF, &usage)
        return Double(usage.ru_maxrss) / 1_048_576
    #endif
}
