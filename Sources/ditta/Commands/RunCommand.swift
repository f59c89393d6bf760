import ArgumentParser
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

    @Flag(help: "Write what the teacher found on the warm-up and why each object got its class.")
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
        if method.method == .iss, teacher.teacher == .sam2 {
            throw ValidationError("--teacher sam2: the plain model (--method iss) has no teacher")
        }
        if teacher.teacher != .affinity, let given = affinity.firstGiven {
            throw ValidationError("\(given) is of --teacher affinity; sam2 has no such thing")
        }
        if saveTargets, method.method == .iss {
            throw ValidationError("--save-targets: the plain model (--method iss) has no teacher and so no targets")
        }
    }

    func run() throws {
        if let threads { Parallel.workers = threads }
        keepFreedMemory()
        Interruption.watch()
        let precision = model.precision.precision
        let settings = RunSettings(
            video: video, output: output ?? OutputFolder.besideVideo(video), force: force, overlay: !noOverlay,
            saveTargets: saveTargets, method: method.method, preset: method.preset,
            teacher: try teacher.open(precision, affinity: try affinity.options()),
            warmUp: method.warmUp,
            options: try adaptation.options(method.preset), precision: precision)
        try VideoRun(settings, try model.load())()
    }
}
