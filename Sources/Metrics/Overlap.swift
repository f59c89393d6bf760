/// The scores of a confusion matrix, in percent, `nil` where they divide by nothing.
package struct Overlap: Sendable, Equatable {
    /// IoU of each class; `nil` for a class in neither the truth nor the prediction.
    package let perClass: [Double?]
    /// VSPW's mIoU: the mean IoU of the classes **present in the truth**.
    ///
    /// A class that is only predicted is left out, though its pixels still lower the IoU of the classes they cover.
    package let meanIoU: Double?
    /// Strict mIoU: the mean IoU of the classes present in the truth **or in the prediction**, as in mmsegmentation.
    ///
    /// A class that is only predicted counts as 0, so this is never above ``meanIoU``.
    package let strictMeanIoU: Double?
    /// wIoU: the mean IoU weighted by each class's share of the true pixels (frequency-weighted IoU).
    package let weightedIoU: Double?
    /// The share of valid pixels predicted rightly.
    package let pixelAccuracy: Double?

    /// Scores the counts of a matrix.
    package init(_ matrix: ConfusionMatrix) {
        let truth = matrix.truthPixels
        let predicted = matrix.predictedPixels
        let correct = matrix.correctPixels
        let total = truth.reduce(0, +)

        perClass = (0..<matrix.classes).map { index in
            let union = truth[index] + predicted[index] - correct[index]
            return union > 0 ? 100 * Double(correct[index]) / Double(union) : nil
        }
        let present = (0..<matrix.classes).filter { truth[$0] > 0 }
        meanIoU = Self.mean(present.compactMap { [perClass] in perClass[$0] })
        strictMeanIoU = Self.mean(perClass.compactMap { $0 })
        guard total > 0 else {
            weightedIoU = nil
            pixelAccuracy = nil
            return
        }
        weightedIoU = present.reduce(0) { [perClass] sum, index in
            sum + Double(truth[index]) / Double(total) * (perClass[index] ?? 0)
        }
        pixelAccuracy = 100 * Double(correct.reduce(0, +)) / Double(total)
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
