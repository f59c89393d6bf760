import Foundation
import Media
import Metrics
import Reports

/// The classes of an evaluation and where they were found.
struct ClassList {
    /// The names in the order of the ids.
    let names: [String]
    /// Where the list comes from, in words.
    let source: String
    /// Whether it is only what the labels show.
    let isGuess: Bool

    /// Takes the class count that is given, else the `classes.json` beside the predictions, else the ids seen.
    ///
    /// A given count takes the names of `classes.json` where it has as many. Looking for the ids seen reads all labels
    /// once more.
    ///
    /// - Throws: when the list is damaged or differs between videos, or when no valid pixel shows an id.
    init(
        count: Int?, videos: [LabelledVideo], frames: some Sequence<LabelledVideo.Frame>, ignoring: Set<Int>,
        labelOffset: Int
    ) throws {
        let listed = try Self.listed(videos)
        isGuess = count == nil && listed == nil
        if let count {
            names = listed?.names.count == count ? listed?.names ?? [] : Self.numbered(count)
            source = "--classes"
        } else if let listed {
            (names, source) = listed
        } else {
            var census = try LabelCensus(ignoring: ignoring, labelOffset: labelOffset)
            for frame in frames {
                census.add(prediction: try readLabels(at: frame.prediction), truth: try readLabels(at: frame.truth))
            }
            guard let largest = census.largest else {
                throw EvaluationError(
                    "the number of classes is unknown: there is no classes.json beside the predictions, and no pixel "
                        + "has valid truth to tell it from; give --classes")
            }
            guard largest < TruthLabels.permittedClasses.upperBound else {
                throw EvaluationError(
                    "the number of classes is unknown: there is no classes.json beside the predictions, and they have "
                        + "the id \(largest), expected ids up to \(TruthLabels.permittedClasses.upperBound - 1)")
            }
            names = Self.numbered(largest + 1)
            source = "the ids seen"
        }
    }

    /// The list that a run wrote, `{"classes": ["road", ...]}`, the same for all videos.
    private static func listed(_ videos: [LabelledVideo]) throws -> (names: [String], source: String)? {
        var found: (names: [String], source: String)?
        for path in Set(videos.compactMap { $0.companion(ClassesFile.name) }).sorted() {
            let names = try ClassesFile(path: path).classes
            guard TruthLabels.permittedClasses.contains(names.count) else {
                throw EvaluationError(
                    "\(path) lists \(names.count) classes: expected 1 to \(TruthLabels.permittedClasses.upperBound)")
            }
            if let found, found.names != names {
                throw EvaluationError("\(path) and \(found.source) list different classes: expected the same for all")
            }
            found = found ?? (names, path)
        }
        return found
    }

    private static func numbered(_ count: Int) -> [String] {
        (0..<count).map { "class \($0)" }
    }
}
