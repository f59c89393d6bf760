import Foundation
import Media
import Metrics
import Raster
import TestSupport
import Testing

/// 40 rendered labels against a corrupted copy, with the scores of `Golden/reference.py labels`.
@Suite struct RenderedLabelsTests {
    @Test func agreesWithThePythonReference() throws {
        var evaluation = try Evaluation(classNames: names(11), ignoring: [255])
        for (number, path) in try labelFiles(in: renderedStreet + "/labels").enumerated() {
            let truth = try readLabels(at: path)
            try evaluation.add(prediction: corrupted(truth, number: number), truth: truth)
        }
        #expect(evaluation.summary.frames == 40)
        expectEqual(
            evaluation.summary, try JSONDecoder().decode(ReferenceScores.self, from: golden("street.json")))
    }

    /// 2 pixels to the right in odd frames; pavement (4) and no label (255) become road (3).
    private func corrupted(_ truth: LabelMap, number: Int) -> LabelMap {
        var prediction = truth
        for row in 0..<truth.height {
            for column in 0..<truth.width {
                let label = truth.labels[row * truth.width + max(0, column - 2 * (number % 2))]
                prediction.labels[row * truth.width + column] = label == 4 || label == 255 ? 3 : label
            }
        }
        return prediction
    }
}
