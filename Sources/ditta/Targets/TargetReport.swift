import Adaptation

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

        let teacher: TeacherArguments.Kind
        let objects: [Object]
        let refused: [Refused]
        /// The share of the warm-up's pixels under masks.
        let coverage: Double

        init(_ labels: PseudoLabels, _ names: WarmUpNames, teacher: TeacherArguments.Kind) {
            self.teacher = teacher
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
