import ArgumentParser
import DittaKit
import Foundation
import Media
import Methods
import Tensors

/// `ditta run`: a video in, temporally consistent labels out.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Labels every frame of a video.",
        discussion: """
            Adapts the model to the first frames of the video (the warm-up), freezes it and labels all frames. Writes \
            labels/000000.png … (class ids, with a palette), classes.json, overlay.mp4 and report.json; with \
            --save-targets also targets/, what the model was taught and why.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A video file, a folder of PNG or JPEG pictures, a stream's address (rtsp://…, http://…), or - for what comes "
                + "in at the standard input.", valueName: "video"))
    var video: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where the output goes. (default: <video>-ditta beside the video)", valueName: "dir"))
    var output: String?

    @Flag(help: "Replace the output folder of an earlier run.")
    var force = false

    @Flag(help: "Go on with a run that was stopped, from its last milestone; the output is as if it had not been.")
    var resume = false

    @Option(help: ArgumentHelp("Where to begin, in seconds or frames: 12.5s, 300f.", valueName: "place"))
    var start: VideoSpan?

    @Option(help: ArgumentHelp("How long to go on from there: 60s, 500f.", valueName: "length"))
    var duration: VideoSpan?

    @Option(help: ArgumentHelp("Take one frame in so many.", valueName: "n"))
    var stride = 1

    @Option(help: "Frames that cannot be decoded: have no label, have the labels before them, or end the run.")
    var onCorrupt = VideoRun.CorruptFrames.skip

    @Option(
        help: ArgumentHelp(
            "- writes labels to the standard output, raw, after a line of JSON, in place of labels/.", valueName: "-"))
    var labels: String?

    @Flag(help: "Write no overlay video.")
    var noOverlay = false

    @Flag(help: "Write what is taught on the warm-up, and with a teacher why each object got its class.")
    var saveTargets = false

    @Option(
        help: ArgumentHelp(
            "Write what the warm-up finds to a file, for other videos of the same camera.", valueName: "file"))
    var saveAdapted: String?

    @Option(
        help: ArgumentHelp(
            "Take what an earlier warm-up found from such a file: there is none then.", valueName: "file"))
    var adapted: String?

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Method") var method: MethodArguments
    @OptionGroup(title: "Teacher") var teacher: TeacherArguments
    @OptionGroup(title: "Adaptation") var adaptation: SchemaArguments<DiTTASchema>
    @OptionGroup(title: "Affinity teacher") var affinity: SchemaArguments<AffinitySchema>

    @OptionGroup var telling: ProgressArguments

    @Option(help: ArgumentHelp("Threads to use. (default: all cores)", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): expected 1 to 1024")
        }
        guard stride > 0 else { throw ValidationError("--stride is \(stride): expected 1 or more") }
        if output == "" { throw ValidationError("--output is empty: expected the name of a folder") }
        if let labels, labels != "-" {
            throw ValidationError("--labels is \(labels): expected -, the standard output")
        }
        if resume, labels != nil || isStreamed(openable(video)) {
            throw ValidationError("--resume: what goes through a pipe comes once, so there is nothing to go on from")
        }
        if adapted != nil {
            let given = [
                ("--save-adapted", saveAdapted != nil), ("--save-targets", saveTargets),
                ("--warmup", method.length != nil),
            ]
            if let (name, _) = given.first(where: \.1) {
                throw ValidationError("\(name): with --adapted there is no warm-up")
            }
        }
        if let given = affinity.firstGiven {
            guard case .affinity = teacher.choice(method.preset) else {
                throw ValidationError("\(given) is of --teacher affinity, which is not what teaches here")
            }
        }
        guard method.method.isTaught else {
            let name = "(--method \(method.method.rawValue))"
            if let teacher = teacher.teacher {
                throw ValidationError("--teacher \(teacher.rawValue): the plain model \(name) has no teacher")
            }
            if saveTargets {
                throw ValidationError("--save-targets: the plain model \(name) is taught nothing")
            }
            for (option, path) in [("--adapted", adapted), ("--save-adapted", saveAdapted)] where path != nil {
                throw ValidationError("\(option): the plain model \(name) is not adapted")
            }
            if let given = adaptation.firstGiven {
                throw ValidationError("\(given): the plain model \(name) is not adapted")
            }
            return
        }
        if case .noTeacher = teacher.choice(method.preset) {
            do {
                try adaptation.options(method.preset).checkWithoutMasks()
            } catch let error as OptionError {
                throw ValidationError("--\(error)")
            }
        }
    }

    func run() throws {
        telling.apply()
        if let threads { Parallel.workers = threads }
        try MemoryBudget.checkAddressSpace()
        keepFreedMemory()
        let terminal = RunProgress(isQuiet: labels != nil)
        Interruption.watch { [video] signal in
            printRemark("\nError: " + terminal.remains(of: video, stoppedBy: signal) + "\n")
        }
        let isStopped: @Sendable () -> Bool = { Interruption.requested != nil }
        do {
            try finish(
                VideoRun(try settings(isStopped), try model.load(), report: terminal.show, isStopped: isStopped)())
        } catch is RunStopped {
            terminal.breakOff()
            let signal = Interruption.requested ?? SIGTERM
            printRemark("Error: " + terminal.remains(of: video, stoppedBy: signal) + "\n")
            throw ExitCode(Interruption.status(signal))
        } catch {
            terminal.breakOff()
            throw error
        }
    }

    private func settings(_ isStopped: @escaping @Sendable () -> Bool) throws -> VideoRun.Settings {
        let input = openable(video)
        let choice = MethodChoice(
            method.method, preset: method.preset, options: try adaptation.options(method.preset),
            teacher: try teacher.choice(method.preset).open(
                model.precision.precision, affinity: try affinity.options(), isStopped: isStopped))
        var settings = VideoRun.Settings(
            video: input, name: video, output: output ?? OutputFolder.besideVideo(video), method: choice,
            warmUp: try method.warmUp(ofStream: isStreamed(input)), precision: model.precision)
        (settings.force, settings.resume) = (force, resume)
        (settings.overlay, settings.saveTargets) = (!noOverlay, saveTargets)
        settings.labels = labels == nil ? .files : .standardOutput
        (settings.adapted, settings.saveAdapted) = (adapted, saveAdapted)
        settings.onCorrupt = onCorrupt
        settings.selection = FrameSelection(start: start, duration: duration, stride: stride)
        settings.arguments = Array(CommandLine.arguments.dropFirst())
        return settings
    }

    /// Says what there is to look at, and what is missing.
    private func finish(_ outcome: VideoRun.Outcome) throws {
        let folder = outcome.folder
        func say(_ line: String) throws {
            guard labels == nil else { return printRemark(line + "\n") }
            try printResult(line, kept: "the output is complete in \(folder)")
        }
        try say("\(outcome.frames) frames labelled in \(folder)")
        if let plain = outcome.plainFlicker, let adapted = outcome.flicker, method.method.isTaught {
            try say(String(format: "flicker: %.2f %% of pixels a frame, %.2f %% for the plain model", adapted, plain))
        }
        if !noOverlay { try say("overlay: \(folder)/overlay.mp4") }
        if saveTargets { try say("targets: \(folder)/targets, pictures of them in \(folder)/targets/pictures") }
        try say("report: \(folder)/report.json")
        guard !outcome.losses.isEmpty else { return }
        for loss in outcome.losses { printRemark("Warning: \(loss)\n") }
        throw ExitCode(Self.incomplete)
    }

    /// The exit status of a run whose result is complete but for frames that the source has and that could not be decoded.
    private static let incomplete: Int32 = 3
}

extension VideoRun.CorruptFrames: ExpressibleByArgument {}
