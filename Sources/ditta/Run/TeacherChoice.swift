import Compiled
import Methods
import Networks

/// The teacher of a run, before there are frames.
enum TeacherChoice {
    case affinity(AffinityOptions)
    case sam2(SAM2)

    /// A SAM 2 that is not loaded yet.
    struct SAM2 {
        let path: String
        let file: SAM2File
        let side, memories: Int
        let precision: Precision
    }

    var kind: TeacherArguments.Kind {
        switch self {
        case .affinity: .affinity
        case .sam2: .sam2
        }
    }

    /// The teacher of a clip's frames; what it loads is gone with it.
    ///
    /// - Throws: if its weights cannot be read, or an option of it is out of its range.
    func teacher(of frames: [WarmUpFrame]) throws -> any Teacher {
        switch self {
        case .affinity(let options): try AffinityTeacher(frames: frames, options: options)
        case .sam2(let choice):
            SAM2Teacher(
                try choice.file.load(side: choice.side, precision: choice.precision), frames: frames,
                memories: choice.memories, isStopped: { Interruption.isRequested })
        }
    }
}
