import Metrics
import Raster

/// The stored id of "no label" in these tests.
let void = 255

/// A one-row label map.
func row(_ labels: [Int]) -> LabelMap {
    LabelMap(width: labels.count, height: 1, labels: labels.map { UInt16($0) })
}

/// Names for a number of classes.
func names(_ count: Int) -> [String] {
    (0..<count).map { "class \($0)" }
}

/// Evaluates videos of one-row frames, each a list of (prediction, truth).
func evaluate(
    classes: Int, ignoring: Set<Int> = [void], offset: Int = 0, _ videos: [[(prediction: [Int], truth: [Int])]]
) throws -> EvaluationSummary {
    var evaluation = try Evaluation(classNames: names(classes), ignoring: ignoring, labelOffset: offset)
    for video in videos {
        evaluation.beginVideo()
        for frame in video { try evaluation.add(prediction: row(frame.prediction), truth: row(frame.truth)) }
    }
    return evaluation.summary
}

/// A video that shows the same labels in all its frames.
func still(_ length: Int, prediction: [Int], truth: [Int]) -> [(prediction: [Int], truth: [Int])] {
    (0..<length).map { _ in (prediction, truth) }
}
