import ArgumentParser
import DittaKit
import Foundation
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

    @Argument(help: ArgumentHelp("A video file, or a folder of PNG or JPEG pictures.", valueName: "video"))
    var video: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where the output goes. (default: <video>-ditta beside the video)", valueName: "dir"))
    var output: String?

    @Flag(help: "Replace the output folder of an earlier run.")
    var force = false

    @Flag(help: "Write no overlay video.")
    var noOverlay = false

    @Flag(help: "Write what is taught on the warm-up, and with a teacher why each object got its class.")
    var saveTargets = false

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Method") var method: MethodArguments
    @OptionGroup(title: "Teacher") var teacher: TeacherArguments
    @OptionGroup(title: "Adaptation") var adaptation: SchemaArguments<DiTTASchema>
    @OptionGroup(title: "Affinity teacher") var affinity: SchemaArguments<AffinitySchema>

    @Option(help: ArgumentHelp("Threads to use. (default: all cores)", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): expected 1 to 1024")
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
        if let threads { Parallel.workers = threads }
        keepFreedMemory()
        Interruption.watch()
        let isStopped: @Sendable () -> Bool = { Interruption.isRequested }
        let choice = MethodChoice(
            method.method, preset: method.preset, options: try adaptation.options(method.preset),
            teacher: try teacher.choice(method.preset).open(
                model.precision.precision, affinity: try affinity.options(), isStopped: isStopped))
        var settings = VideoRun.Settings(
            video: video, output: output ?? OutputFolder.besideVideo(video), method: choice,
            warmUp: try method.warmUp(), precision: model.precision)
        (settings.force, settings.overlay, settings.saveTargets) = (force, !noOverlay, saveTargets)
        settings.arguments = Array(CommandLine.arguments.dropFirst())
        let terminal = RunProgress()
        do {
            try finish(try VideoRun(settings, try model.load(), report: terminal.show, isStopped: isStopped)())
        } catch let stopped as RunStopped {
            terminal.breakOff()
            let kept =
                stopped.frames > 0
                ? "\(stopped.frames) frames are labelled, complete in \(stopped.folder)/labels"
                : "no frame was labelled yet"
            throw DittaError("\(video): stopped by Ctrl-C; \(kept)")
        } catch {
            terminal.breakOff()
            throw error
        }
    }

    /// Says what there is to look at.
    private func finish(_ outcome: VideoRun.Outcome) throws {
        let folder = outcome.folder
        func say(_ line: String) throws { try printResult(line, kept: "the output is complete in \(folder)") }
        try say("\(outcome.frames) frames labelled in \(folder)")
        if let plain = outcome.plainFlicker, let adapted = outcome.flicker, method.method.isTaught {
            try say(String(format: "flicker: %.2f %% of pixels a frame, %.2f %% for the plain model", adapted, plain))
        }
        if !noOverlay { try say("overlay: \(folder)/overlay.mp4") }
        if saveTargets { try say("targets: \(folder)/targets, pictures of them in \(folder)/targets/pictures") }
        try say("report: \(folder)/report.json")
    }
}
