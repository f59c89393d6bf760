/// What most likely happened where labels have ids that are no class.
package enum LabelMistake: Sendable, Equatable {
    /// A mask for people to look at, 0 and 255.
    case mask
    /// Cityscapes' own ids, 0 to 33, in place of its train ids, 0 to 18.
    case cityscapesIds
    /// Cityscapes' numbers of single objects: 1000 times the id, and a counter.
    case cityscapesInstances
    /// The files count classes from 1.
    case countsFromOne
    /// The offset takes an id below 0.
    case belowZero

    /// Looks at the ids.
    ///
    /// - Parameters:
    ///   - ids: All that occur, as stored, ascending.
    ///   - outside: Those that are neither a class's nor ignored.
    ///   - classes: The number of classes.
    ///   - offset: What is added to ids to give classes.
    package init?(ids: [Int], outside: [Int], classes: Int, offset: Int = 0) {
        let largest = ids.last { $0 != 255 } ?? 0
        if ids == [0, 255], classes < 255 {
            self = .mask
        } else if outside.isEmpty {
            return nil
        } else if offset < 0, outside.allSatisfy({ $0 + offset < 0 }) {
            self = .belowZero
        } else if offset == 0, outside == [classes] {
            self = .countsFromOne
        } else if offset == 0, (19...33).contains(largest), classes == 19 || ids.contains(Self.cityscapesRoad) {
            self = .cityscapesIds
        } else if outside.allSatisfy({ (24_000..<34_000).contains($0) }) {
            self = .cityscapesInstances
        } else {
            return nil
        }
    }

    /// Hardly a street is without road, which tells Cityscapes' ids from others of their range.
    private static let cityscapesRoad = 7

    /// What it looks like and what helps, as a clause; for the truth there are options that help.
    package func clause(ofTruth isTruth: Bool) -> String {
        switch self {
        case .mask:
            "0 and 255 look like a mask to be looked at, expected class ids such as 0 and 1"
        case .cityscapesIds:
            "they look like Cityscapes' own ids (labelIds, 0 to 33), expected train ids (labelTrainIds, 0 to 18)"
        case .cityscapesInstances:
            "they look like Cityscapes' numbers of objects (instanceIds), expected train ids (labelTrainIds, 0 to 18)"
        case .countsFromOne:
            "the files seem to count classes from 1, expected from 0"
                + (isTruth ? "; --label-offset -1 says so" : "")
        case .belowZero:
            "--label-offset takes them below 0; if they stand for no label, as 0 does where files count from 1, "
                + "--ignore says so, and if they are classes, the offset is wrong"
        }
    }
}
