import ArgumentParser
import DittaKit
import Methods

/// What labels the warm-up.
struct TeacherArguments: ParsableArguments {
    /// The teachers that carry masks through the warm-up.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        /// No masks: views and regions alone say what is taught.
        case none
        /// Label propagation by local affinity; needs no other weights.
        case affinity
        /// SAM 2's video predictor; needs its weights.
        case sam2
    }

    @Option(
        help: ArgumentHelp(
            "What carries masks through the warm-up; sam2 needs --teacher-model. (default: balanced none; reference, "
                + "paper affinity)"))
    var teacher: Kind?

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
        case nil, .none?, .affinity:
            let given = [
                ("--teacher-model", teacherModel != nil), ("--teacher-size", teacherSize != nil),
                ("--teacher-memory", teacherMemory != nil),
            ]
            if let (name, _) = given.first(where: \.1) {
                throw ValidationError("\(name) is of --teacher sam2; no other has such a thing")
            }
        case .sam2:
            guard teacherModel != nil else {
                throw ValidationError(
                    "--teacher sam2 needs --teacher-model, a SAM 2 as published; docs/teacher.md says where they are")
            }
        }
        do {
            try choice(.balanced).checkNumbers()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// The teacher asked for, or a preset's.
    func choice(_ preset: DiTTASchema.Preset) -> TeacherChoice {
        switch teacher {
        case nil: .usual(preset)
        case .none?: .noTeacher
        case .affinity: .affinity
        case .sam2: .sam2(path: teacherModel ?? "", size: teacherSize, memory: teacherMemory)
        }
    }
}
