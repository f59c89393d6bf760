package import Methods

extension RunReport {
    /// What the teacher found and taught, in brief; `targets.json` has it all.
    package struct Targets: Codable, Sendable {
        /// Warm-up frames in a row without the object: the video's index of the first, how many, and why.
        package struct Lost: Codable, Sendable {
            package let frame, frames: Int
            package let reason: String
        }

        /// An object that was followed: where it was prompted, and what it became.
        package struct Object: Codable, Sendable {
            package let object, frame, x, y: Int
            package let promptedClass: String
            package let reliability: Float
            package let votedClass: String?
            package let score: Float?
            package let lost: [Lost]
        }

        /// A prompt that started nothing.
        package struct Refused: Codable, Sendable {
            package let frame, x, y: Int
            package let promptedClass: String
            package let reliability: Float
            package let reason: String
        }

        package let teacher: String
        /// The network of a teacher that has its own.
        package let teacherModel: TeacherModel?
        /// The numbers of the affinity teacher, if it was that.
        package let teacherOptions: AffinityOptions?
        package let objects: [Object]
        package let refused: [Refused]
        /// The share of the warm-up's pixels under masks.
        package let coverage: Double

        /// Sums up what a teacher found; `classes` are the names of the classes.
        package init(_ labels: PseudoLabels, teacher: any Teacher, classes: [String]) {
            self.teacher = teacher.name
            teacherModel = teacher.model
            teacherOptions = (teacher as? AffinityTeacher)?.options
            objects = labels.tracks.prompts.map { prompt in
                let vote = labels.votes.first { $0.object == prompt.object }
                return Object(
                    object: prompt.object, frame: labels.frames[prompt.frame], x: prompt.x, y: prompt.y,
                    promptedClass: classes[prompt.classID], reliability: prompt.reliability,
                    votedClass: vote.map { classes[$0.classID] }, score: vote?.best,
                    lost: labels.tracks.gaps(of: prompt.object).map { gap in
                        Lost(
                            frame: labels.frames[gap.frames.lowerBound], frames: gap.frames.count, reason: gap.reason)
                    })
            }
            refused = labels.tracks.refusals.map { refusal in
                Refused(
                    frame: labels.frames[refusal.prompt.frame], x: refusal.prompt.x, y: refusal.prompt.y,
                    promptedClass: classes[refusal.prompt.classID], reliability: refusal.prompt.reliability,
                    reason: refusal.reason)
            }
            coverage = labels.coverage
        }
    }
}
