package import Raster

/// Scores predicted labels of one or many videos against their truth, frame by frame.
///
/// Feed it ``beginVideo()`` before each video and ``add(prediction:truth:)`` for each of its frames in order, warm-up
/// frames left out; ``summary`` can be read at any time. Memory is a few frames, whatever the length of the videos.
///
///     var evaluation = try Evaluation(classNames: ["road", "sky"])
///     evaluation.beginVideo()
///     for (prediction, truth) in frames { try evaluation.add(prediction: prediction, truth: truth) }
///     print(evaluation.summary.overlap.meanIoU ?? "undefined")
package struct Evaluation: Sendable {
    /// The names of the classes in the order of their ids.
    package let classNames: [String]
    private let labels: TruthLabels
    private var truth: TruthPixels
    private var predictedOutside = 0
    private var matrix: ConfusionMatrix
    private var predictionRuns = RunLengths()
    private var truthRuns = RunLengths()
    private var consistency8 = VideoConsistency(length: 8)
    private var consistency16 = VideoConsistency(length: 16)
    private var predictionFlicker = Flicker()
    private var truthFlicker = Flicker()
    private var videos = 0
    private var frames = 0
    /// The size of the present video; `nil` before its first frame.
    private var size: Size?

    /// Makes an evaluation that has seen no frame.
    ///
    /// - Parameters:
    ///   - classNames: the names of the classes in the order of their ids; their number is the class count.
    ///   - ignoring: truth ids, as stored, that are void.
    ///   - labelOffset: what is added to a stored truth id to give its class; predictions are taken as they are.
    /// - Throws: when the class count or the offset is out of the range that ``TruthLabels`` permits.
    package init(
        classNames: [String], ignoring: Set<Int> = [255], labelOffset: Int = 0
    ) throws(EvaluationError) {
        self.classNames = classNames
        labels = try TruthLabels(classes: classNames.count, ignoring: ignoring, offset: labelOffset)
        truth = TruthPixels(labels)
        matrix = ConfusionMatrix(classes: classNames.count)
    }

    /// Starts another video; nothing is compared across videos.
    package mutating func beginVideo() {
        size = nil
        predictionRuns.beginVideo()
        truthRuns.beginVideo()
        consistency8.beginVideo()
        consistency16.beginVideo()
        predictionFlicker.beginVideo()
        truthFlicker.beginVideo()
    }

    /// Adds the next evaluated frame of the video.
    ///
    /// - Parameters:
    ///   - prediction: predicted class ids; where the truth is void they may be anything.
    ///   - truth: true ids as stored in the file, before offset and ignored ids.
    /// - Throws: when the sizes of the two differ, when they differ from the frame before, or when a predicted id is
    ///   no class on a pixel with valid truth. The evaluation is then as it was.
    package mutating func add(prediction: LabelMap, truth: LabelMap) throws(EvaluationError) {
        let found = Size(prediction)
        guard found == Size(truth) else {
            throw EvaluationError("the prediction is \(found), but its truth is \(Size(truth))")
        }
        if let size, size != found {
            throw EvaluationError("the labels are \(found), but the frame before has \(size)")
        }
        let classes = LabelMap(width: truth.width, height: truth.height, labels: labels.map(truth.labels))
        let outside = try countOutside(prediction, truth: classes.labels)

        try predictionFlicker.add(prediction)
        try truthFlicker.add(classes)
        self.truth.add(truth.labels)
        predictedOutside += outside
        matrix.add(prediction: prediction.labels, truth: classes.labels)
        predictionRuns.extend(with: prediction.labels)
        truthRuns.extend(with: classes.labels)
        consistency8.add(prediction: predictionRuns, truth: truthRuns)
        consistency16.add(prediction: predictionRuns, truth: truthRuns)
        videos += size == nil ? 1 : 0
        frames += 1
        size = found
    }

    /// The scores of all frames added so far.
    package var summary: EvaluationSummary {
        let overlap = Overlap(matrix)
        let (truthPixels, predictedPixels) = (matrix.truthPixels, matrix.predictedPixels)
        return EvaluationSummary(
            videos: videos,
            frames: frames,
            overlap: overlap,
            consistency8: EvaluationSummary.Consistency(consistency8.score),
            consistency16: EvaluationSummary.Consistency(consistency16.score),
            predictionFlicker: predictionFlicker.percent,
            truthFlicker: truthFlicker.percent,
            truth: truth,
            predictedOutside: predictedOutside,
            classes: classNames.enumerated().map { id, name in
                EvaluationSummary.ClassScore(
                    id: id, name: name, overlap: overlap.perClass[id],
                    truthPixels: truthPixels[id], predictedPixels: predictedPixels[id])
            })
    }

    /// Counts pixels predicted as no class; refuses them where the truth is valid.
    private func countOutside(_ prediction: LabelMap, truth: [UInt16]) throws(EvaluationError) -> Int {
        let limit = UInt16(labels.classes)
        var (outside, wrong) = (0, 0)
        for (predicted, actual) in zip(prediction.labels, truth) {
            outside &+= predicted >= limit ? 1 : 0
            wrong &+= predicted >= limit && actual != TruthLabels.void ? 1 : 0
        }
        guard wrong > 0 else { return outside }
        let first =
            prediction.labels.indices.first { prediction.labels[$0] >= limit && truth[$0] != TruthLabels.void } ?? 0
        let ids = Set(prediction.labels).map { Int($0) }.sorted()
        let mistake = LabelMistake(ids: ids, outside: ids.filter { $0 >= limit }, classes: labels.classes)
        throw EvaluationError(
            "the prediction has id \(prediction.labels[first]) at column \(first % prediction.width), "
                + "row \(first / prediction.width), but there are \(limit) classes (ids 0 to \(limit - 1)); "
                + "\(wrong) of \(truth.count) pixels are so"
                + (mistake.map { ", and " + $0.clause(ofTruth: false) } ?? ""))
    }
}

private struct Size: Equatable, CustomStringConvertible {
    let width: Int
    let height: Int

    init(_ map: LabelMap) {
        width = map.width
        height = map.height
    }

    var description: String { "\(width)×\(height)" }
}
