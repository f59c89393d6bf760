package import Raster

/// The class ids in use, for labels that come without a list of classes.
package struct LabelCensus: Sendable {
    /// The largest class id on a pixel with valid truth, true or predicted; `nil` before there is such a pixel.
    package private(set) var largest: Int?
    private let labels: TruthLabels

    /// Makes a census that has seen no frame.
    ///
    /// - Parameters:
    ///   - ignoring: truth ids, as stored, that are void.
    ///   - labelOffset: what is added to a stored truth id to give its class.
    /// - Throws: when the offset is out of the range that ``TruthLabels`` permits.
    package init(ignoring: Set<Int>, labelOffset: Int) throws(EvaluationError) {
        labels = try TruthLabels(
            classes: TruthLabels.permittedClasses.upperBound, ignoring: ignoring, offset: labelOffset)
    }

    /// Adds a frame: predicted class ids and true ids as stored.
    package mutating func add(prediction: LabelMap, truth: LabelMap) {
        var most: UInt16?
        for (predicted, stored) in zip(prediction.labels, truth.labels) {
            let actual = labels[stored]
            guard actual != TruthLabels.void else { continue }
            most = max(most ?? 0, max(predicted, actual))
        }
        if let most { largest = max(largest ?? 0, Int(most)) }
    }
}
