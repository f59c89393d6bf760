/// The scores of an evaluation.
///
/// All shares are in percent, 0...100, and `nil` where nothing defines them.
package struct EvaluationSummary: Sendable, Equatable {
    /// The number of videos with an evaluated frame.
    package let videos: Int
    /// The number of evaluated frames, all videos together.
    package let frames: Int
    /// mIoU, its strict variant, wIoU and pixel accuracy.
    package let overlap: Overlap
    /// mVC8: video consistency over windows of 8 frames.
    package let consistency8: Consistency
    /// mVC16: video consistency over windows of 16 frames.
    package let consistency16: Consistency
    /// The share of pixels whose prediction changes from one frame to the next.
    package let predictionFlicker: Double?
    /// The share of pixels whose truth changes from one frame to the next.
    package let truthFlicker: Double?
    /// What became of the true pixels.
    package let truth: TruthPixels
    /// The number of pixels predicted as no class; all lie where the truth is void.
    package let predictedOutside: Int
    /// The scores of each class, in the order of the ids.
    package let classes: [ClassScore]

    /// Video consistency (mVC) over windows of one length.
    package struct Consistency: Sendable, Equatable {
        /// The number of windows scored, all videos together.
        package let windows: Int
        /// VSPW's mVC: constant prediction where the truth is constant; a constant wrong class scores 100.
        package let vspw: Double?
        /// The same with the pixels of void truth left out.
        package let withoutVoid: Double?
        /// Constant **and right** prediction where the truth is constant and valid.
        package let strict: Double?
    }

    /// The scores of one class.
    package struct ClassScore: Sendable, Equatable {
        /// The id of the class.
        package let id: Int
        /// The name of the class.
        package let name: String
        /// Its IoU; `nil` when it is neither in the truth nor in the prediction.
        package let overlap: Double?
        /// The number of its pixels in the truth.
        package let truthPixels: Int
        /// The number of valid pixels predicted as it.
        package let predictedPixels: Int
    }
}

extension EvaluationSummary.Consistency {
    init(_ score: VideoConsistency.Score) {
        windows = score.vspw.windows
        vspw = score.vspw.percent
        withoutVoid = score.withoutVoid.percent
        strict = score.strict.percent
    }
}
