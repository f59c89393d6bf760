/// The classes of SemanticKITTI.
///
/// Source: semantic-kitti-api, config/semantic-kitti.yaml, `learning_map` and `learning_map_inv`.
package enum SemanticKITTIClasses: String, Sendable, CaseIterable {
    /// Those that its benchmark scores.
    case nineteen = "19"
    /// Those that pictures and other sets know, too.
    case ten = "10"

    /// Those of these names, in this order.
    package init?(names: [String]) {
        guard let known = Self.allCases.first(where: { $0.table.names == names }) else { return nil }
        self = known
    }

    /// The names, and the numbers in `.label` files, of which the first is written.
    package var table: LabelTable {
        switch self {
        case .nineteen: LabelTable(Self.scored, none: Self.none)
        case .ten: LabelTable(Self.merged, none: Self.none)
        }
    }

    /// Unlabelled, outlier, other structure, other object.
    private static let none: [UInt16] = [0, 1, 52, 99]

    private static let scored: [(name: String, stored: [UInt16])] = [
        ("car", [10, 252]),
        ("bicycle", [11]),
        ("motorcycle", [15]),
        ("truck", [18, 258]),
        ("other-vehicle", [20, 13, 16, 256, 257, 259]),
        ("person", [30, 254]),
        ("bicyclist", [31, 253]),
        ("motorcyclist", [32, 255]),
        ("road", [40, 60]),
        ("parking", [44]),
        ("sidewalk", [48]),
        ("other-ground", [49]),
        ("building", [50]),
        ("fence", [51]),
        ("vegetation", [70]),
        ("trunk", [71]),
        ("terrain", [72]),
        ("pole", [80]),
        ("traffic-sign", [81]),
    ]

    private static let merged: [(name: String, stored: [UInt16])] = [
        ("car", [10, 252]),
        ("other-vehicle", [20, 13, 16, 18, 256, 257, 258, 259]),
        ("road", [40, 44, 49, 60]),
        ("sidewalk", [48]),
        ("building", [50]),
        ("fence", [51]),
        ("person-rider-cycle", [30, 11, 15, 31, 32, 253, 254, 255]),
        ("vegetation", [70, 71]),
        ("terrain", [72]),
        ("pole-sign", [80, 81]),
    ]
}
