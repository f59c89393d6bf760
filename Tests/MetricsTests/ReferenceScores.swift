import Foundation
import Metrics
import Testing

/// Scores as `Golden/reference.py` prints them.
struct ReferenceScores: Decodable {
    let mIoU, mIoUStrict, wIoU, pixelAccuracy: Double?
    let mVC8, mVC8WithoutVoid, mVC8Strict: Double?
    let mVC16, mVC16WithoutVoid, mVC16Strict: Double?
    let flicker, flickerTruth: Double?
    let IoU: [Double?]
    let windows: [Int]
}

/// Expects every score of a summary to equal the reference.
///
/// Both count whole pixels and differ only in how they round their sums: a billionth of a percent at most.
func expectEqual(
    _ summary: EvaluationSummary, _ reference: ReferenceScores, sourceLocation: SourceLocation = #_sourceLocation
) {
    let (overlap, eight, sixteen) = (summary.overlap, summary.consistency8, summary.consistency16)
    let scores: [(String, Double?, Double?)] = [
        ("mIoU", overlap.meanIoU, reference.mIoU),
        ("mIoU strict", overlap.strictMeanIoU, reference.mIoUStrict),
        ("wIoU", overlap.weightedIoU, reference.wIoU),
        ("pixel accuracy", overlap.pixelAccuracy, reference.pixelAccuracy),
        ("mVC8", eight.vspw, reference.mVC8),
        ("mVC8 without void", eight.withoutVoid, reference.mVC8WithoutVoid),
        ("mVC8 strict", eight.strict, reference.mVC8Strict),
        ("mVC16", sixteen.vspw, reference.mVC16),
        ("mVC16 without void", sixteen.withoutVoid, reference.mVC16WithoutVoid),
        ("mVC16 strict", sixteen.strict, reference.mVC16Strict),
        ("flicker", summary.predictionFlicker, reference.flicker),
        ("flicker of the truth", summary.truthFlicker, reference.flickerTruth),
    ]
    let classes = zip(summary.classes, reference.IoU).map { ($0.name, $0.overlap, $1) }
    #expect(summary.classes.count == reference.IoU.count, sourceLocation: sourceLocation)
    #expect([eight.windows, sixteen.windows] == reference.windows, sourceLocation: sourceLocation)
    for (name, found, expected) in scores + classes {
        #expect((found == nil) == (expected == nil), "\(name)", sourceLocation: sourceLocation)
        if let found, let expected {
            #expect(abs(found - expected) < 1e-9, "\(name)", sourceLocation: sourceLocation)
        }
    }
}

/// A file in the `Golden` folder of these tests.
func golden(_ name: String) throws -> Data {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    return try Data(contentsOf: folder.appending(path: name))
}
