package import Clouds
import Raster

/// How right a folder of predicted labels is, as `ditta cloud eval --json` prints it.
package struct CloudEvaluation: Codable, Sendable {
    /// The folder, and the data.
    package let predictions, data: String
    /// The classes in the order of their ids.
    package let classes: [String]
    /// The scenes in their order.
    package let scenes: [Scene]
    /// The scores of all scenes together.
    package let scores: CloudReport.Scores
    /// What a reader should know, a sentence each.
    package let notes: [String]

    /// A scene.
    package struct Scene: Codable, Sendable {
        package let name: String
        package let scores: CloudReport.Scores
    }
}

extension LabelFolder {
    /// Scores the labels of scenes.
    ///
    /// Points without a true class, and unusable ones, do not count; a predicted number that is no class's counts as wrong. Points
    /// with a pixel are those that the scene's own pictures show.
    ///
    /// - Parameters:
    ///   - source: the scenes, with what their labels mean.
    ///   - chosen: the numbers of those that count.
    ///   - shift: what their scans are changed by before, as `ditta cloud run` did.
    ///   - progress: called after each scene with how many are scored.
    /// - Returns: the scores.
    /// - Throws: a sentence, if a file is missing, cannot be read, or has labels of another number of points; or if no scene has true
    ///   labels.
    package func evaluation(
        against source: any SceneSource, _ chosen: [Int], changedBy shift: Corruption?, progress: (Int) throws -> Void
    ) throws -> CloudEvaluation {
        guard let table = source.classes else {
            throw CloudError("\(source.path): its scenes have no classes, expected the field 'labels' in cameras.json")
        }
        // The same classes may have other numbers in these files than in the data's.
        let written = classes.flatMap { $0.names == table.names ? $0 : nil } ?? table
        var sum = CloudScores(classes: table.names.count)
        var (scenes, notes) = ([CloudEvaluation.Scene](), [String]())
        for (place, index) in chosen.enumerated() {
            let scene = try source.scene(index, changedBy: shift)
            notes += scene.notes
            if let truth = scene.cloud.labels {
                let stored = try stored(scene)
                var own = CloudScores(classes: table.names.count)
                let prediction = stored.enumerated().map { point, number in
                    guard scene.cloud.isUsable(point) else { return noLabel }
                    let label = written[stored: number]
                    return label == noLabel ? own.none : label
                }
                let strange = zip(prediction, truth).count { $0 == own.none && $1 != noLabel }
                if strange > 0 {
                    notes.append(
                        "\(scene.name): \(strange) points have labels that are no class's, which counts as wrong")
                }
                let pictures = try Pairing().pairs(of: scene, at: index, in: source)
                own.add(prediction: prediction, truth: truth, isPaired: isPaired(scene.cloud.count, pictures))
                sum.add(own)
                scenes.append(CloudEvaluation.Scene(name: scene.name, scores: own.report(table.names)))
            }
            try progress(place + 1)
        }
        guard !scenes.isEmpty else {
            throw CloudError("\(source.path): none of its \(chosen.count) scenes has labels to compare with")
        }
        return CloudEvaluation(
            predictions: path, data: source.path, classes: table.names, scenes: scenes, scores: sum.report(table.names),
            notes: notes)
    }
}

/// Which of a scene's points `[P]` pictures show.
func isPaired(_ points: Int, _ pictures: [PicturePairs]) -> [Bool] {
    var isPaired = [Bool](repeating: false, count: points)
    for picture in pictures {
        for point in picture.views.seen.points { isPaired[Int(point)] = true }
    }
    return isPaired
}
