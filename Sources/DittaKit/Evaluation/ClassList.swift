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
    /// The truth ids, as stored, that count as no label.
    let ignoring: Set<Int>

    /// Takes the class count that is given, else the `classes.json` beside the predictions, else the ids seen.
    ///
    /// A given count takes the names of `classes.json` where it has as many. Looking for the ids seen reads all labels
    /// once more. Where no ids are said to be ignored, 255 is, or 65535 if 255 is a class's.
    ///
    /// - Throws: when the list is damaged or differs between videos, or when no valid pixel shows an id.
    init(
        count: Int?, videos: [LabelledVideo], frames: some Sequence<LabelledVideo.Frame>, ignoring: Set<Int>?,
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
            guard let largest = try Self.largest(frames, ignoring: ignoring, labelOffset: labelOffset) else {
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
        self.ignoring = ignoring ?? [Self.noLabel(besides: names.count, labelOffset: labelOffset)]
    }

    /// What stands for no label in files of so many classes.
    private static func noLabel(besides classes: Int, labelOffset: Int) -> Int {
        (0..<classes).contains(ClassesFile.noLabel + labelOffset) ? Int(UInt16.max) : ClassesFile.noLabel
    }

    /// The largest class seen.
    private static func largest(
        _ frames: some Sequence<LabelledVideo.Frame>, ignoring: Set<Int>?, labelOffset: Int
    ) throws -> Int? {
        // Whether 255 is a class is known only at the end, so both are counted.
        let usual = [ClassesFile.noLabel, Int(UInt16.max)]
        var censuses = try (ignoring.map { [$0] } ?? usual.map { [$0] }).map {
            try LabelCensus(ignoring: $0, labelOffset: labelOffset)
        }
        for frame in frames {
            let (prediction, truth) = (try readLabels(at: frame.prediction), try readLabels(at: frame.truth))
            for index in censuses.indices { censuses[index].add(prediction: prediction, truth: truth) }
        }
        let largest = censuses[0].largest
        guard let found = largest, noLabel(besides: found + 1, labelOffset: labelOffset) != ClassesFile.noLabel else {
            return largest
        }
        return censuses.last?.largest
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
