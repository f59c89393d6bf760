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
    /// What becomes of frames that cannot be decoded.
    package enum CorruptFrames: String, Sendable, CaseIterable {
        /// The run ends at the first one, also if its decoder patched it up.
        case stop
        /// They have no label.
        case skip
        /// They have the labels of the frame before.
        case `repeat`
    }

    /// What to run, and where its files go.
    package struct Settings: Sendable {
        /// The video's path or address, and what it is called for people.
        package var video, name: String
        package var output: String
        /// Whether the output of an earlier run is replaced.
        package var force = false
        /// Whether a run that was stopped goes on.
        package var resume = false
        package var overlay = true
        package var labels = LabelDestination.files
        package var saveTargets = false
        /// Where what an earlier warm-up found lies, in place of one, and where what this one finds goes.
        package var adapted, saveAdapted: String?
        package var onCorrupt = CorruptFrames.skip
        package var selection = FrameSelection()
        package var method: MethodChoice
        package var warmUp: WarmUpPlan
        package var precision: ComputePrecision
        /// What was typed, for the report.
        package var arguments: [String] = []

        package init(
            video: String, name: String? = nil, output: String, method: MethodChoice, warmUp: WarmUpPlan,
            precision: ComputePrecision
        ) {
            (self.video, self.name, self.output, self.method) = (video, name ?? video, output, method)
            (self.warmUp, self.precision) = (warmUp, precision)
        }
    }

    /// How a run went.
    package struct Outcome: Sendable {
        /// The output's folder.
        package let folder: String
        /// How many frames were decoded and labelled.
        package let frames: Int
        /// The share of pixels, in percent, whose label changes from one frame to the next.
        package let plainFlicker, flicker: Double?
        /// What is wrong with the result, a sentence each; nothing if every frame of the source has its label.
        package let losses: [String]
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
        let source = try SourceVideo(settings)
        let reader = try source.open()
        let output = try OutputFolder(
            settings.output, settings.resume ? .resumed(force: settings.force) : .new(force: settings.force),
            input: settings.video)
        report(.opened(output.partial, resumable: !source.isStream && settings.labels == .files))
        let shape = SourceShape(reader)
        for note in reader.notes { report(.note(note)) }
        var labelled = 0
        do {
            // What dooms the run is found here, before the adaptation.
            if settings.overlay { try OverlayWriter.check(width: shape.width, height: shape.height) }
            // Labels of simple pictures take a byte for some two hundred pixels; others take more.
            try output.checkRoom((1 << 20) + (source.frames ?? 0) * (shape.width * shape.height / 200))
            if let path = settings.saveAdapted { try AdaptedFile(path: path).checkPlace() }
            let length =
                settings.adapted == nil
                ? settings.warmUp.length(of: source.frames ?? .max, rate: shape.averageFrameRate) : 0
            let record = RunRecord(
                settings, classNames: model.classNames, output, report: report, isStopped: isStopped)
            let budget = MemoryBudget(model.network, width: shape.width, height: shape.height)
            try budget.check()
            var session = try Session(
                model, settings.method, width: shape.width, height: shape.height, precision: settings.precision)
            let identity = try RunIdentity(settings, model, source)
            let resumed = try output.isResumed ? resume(&session, record, identity, output) : nil
            if resumed == nil { try output.write(identity, to: RunIdentity.name) }
            var held: [Frame] = []
            if let resumed {
                labelled = resumed.frames
            } else {
                held = try adapt(&session, reader, record, source, budget)
                if !source.isStream, settings.labels == .files {
                    try Milestone.reach(0, session.state(), FlickerSample(), record.saved, in: output)
                }
            }
            let labelling = try Labelling(
                settings, output, classNames: model.classNames, record, like: shape, warmUpLength: length)
            var count = 0
            defer { labelled = max(labelled, count) }
            // A stream goes on where the warm-up left it, on another thread; nobody reads it here any more.
            nonisolated(unsafe) let frames =
                try source.isStream ? ReplayedFrames(held, reader) : source.open() as any FrameSource
            let outcome = try unsafe labelling(
                session, frames, frames: source.frames,
                after: resumed ?? .init(), count: &count, report: report, isStopped: isStopped)
            try source.check()
            record.saved.seconds.labelling += outcome.seconds
            record.saved.seconds.total += (ContinuousClock.now - start) / .seconds(1)
            try output.write(runReport(shape, record, outcome, source), to: RunReport.name)
            try output.complete()
            return Outcome(
                folder: output.path, frames: outcome.frames, plainFlicker: outcome.plainFlicker,
                flicker: outcome.adaptedFlicker, losses: losses(outcome))
        } catch {
            output.discardIfEmpty()
            guard error is RunInterruption else { throw error }
            throw RunStopped(frames: labelled, folder: output.partial)
        }
    }

    /// Goes on where a run was stopped, if it had come to a milestone; else nothing is there to go on from, and nil is given.
    private func resume(
        _ session: inout Session, _ record: RunRecord, _ identity: RunIdentity, _ output: OutputFolder
    ) throws -> Labelling.Resumed? {
        try identity.check(in: output)
        guard let (milestone, state) = try Milestone.last(in: output) else {
            report(.note("the run was stopped before its warm-up had ended, which begins anew"))
            return nil
        }
        try session.restore(state)
        record.saved = milestone.record
        report(.note("going on after \(milestone.frames) frames"))
        return Labelling.Resumed(frames: milestone.frames, flicker: milestone.flicker)
    }

    /// Adapts a session on the warm-up's frames, or as an earlier warm-up found.
    ///
    /// - Returns: all frames that were read, if they come only once.
    private func adapt(
        _ session: inout Session, _ reader: any FrameSource, _ record: RunRecord, _ source: SourceVideo,
        _ budget: MemoryBudget
    ) throws -> [Frame] {
        if let path = settings.adapted {
            try session.takeAdapted(from: path)
            report(.note("no warm-up: \(path) says what an earlier one found"))
            return []
        }
        let held = try watchWarmUp(reader, &session, record, source, budget)
        try session.freeze { try record.hear($0) }
        if let path = settings.saveAdapted { try session.saveAdapted(to: path) }
        return held
    }

    /// Reads the warm-up's frames and lets the method look at them.
    ///
    /// - Returns: all frames that were read, if they come only once.
    private func watchWarmUp(
        _ reader: any FrameSource, _ session: inout Session, _ record: RunRecord, _ source: SourceVideo,
        _ budget: MemoryBudget
    ) throws -> [Frame] {
        let start = ContinuousClock.now
        let (limit, rate, frames) = (session.warmUpLimit ?? Int.max, reader.averageFrameRate, source.frames ?? .max)
        var plan = settings.warmUp
        let wanted = min(plan.count(of: frames, rate: rate), limit)
        let fitting = try budget.frames(wanted)
        if fitting < wanted {
            report(.note("warm-up: memory is short, so \(fitting) frames are adapted on and not \(wanted)"))
            plan = try plan.atMost(fitting)
        }
        let length = plan.length(of: frames, rate: rate)
        let count = min(plan.count(of: frames, rate: rate), limit)
        report(.began("warm-up", unit: "frames", of: count))
        var held: [Frame] = []
        var position = 0
        while record.saved.observed < count, position < length, let frame = try reader.next() {
            if isStopped() { throw RunInterruption() }
            if source.isStream { held.append(frame) }
            defer { position += 1 }
            guard plan.takes(position, of: frames, rate: rate) else { continue }
            record.count(try session.observe(frame), of: frame)
            report(.advanced(to: record.saved.observed))
        }
        guard record.saved.observed > 0 else {
            throw DittaError(
                "\(settings.name): has no frame that can be decoded in the warm-up, which is \(length) frames; expected one"
            )
        }
        report(.ended)
        let stride = plan.stride(of: frames, rate: rate)
        if stride > 1, limit > 1 {
            report(
                .note(
                    "warm-up: \(record.saved.observed) of its \(length) frames are adapted on, pairs of neighbours "
                        + "\(stride) frames apart; --warmup-max sets the most"))
        }
        record.saved.seconds.warmUpFrames = (ContinuousClock.now - start) / .seconds(1)
        return held
    }

    /// What of the source has no label, in sentences.
    private func losses(_ outcome: Labelling.Outcome) -> [String] {
        var sentences: [String] = []
        let lost = outcome.holes.reduce(0) { $0 + $1.last - $1.first + 1 }
        if lost > 0 {
            let ranges = outcome.holes.prefix(8).map { $0.first == $0.last ? "\($0.first)" : "\($0.first)–\($0.last)" }
            sentences.append(
                "\(lost) frames could not be decoded and have no label: \(ranges.joined(separator: ", "))"
                    + (outcome.holes.count > 8 ? " …" : "") + "; frames.csv lists them")
        }
        if outcome.promised > 0 {
            sentences.append(
                "\(settings.name) breaks off: about \(outcome.promised) more frames are promised behind frame "
                    + "\(outcome.frames + outcome.missing - 1)")
        }
        return sentences
    }

    private func runReport(
        _ shape: SourceShape, _ record: RunRecord, _ outcome: Labelling.Outcome, _ source: SourceVideo
    ) -> RunReport {
        let (method, plan, saved) = (settings.method, settings.warmUp, record.saved)
        let (frames, rate) = (source.frames ?? .max, shape.averageFrameRate)
        let input = model.network.preprocessor.inputSize(width: shape.width, height: shape.height)
        var share: Double?
        if case .share(let given) = plan.extent, settings.adapted == nil { share = given }
        return RunReport(
            versions: .init(
                ditta: dittaVersion, ffmpeg: ffmpegVersion, openBLAS: blasConfiguration, oneDNN: oneDNNVersion),
            arguments: settings.arguments, method: method.name.rawValue, preset: method.preset.rawValue,
            options: method.options,
            source: .init(
                path: settings.name, width: shape.width, height: shape.height, frames: outcome.frames,
                averageFrameRate: rate, damagedPackets: outcome.damagedPackets, missing: outcome.missing,
                promised: outcome.promised),
            model: .init(
                path: model.path, classes: model.classNames.count, inputWidth: input.width, inputHeight: input.height),
            warmUp: .init(
                share: share, frames: outcome.warmUp,
                stride: settings.adapted == nil ? plan.stride(of: frames, rate: rate) : 1,
                adapted: method.name.isTaught ? saved.observed : 0, from: settings.adapted),
            picture: saved.picture, heldOut: saved.heldOut, memory: saved.memory, targets: saved.targets,
            losses: saved.losses,
            cuts: method.name.isTaught && method.options.onCut != .ignore ? saved.cuts : nil,
            drifts: method.name.isTaught && method.options.onDrift != .ignore ? saved.drifts : nil,
            flicker: .init(plain: outcome.plainFlicker, adapted: outcome.adaptedFlicker), seconds: saved.seconds,
            peakMemoryMiB: peakMemoryMiB(),
            machine: .init(
                cores: ProcessInfo.processInfo.activeProcessorCount, threads: Parallel.workers,
                precision: settings.precision.precision, blasCore: blasCoreName))
    }
}

/// How far a run is.
package enum RunEvent: Sendable {
    /// This is the folder it writes to; whether it can be resumed there if it is stopped.
    case opened(String, resumable: Bool)
    /// A stage begins that has so many frames or steps, if that is known.
    case began(String, unit: String, of: Int?)
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
