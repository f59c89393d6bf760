package import Metrics

/// What `ditta eval --json` prints: the scores of an evaluation with everything that they depend on, as one flat object.
///
/// Shares are in percent, 0...100, and `null` where nothing defines them, so that programs find every key every time.
package struct EvaluationReport: Codable, Sendable {
    /// The scores of one class.
    package struct ClassScore: Codable, Sendable {
        package let id: Int
        package let name: String
        /// IoU; `null` when the class is neither in the truth nor in the prediction.
        @OrNull package var overlap: Double?
        package let truthPixels, predictedPixels: Int

        private enum CodingKeys: String, CodingKey {
            case id, name, truthPixels, predictedPixels
            case overlap = "IoU"
        }
    }

    package let predictions, truth: String
    /// Where the list of classes comes from.
    package let classesFrom: String
    package let ignoredIds: [Int]
    package let labelOffset: Int
    /// The number of frames with truth that were skipped at the start of videos.
    package let skippedFrames: Int
    /// How frames were matched: `name`, `order`, or both where videos differ.
    package let pairing: [String]
    /// What a reader should know about videos left out.
    package let notes: [String]
    /// What is so wrong with the labels that the scores mislead.
    package let warnings: [String]
    /// The number of true pixels: all, those of ignored ids, and those whose id is neither ignored nor a class's.
    package let pixels, ignoredPixels, outsidePixels: Int
    /// The ids of the last, as stored, ascending.
    package let outsideIds: [Int]
    /// The number of pixels predicted as no class, which all lie where the truth has no label.
    package let predictedOutsidePixels: Int
    package let definitions: [MetricDefinition]
    package let videos, frames: Int
    @OrNull package var meanIoU: Double?
    @OrNull package var strictMeanIoU: Double?
    @OrNull package var weightedIoU: Double?
    @OrNull package var pixelAccuracy: Double?
    @OrNull package var consistency8: Double?
    @OrNull package var consistency8WithoutVoid: Double?
    @OrNull package var consistency8Strict: Double?
    package let consistency8Windows: Int
    @OrNull package var consistency16: Double?
    @OrNull package var consistency16WithoutVoid: Double?
    @OrNull package var consistency16Strict: Double?
    package let consistency16Windows: Int
    @OrNull package var predictionFlicker: Double?
    @OrNull package var truthFlicker: Double?
    package let classes: [ClassScore]

    /// The names that papers use, where they have one.
    private enum CodingKeys: String, CodingKey {
        case predictions, truth, classesFrom, ignoredIds, labelOffset, skippedFrames, pairing, notes, warnings
        case pixels, ignoredPixels, outsidePixels, outsideIds, predictedOutsidePixels, definitions
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

    /// Writes down the scores of an evaluation.
    package init(
        predictions: String, truth: String, classesFrom: String, skippedFrames: Int, pairing: [String],
        notes: [String], warnings: [String], summary: EvaluationSummary
    ) {
        (self.predictions, self.truth, self.classesFrom) = (predictions, truth, classesFrom)
        let labels = summary.truth.labels
        (ignoredIds, labelOffset, self.skippedFrames) = (labels.ignoring.sorted(), labels.offset, skippedFrames)
        (self.pairing, self.notes, self.warnings) = (pairing, notes, warnings)
        (pixels, ignoredPixels) = (summary.truth.all, summary.truth.ignored)
        (outsidePixels, outsideIds) = (summary.truth.outside, summary.truth.outsideIds)
        (predictedOutsidePixels, definitions) = (summary.predictedOutside, MetricDefinition.all)
        (videos, frames) = (summary.videos, summary.frames)
        let (overlap, eight, sixteen) = (summary.overlap, summary.consistency8, summary.consistency16)
        (meanIoU, strictMeanIoU) = (overlap.meanIoU, overlap.strictMeanIoU)
        (weightedIoU, pixelAccuracy) = (overlap.weightedIoU, overlap.pixelAccuracy)
        (consistency8, consistency8WithoutVoid) = (eight.vspw, eight.withoutVoid)
        (consistency8Strict, consistency8Windows) = (eight.strict, eight.windows)
        (consistency16, consistency16WithoutVoid) = (sixteen.vspw, sixteen.withoutVoid)
        (consistency16Strict, consistency16Windows) = (sixteen.strict, sixteen.windows)
        (predictionFlicker, truthFlicker) = (summary.predictionFlicker, summary.truthFlicker)
        classes = summary.classes.map {
            ClassScore(
                id: $0.id, name: $0.name, overlap: $0.overlap, truthPixels: $0.truthPixels,
                predictedPixels: $0.predictedPixels)
        }
    }
}

/// A value that is written as `null` where there is none, instead of being left out.
@propertyWrapper
package struct OrNull<Value: Codable & Sendable>: Codable, Sendable {
    package var wrappedValue: Value?

    package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}
