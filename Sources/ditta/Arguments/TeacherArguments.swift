import ArgumentParser
import Compiled
import Methods
import Networks

/// What labels the warm-up.
struct TeacherArguments: ParsableArguments {
    /// The teachers that carry masks through the warm-up.
    enum Kind: String, ExpressibleByArgument, CaseIterable, Codable {
        /// Label propagation by local affinity; needs no other weights.
        case affinity
        /// SAM 2's video predictor; needs its weights.
        case sam2
    }

    @Option(help: "What carries masks through the warm-up; sam2 needs --teacher-model.")
    var teacher = Kind.affinity

    @Option(
        help: ArgumentHelp(
            "A SAM 2 or 2.1: a Hugging Face folder or Meta's .pt file; 'ditta inspect' tells whether one fits.",
            valueName: "path"))
    var teacherModel: String?

    @Option(
        help: ArgumentHelp(
            "The side of SAM 2's input in pixels, a multiple of 32 from 64 to 2048: half of it is some eight times as fast, "
                + "and coarser. (default: the model's, 1024)", valueName: "n"))
    var teacherSize: Int?

    @Option(
        help: ArgumentHelp(
            "How many frames SAM 2 remembers of an object, the prompted one among them: fewer are faster. "
                + "(default: the model's, 7)", valueName: "n"))
    var teacherMemory: Int?

    func validate() throws {
        switch teacher {
        case .affinity:
            let given = [
                ("--teacher-model", teacherModel != nil), ("--teacher-size", teacherSize != nil),
                ("--teacher-memory", teacherMemory != nil),
            ]
            if let (name, _) = given.first(where: \.1) {
                throw ValidationError("\(name) is of --teacher sam2; the affinity teacher has no such thing")
            }
        case .sam2:
            guard teacherModel != nil else {
                throw ValidationError(
                    "--teacher sam2 needs --teacher-model, a SAM 2 as published; docs/teacher.md says where they are")
            }
        }
        if let teacherSize, teacherSize % 32 != 0 || !(64...2048).contains(teacherSize) {
            throw ValidationError("--teacher-size is \(teacherSize): expected a multiple of 32 from 64 to 2048")
        }
        if let teacherMemory, teacherMemory < 1 {
            throw ValidationError("--teacher-memory is \(teacherMemory): expected 1 or more frames")
        }
    }

    /// The teacher asked for; its files are opened and its tensors' names and shapes checked, but no weights are read yet.
    ///
    /// - Throws: if the model is missing, broken or of another kind, or if fewer memories are there than are asked for.
    func open(_ precision: Precision, affinity: AffinityOptions) throws -> TeacherChoice {
        guard teacher == .sam2, let teacherModel else { return .affinity(affinity) }
        let file = try SAM2File(path: teacherModel)
        try file.check()
        let most = file.configuration.memory.frames
        let memories = teacherMemory ?? most
        guard memories <= most else {
            throw RunError(
                "--teacher-memory is \(memories): expected 1 to \(most), what \(teacherModel) was trained with")
        }
        return .sam2(
            TeacherChoice.SAM2(
                path: teacherModel, file: file, side: teacherSize ?? file.configuration.imageSize, memories: memories,
                precision: precision))
    }
}
