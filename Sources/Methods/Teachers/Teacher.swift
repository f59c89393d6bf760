package import Compiled
package import Raster

/// A propagation teacher: turns points into masks and carries masks through the warm-up frames.
///
/// It sees the warm-up frames only and is freed before the frozen phase.
/// Source: DiTTA's use of SAM 2 (method steps 11 and 12).
package protocol Teacher: Sendable {
    /// What it is called: `affinity`, `sam2`.
    var name: String { get }
    /// The network of a teacher that has its own.
    var model: TeacherModel? { get }

    /// Begins to follow objects through a clip of at least one frame; what is loaded for it is gone with the tracker.
    ///
    /// - Throws: if its weights cannot be read.
    func makeTracker(over frames: [WarmUpFrame]) throws -> any Tracker
}

/// Finds several objects from frame to frame: forward, where prompts start them, then back.
package protocol Tracker {
    /// Moves on to a frame, next to the last one in the current direction of time.
    ///
    /// On the way back, an object is reset to its prompt's mask on the frame it was prompted on.
    ///
    /// - Returns: what is found there of every object that was started.
    mutating func advance(to frame: Int) -> [Int: Finding]

    /// Starts an object at a prompt on the current frame, unless nothing is found there; then the object's number is free
    /// for the next prompt.
    mutating func start(_ prompt: Prompt) -> Finding

    /// Starts objects with given masks on the current frame.
    mutating func start(_ masks: [Int: Mask], on frame: Int)

    /// Turns round at the frame of the last prompt: frames before it come next.
    ///
    /// - Parameters:
    ///   - frame: The frame; others after it may have been seen.
    ///   - masks: What was found there on the way forward.
    /// - Returns: what the way back finds there of every object that was started.
    mutating func turnBack(at frame: Int, masks: [Int: Mask]) -> [Int: Finding]
}

/// A point that starts an object: the most reliable pixel of a class in a frame.
package struct Prompt: Sendable, Equatable {
    /// The index of the object it starts.
    package let object: Int
    /// The index of the frame among the warm-up frames.
    package let frame: Int
    /// The class the source model sees there.
    package let classID: Int
    /// The column of the pixel.
    package let x: Int
    /// The row of the pixel.
    package let y: Int
    /// The reliability there, 0...1.
    package let reliability: Float

    /// Makes a prompt.
    package init(object: Int, frame: Int, classID: Int, x: Int, y: Int, reliability: Float) {
        (self.object, self.frame, self.classID) = (object, frame, classID)
        (self.x, self.y, self.reliability) = (x, y, reliability)
    }
}

/// What a teacher finds of an object on a frame: a mask, or why there is none.
package enum Finding: Sendable, Equatable {
    /// The object's pixels, at least one.
    case mask(Mask)
    /// There is nothing to be trusted. The reason is for people: "covers 97 % of the frame".
    case nothing(reason: String)

    /// The mask; or, of a mask without pixels as of nothing, the reason.
    var result: (mask: Mask?, reason: String) {
        switch self {
        case .mask(let mask): mask.isEmpty ? (nil, "its mask is empty") : (mask, "")
        case .nothing(let reason): (nil, reason)
        }
    }
}

/// The network that a teacher has of its own, for reports.
package struct TeacherModel: Sendable, Codable, Equatable {
    /// The file or folder.
    package let path: String
    /// The side of its input in pixels.
    package let inputSize: Int
    /// How many frames it remembers of an object, the prompted one among them.
    package let memories: Int
    /// What it multiplies.
    package let precision: Precision

    /// Describes a network.
    package init(path: String, inputSize: Int, memories: Int, precision: Precision) {
        (self.path, self.inputSize, self.memories, self.precision) = (path, inputSize, memories, precision)
    }
}
