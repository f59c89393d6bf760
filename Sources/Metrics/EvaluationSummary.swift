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

/// Encodes to a flat object whose undefined values are `null`, so that programs find every key every time.
extension EvaluationSummary: Encodable {
    private enum Key: String, CodingKey {
        case videos, frames, pixelAccuracy, classes
        case meanIoU = "mIoU"
        case strictMeanIoU = "mIoUStrict"
        case weightedIoU = "wIoU"
        case predictionFlicker = "flicker"
        case truthFlicker = "flickerTruth"
        case consistency8 = "mVC8"
        case consistency8WithoutVoid = "mVC8WithoutVoid"
        case consistency8Strict = "mVC8Strict"
        case consistency8Windows = "mVC8Windows"
        case consistency16 = "mVC16"
        case consistency16WithoutVoid = "mVC16WithoutVoid"
        case consistency16Strict = "mVC16Strict"
        case consistency16Windows = "mVC16Windows"
    }

    /// Writes the scores under the names that papers use: `mIoU`, `mIoUStrict`, `wIoU`, `mVC8`, `mVC8Strict` and so on.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(videos, forKey: .videos)
        try values.encode(frames, forKey: .frames)
        try values.encode(overlap.meanIoU, forKey: .meanIoU)
        try values.encode(overlap.strictMeanIoU, forKey: .strictMeanIoU)
        try values.encode(overlap.weightedIoU, forKey: .weightedIoU)
        try values.encode(overlap.pixelAccuracy, forKey: .pixelAccuracy)
        try values.encode(consistency8.vspw, forKey: .consistency8)
        try values.encode(consistency8.withoutVoid, forKey: .consistency8WithoutVoid)
        try values.encode(consistency8.strict, forKey: .consistency8Strict)
        try values.encode(consistency8.windows, forKey: .consistency8Windows)
        try values.encode(consistency16.vspw, forKey: .consistency16)
        try values.encode(consistency16.withoutVoid, forKey: .consistency16WithoutVoid)
        try values.encode(consistency16.strict, forKey: .consistency16Strict)
        try values.encode(consistency16.windows, forKey: .consistency16Windows)
        try values.encode(predictionFlicker, forKey: .predictionFlicker)
        try values.encode(truthFlicker, forKey: .truthFlicker)
        try values.encode(classes, forKey: .classes)
    }
}

extension EvaluationSummary.ClassScore: Encodable {
    private enum Key: String, CodingKey {
        case id, name, truthPixels, predictedPixels
        case overlap = "IoU"
    }

    /// Writes `id`, `name`, `IoU` (or `null`), `truthPixels` and `predictedPixels`.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(id, forKey: .id)
        try values.encode(name, forKey: .name)
        try values.encode(overlap, forKey: .overlap)
        try values.encode(truthPixels, forKey: .truthPixels)
        try values.encode(predictedPixels, forKey: .predictedPixels)
    }
}
