import Compiled
import Methods

extension RunReport {
    /// What the teacher found and taught, in brief; `targets.json` has it all.
    struct Targets: Encodable {
        /// Warm-up frames in a row without the object: the video's index of the first, how many, and why.
        struct Lost: Encodable {
            let frame, frames: Int
            let reason: String
        }

        struct Object: Encodable {
            let object, frame, x, y: Int
            let promptedClass: String
            let reliability: Float
            let votedClass: String?
            let score: Float?
            let lost: [Lost]
        }

        /// A prompt that started nothing.
        struct Refused: Encodable {
            let frame, x, y: Int
            let promptedClass: String
            let reliability: Float
            let reason: String
        }

        /// The network of a teacher that has its own.
        struct TeacherModel: Encodable {
            let path: String
            /// The side of its input in pixels.
            let inputSize: Int
            /// How many frames it remembers of an object, the prompted one among them.
            let memories: Int
            let precision: Precision

            init?(_ teacher: TeacherChoice) {
                guard case .sam2(let sam2) = teacher else { return nil }
                (path, inputSize, memories, precision) = (sam2.path, sam2.side, sam2.memories, sam2.precision)
            }
        }

        let teacher: TeacherArguments.Kind
        let teacherModel: TeacherModel?
        /// The numbers of the affinity teacher, if it was that.
        let teacherOptions: AffinityOptions?
        let objects: [Object]
        let refused: [Refused]
        /// The share of the warm-up's pixels under masks.
        let coverage: Double

        init(_ labels: PseudoLabels, _ names: WarmUpNames, teacher: TeacherChoice) {
            self.teacher = teacher.kind
            teacherModel = TeacherModel(teacher)
            teacherOptions = if case .affinity(let options) = teacher { options } else { nil }
            objects = labels.tracks.prompts.map { prompt in
                let vote = labels.votes.first { $0.object == prompt.object }
                return Object(
                    object: prompt.object, frame: names.frame(prompt.frame), x: prompt.x, y: prompt.y,
                    promptedClass: names.classes[prompt.classID], reliability: prompt.reliability,
                    votedClass: vote.map { names.classes[$0.classID] }, score: vote?.best,
                    lost: labels.tracks.gaps(of: prompt.object).map { gap in
                        Lost(frame: names.frame(gap.frames.lowerBound), frames: gap.frames.count, reason: gap.reason)
                    })
            }
            refused = labels.tracks.refusals.map { refusal in
                Refused(
                    frame: names.frame(refusal.prompt.frame), x: refusal.prompt.x, y: refusal.prompt.y,
                    promptedClass: names.classes[refusal.prompt.classID], reliability: refusal.prompt.reliability,
                    reason: refusal.reason)
            }
            coverage = labels.coverage
        }
    }
}
