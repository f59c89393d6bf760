/// Which predicted frame belongs to which frame of truth, by the names of their files alone.
package struct FramePairing: Sendable, Equatable {
    /// How the two lists were matched.
    package enum Rule: String, Sendable, Encodable {
        /// Every frame of truth has a prediction of its name; there may be predictions without truth.
        case name
        /// As many predictions as frames of truth, first to first and last to last.
        case order
    }

    /// One frame of truth and the prediction for it.
    package struct Pair: Sendable, Equatable {
        /// The place of the prediction in its list, which is the number of the frame in the video, from 0.
        package let prediction: Int
        /// The place of the truth in its list.
        package let truth: Int
    }

    /// How the two lists were matched.
    package let rule: Rule
    /// The pairs in the order of the video.
    package let pairs: [Pair]

    /// Matches the frames of one video.
    ///
    /// Equal counts are matched in order, whatever the names (`000000.png` to `0016E5_07959.png`). Fewer frames of
    /// truth than predictions are labels of some frames only, and are matched by name.
    ///
    /// - Parameters:
    ///   - predictions: names of the predicted frames, without folder and extension, in the order of the video.
    ///   - truth: names of the frames of truth, likewise.
    /// - Throws: when one of the lists is empty, when there is more truth than predictions, or when a frame of sparse
    ///   truth has no prediction of its name.
    package init(predictions: [String], truth: [String]) throws(EvaluationError) {
        guard !predictions.isEmpty, !truth.isEmpty else {
            throw EvaluationError(
                "expected label PNGs for predictions and truth, found \(predictions.count) and \(truth.count)")
        }
        guard truth.count <= predictions.count else {
            throw EvaluationError(
                "the truth has \(truth.count) frames and the predictions \(predictions.count): expected as many, or "
                    + "fewer with the names of their predictions")
        }
        if truth.count == predictions.count, Set(truth) != Set(predictions) {
            rule = .order
            pairs = truth.indices.map { Pair(prediction: $0, truth: $0) }
            return
        }
        let places = Dictionary(predictions.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [Pair] = []
        for (index, name) in truth.enumerated() {
            guard let place = places[name] else {
                throw EvaluationError(
                    "only \(truth.count) of \(predictions.count) frames have truth, which is paired by name then, but "
                        + "the truth '\(name)' has no prediction of its name")
            }
            found.append(Pair(prediction: place, truth: index))
        }
        rule = .name
        pairs = found.sorted { $0.prediction < $1.prediction }
    }
}
