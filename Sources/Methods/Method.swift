package import Raster
import Tensors

/// A way to label a video: it looks at the warm-up, freezes, and labels frame after frame.
///
/// It is a value with its state, one for each video.
/// A run calls `observe` for each frame of the warm-up, `freeze`, then `label` for every frame from the first, and `finish`.
/// What else a method does is its own affair: it may learn while it labels, keep a teacher to the end, give labels later than
/// frames, or be warmed up again in mid-video, by `observe` and `freeze` between two calls of `label`.
package protocol Method: Sendable {
    /// The most frames of the warm-up that it looks at; nil for all.
    var warmUpLimit: Int? { get }

    /// Looks at a frame of the warm-up.
    ///
    /// - Returns: the plain model's labels of it.
    mutating func observe(_ frame: PreparedFrame) throws -> LabelMap

    /// Ends the warm-up: adapts to what was observed since the last one, starting from the published weights.
    ///
    /// - Parameter report: hears what happens; it may throw to stop.
    /// - Throws: what `report` throws, and if the warm-up was not enough, or the teacher cannot be loaded.
    mutating func freeze(_ report: (MethodEvent) throws -> Void) throws

    /// Takes the next frame of the video.
    ///
    /// - Parameters:
    ///   - frame: the frame, prepared.
    ///   - comparing: whether the plain model is asked for its labels, too, which may cost its time.
    /// - Returns: the frames whose labels are ready by now, in order: mostly the one that was given.
    /// - Throws: what keeps the method from labelling it.
    mutating func label(_ frame: PreparedFrame, comparing: Bool) throws -> [LabelledFrame]

    /// Ends the video: gives the frames whose labels were not ready yet.
    mutating func finish() throws -> [LabelledFrame]

    /// All that labels to come depend on besides the frames to come, after `freeze`.
    func state() -> MethodState

    /// Goes on from a state, as if it had labelled the frames before itself: the bytes that follow are the same.
    ///
    /// - Throws: if the state is another method's or another network's.
    mutating func restore(_ state: MethodState) throws
}

extension Method {
    package mutating func finish() throws -> [LabelledFrame] { [] }
}

/// The labels of a frame.
package struct LabelledFrame: Sendable {
    /// The frame.
    package let frame: Frame
    /// What the method says.
    package let labels: LabelMap
    /// What the plain model says, if it was asked.
    package let plain: LabelMap?
    /// What changed with it, if anything that is watched did.
    package let change: SceneChange?

    /// Pairs a frame with its labels.
    package init(frame: Frame, labels: LabelMap, plain: LabelMap?, change: SceneChange? = nil) {
        (self.frame, self.labels, self.plain, self.change) = (frame, labels, plain, change)
    }
}

/// What a frame begins.
package enum SceneChange: Sendable, Equatable {
    /// Another scene, behind a hard cut.
    case cut
    /// Frames are not like those of the warm-up any more: so far they have drifted.
    case drift(DriftAlarm.Drift)
    /// Labels by the published head, as adapting to the frames before did harm.
    case harmed(HeldOutFrames.Verdict)
}

/// What happens while a method adapts.
package enum MethodEvent {
    /// The parts of an adaptation that take time.
    package enum Phase: String, Sendable {
        /// Ways to change the picture are tried.
        case picture
        /// The teacher passes the warm-up's frames, on both ways.
        case teacher
        /// Frames are looked at again, in other views, and their regions vote.
        case targets
        /// Gradient steps.
        case adaptation
        /// The adapted head is tried on frames that it was not adapted on.
        case heldOut = "held out"
        /// Memories that trust matches more and less are tried.
        case memory
    }

    /// How pictures are changed from here on, and what was tried.
    case chose(PictureTransform, of: [PictureChoice.Candidate])
    /// Which head is frozen, and how both did on frames that were held out.
    case judged(HeldOutFrames.Verdict)
    /// How far the memory trusts matches from here on, and what was tried.
    case trusted(Float, of: [MemoryTrust.Candidate])
    /// A part begins that has so many frames or steps.
    case began(Phase, of: Int)
    /// So many of them are done.
    case advanced(Phase, done: Int)
    /// The part is through.
    case ended(Phase)
    /// What will be taught, and on which frames.
    case taught(PseudoLabels, on: [WarmUpFrame])
    /// The warm-up's frames with the logits that the head will be held to, and how these become pixels.
    case held([WarmUpFrame], FrameUpsampling)
    /// The losses of a step, by name.
    case stepped([String: Double])
}

/// What can go wrong with a method, as one sentence.
package struct MethodError: Error, CustomStringConvertible {
    package let description: String

    /// Makes an error of a whole sentence.
    package init(_ description: String) { self.description = description }
}
