import Compiled
import Dense
import Foundation
import Media
import Methods
import Metrics
import Networks
import Raster
import Tensors

/// What to run.
struct RunSettings {
    let video, output: String
    let force, overlay, saveTargets: Bool
    let method: MethodArguments.Method
    let preset: DiTTASchema.Preset
    let teacher: TeacherChoice
    let warmUp: WarmUpPlan
    let options: DiTTAOptions
    let precision: Precision
}

/// One run: frames → network → teacher → targets → adaptation → frozen network → labels.
struct VideoRun {
    private let settings: RunSettings
    private let model: (network: SegFormer, path: String)

    init(_ settings: RunSettings, _ model: (network: SegFormer, path: String)) {
        self.settings = settings
        self.model = model
    }

    func callAsFunction() throws {
        let start = ContinuousClock.now
        let frames = try countFrames(at: settings.video)
        let reader = try openFrames(at: settings.video)
        let source = SourceModel(
            model.network, width: reader.width, height: reader.height, precision: settings.precision)
        let output = try OutputFolder(settings.output, force: settings.force)
        var labelled = 0
        do {
            var seconds = RunReport.Seconds()
            let (frozen, warmUp, shown) = try freeze(reader, source, output, frames: frames, &seconds)
            let labelling = try Labelling(
                settings, output, classNames: model.network.classNames, shown: shown, like: reader)
            let outcome = try labelling(frozen, frames: frames, count: &labelled)
            seconds.labelling = outcome.seconds
            seconds.total = (ContinuousClock.now - start) / .seconds(1)
            try output.write(report(reader, warmUp, outcome, frames, seconds), to: "report.json")
            try output.complete()
            finish(outcome, in: output.path)
        } catch is Interrupted {
            let kept =
                labelled > 0
                ? "\(labelled) frames are labelled, complete in \(output.partial)/labels" : "no frame was labelled yet"
            output.discardIfEmpty()
            throw RunError("\(settings.video): stopped by Ctrl-C; \(kept)")
        } catch {
            output.discardIfEmpty()
            throw error
        }
    }

    /// What of the warm-up goes into the report; features and targets are gone by then.
    private struct WarmUpRecord {
        var frames = 0
        var targets: RunReport.Targets?
        var losses: [StepLosses] = []
    }

    /// Warm up, then freeze: gives the frozen model, and the classes in the order the legend shows them.
    private func freeze(
        _ reader: any FrameSource, _ source: SourceModel, _ output: OutputFolder, frames: Int,
        _ seconds: inout RunReport.Seconds
    ) throws -> (FrozenModel, WarmUpRecord, shown: [Int]) {
        let seen = try watchWarmUp(reader, source, frames: frames, &seconds)
        let shown = commonClasses(seen)
        guard settings.method == .ditta else {
            return (FrozenModel(source, adapted: nil, options: settings.options), WarmUpRecord(), shown)
        }
        let labels = try pseudoLabels(seen, &seconds)
        let names = WarmUpNames(
            classes: model.network.classNames, stride: settings.warmUp.stride(of: frames))
        if settings.saveTargets {
            try TargetFolder(labels, names, teacher: settings.teacher.kind, options: settings.options)
                .write(seen, to: output)
        }
        let start = ContinuousClock.now
        let progress = Progress("adaptation", "steps", total: settings.options.passes * seen.count)
        let (model, losses) = try adapt(source, to: seen, teaching: labels.targets, options: settings.options) {
            done, _ in
            try Interruption.check()
            progress.advance(to: done)
        }
        progress.finish()
        seconds.adaptation = (ContinuousClock.now - start) / .seconds(1)
        let record = WarmUpRecord(
            frames: seen.count, targets: RunReport.Targets(labels, names, teacher: settings.teacher),
            losses: losses)
        return (FrozenModel(source, adapted: model, options: settings.options), record, shown)
    }

    /// Lets the teacher label the warm-up frames; it is gone afterwards.
    private func pseudoLabels(
        _ frames: [WarmUpFrame], _ seconds: inout RunReport.Seconds
    ) throws -> PseudoLabels {
        let start = ContinuousClock.now
        let progress = Progress("teacher", "frames", total: 2 * frames.count)
        let labels = try PseudoLabels(
            frames, teacher: try settings.teacher.teacher(of: frames), options: settings.options
        ) { done, _ in
            try Interruption.check()
            progress.advance(to: done)
        }
        progress.finish()
        // The teacher may have taken gigabytes, and nothing after it does.
        giveBackFreedMemory()
        seconds.teacher = (ContinuousClock.now - start) / .seconds(1)
        return labels
    }

    /// Reads the warm-up's frames and lets the source model look at them; for the plain model one will do.
    private func watchWarmUp(
        _ reader: any FrameSource, _ source: SourceModel, frames: Int, _ seconds: inout RunReport.Seconds
    ) throws -> [WarmUpFrame] {
        let start = ContinuousClock.now
        let length = settings.method == .iss ? 1 : settings.warmUp.length(of: frames)
        let stride = settings.warmUp.stride(of: frames)
        let progress = Progress("warm-up", "frames", total: (length + stride - 1) / stride)
        var seen: [WarmUpFrame] = []
        while let frame = try reader.next(), frame.index < length {
            try Interruption.check()
            guard frame.index % stride == 0 else { continue }
            seen.append(source.observe(frame.image))
            progress.advance(to: seen.count)
        }
        guard !seen.isEmpty else { throw RunError("\(settings.video): has no frame that can be decoded") }
        progress.finish()
        if stride > 1, settings.method == .ditta {
            print(
                "warm-up: \(seen.count) of its \(length) frames are adapted on, one in \(stride); --warmup-max sets the most"
            )
        }
        seconds.warmUpFrames = (ContinuousClock.now - start) / .seconds(1)
        return seen
    }

    /// The classes the source sees in the warm-up, the most frequent first, then the others: the legend's order.
    private func commonClasses(_ warmUp: [WarmUpFrame]) -> [Int] {
        var counts = [Int](repeating: 0, count: model.network.classNames.count)
        for frame in warmUp {
            for label in frame.prediction.labels.labels { counts[Int(label)] += 1 }
        }
        return counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
    }

    private func report(
        _ reader: any FrameSource, _ warmUp: WarmUpRecord, _ outcome: Labelling.Outcome, _ frames: Int,
        _ seconds: RunReport.Seconds
    ) -> RunReport {
        let input = model.network.preprocessor.inputSize(width: reader.width, height: reader.height)
        return RunReport(
            versions: .init(
                ditta: Ditta.version, ffmpeg: ffmpegVersion, openBLAS: blasConfiguration,
                oneDNN: oneDNNVersion),
            arguments: Array(CommandLine.arguments.dropFirst()), method: settings.method,
            preset: settings.preset, options: settings.options,
            source: .init(
                path: settings.video, width: reader.width, height: reader.height, frames: outcome.frames,
                averageFrameRate: reader.averageFrameRate, damagedPackets: outcome.damagedPackets),
            model: .init(
                path: model.path, classes: model.network.classNames.count, inputWidth: input.width,
                inputHeight: input.height),
            warmUp: .init(
                share: settings.warmUp.share, frames: min(settings.warmUp.length(of: frames), outcome.frames),
                stride: settings.warmUp.stride(of: frames), adapted: warmUp.frames),
            targets: warmUp.targets, losses: warmUp.losses,
            flicker: .init(plain: outcome.plainFlicker, adapted: outcome.adaptedFlicker), seconds: seconds,
            framesPerSecond: Double(outcome.frames) / max(outcome.seconds, 1e-9), peakMemoryMiB: peakMemoryMiB(),
            machine: .init(
                cores: ProcessInfo.processInfo.activeProcessorCount, threads: Parallel.workers,
                precision: settings.precision,
                blasCore: blasCoreName))
    }

    private func finish(_ outcome: Labelling.Outcome, in folder: String) {
        print("\(outcome.frames) frames labelled in \(folder)")
        if let plain = outcome.plainFlicker, let adapted = outcome.adaptedFlicker, settings.method == .ditta {
            print(String(format: "flicker: %.2f %% of pixels a frame, %.2f %% for the plain model", adapted, plain))
        }
        if settings.overlay { print("overlay: \(folder)/overlay.mp4") }
        if settings.saveTargets { print("targets: \(folder)/targets, pictures of them in \(folder)/targets/pictures") }
        print("report: \(folder)/report.json")
    }
}
