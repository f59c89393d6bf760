import Metrics

/// The scores of an evaluation with everything that they depend on.
struct EvaluationReport {
    let predictions: String
    let truth: String
    /// Where the list of classes comes from.
    let classesFrom: String
    let ignoring: Set<Int>
    let labelOffset: Int
    /// The number of frames with truth that were skipped at the start of videos.
    let skippedFrames: Int
    /// How frames were matched: `name`, `order`, or both where videos differ.
    let pairing: [String]
    /// What a reader should know about videos left out.
    let notes: [String]
    let summary: EvaluationSummary
}

/// Encodes to one flat object: the settings, the definitions, and the keys of `EvaluationSummary`.
extension EvaluationReport: Encodable {
    private enum Key: String, CodingKey {
        case predictions, truth, classesFrom, ignoredIds, labelOffset, skippedFrames, pairing, notes, definitions
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(predictions, forKey: .predictions)
        try values.encode(truth, forKey: .truth)
        try values.encode(classesFrom, forKey: .classesFrom)
        try values.encode(ignoring.sorted(), forKey: .ignoredIds)
        try values.encode(labelOffset, forKey: .labelOffset)
        try values.encode(skippedFrames, forKey: .skippedFrames)
        try values.encode(pairing, forKey: .pairing)
        try values.encode(notes, forKey: .notes)
        try values.encode(MetricDefinition.all, forKey: .definitions)
        try summary.encode(to: encoder)
    }
}
