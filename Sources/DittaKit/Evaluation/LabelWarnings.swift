import Foundation
package import Metrics

/// What is so wrong with labels that their scores mislead, one sentence each.
///
/// A few pixels outside the classes are no reason: they are counted in the report, and that is all.
package func labelWarnings(_ summary: EvaluationSummary) -> [String] {
    let truth = summary.truth
    let (classes, offset) = (truth.labels.classes, truth.labels.offset)
    let mistake = LabelMistake(ids: truth.ids, outside: truth.outsideIds, classes: classes, offset: offset)
    let beyond = "no class (0 to \(classes - 1))"
    let cause = mistake.map { "; " + $0.clause(ofTruth: true) } ?? ""
    var warnings: [String] = []
    let scored = truth.all - truth.ignored
    if share(truth.outside, of: scored) > loudShare {
        let ids = truth.outsideIds.sorted { (truth[$1], $0) < (truth[$0], $1) }
        let shown = ids.prefix(5).map { "\($0) (\(percent(truth[$0], of: scored)))" }.joined(separator: ", ")
        let more = ids.count > 5 ? " and \(ids.count - 5) more" : ""
        warnings.append(
            "\(percent(truth.outside, of: scored)) of the true pixels are of \(beyond) and left out of the scores: ids "
                + "\(shown)\(more)\(cause)"
        )
    }
    let ignored = share(truth.ignored, of: truth.all)
    if ignored >= 0.5 || (mistake == .mask && ignored > loudShare) {
        let ids = truth.ids.filter(truth.labels.ignoring.contains).map(String.init).joined(separator: ", ")
        warnings.append(
            "\(percent(truth.ignored, of: truth.all)) of the true pixels are ignored and left out of the scores: ids "
                + "\(ids)\(truth.outside == 0 ? cause : "")")
    }
    if share(summary.predictedOutside, of: truth.all) > loudShare {
        warnings.append(
            "\(percent(summary.predictedOutside, of: truth.all)) of the predicted pixels are of \(beyond); they lie "
                + "where the truth has no label, so that only mVC and flicker see them")
    }
    return warnings
}

/// More than this share of left out pixels is said aloud.
private let loudShare = 0.02

private func share(_ part: Int, of whole: Int) -> Double {
    whole > 0 ? Double(part) / Double(whole) : 0
}

private func percent(_ part: Int, of whole: Int) -> String {
    String(format: "%.2f %%", 100 * share(part, of: whole))
}
