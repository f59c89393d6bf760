/// A colour for every class.
///
/// Classes with a name known from street scenes have their usual colour (Cityscapes); the others, and ids beyond the
/// names, have that of the PASCAL VOC colour map for their id. No two classes share a colour.
public struct Palette: Sendable {
    /// The number of named classes.
    public let count: Int
    private let colors: [UInt32]

    /// Makes the colours for classes 0, 1, … of these names.
    ///
    /// Of a list of names for one class (`car, auto`), the first counts; case, `_` and `-` do not.
    public init(classNames: [String]) {
        count = classNames.count
        let known = classNames.map { Self.streetColors[Self.normalized($0)] }
        var taken = Set(known.compactMap(\.self))
        var seen = Set<UInt32>()
        colors = known.enumerated().map { id, color in
            if let color, seen.insert(color).inserted { return color }
            var substitute = id
            while !taken.insert(Self.shuffledBits(of: substitute)).inserted {
                // Ids are small, so those from here up are nobody's own.
                substitute += 1 << 16
            }
            return Self.shuffledBits(of: substitute)
        }
    }

    /// The colour of a class; ids beyond the names have one too.
    public subscript(id: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let color = colors.indices.contains(id) ? colors[id] : Self.shuffledBits(of: id)
        return (UInt8(color >> 16 & 255), UInt8(color >> 8 & 255), UInt8(color & 255))
    }

    /// The PASCAL VOC colour map: the bits of the id, low ones first, dealt to red, green and blue from the top down.
    private static func shuffledBits(of id: Int) -> UInt32 {
        var color: UInt32 = 0
        for bit in 0..<24 where id >> bit & 1 == 1 {
            color |= 1 << UInt32(16 - 8 * (bit % 3) + 7 - bit / 3)
        }
        return color
    }

    private static func normalized(_ name: String) -> String {
        let first = name.lowercased().split { $0 == "," || $0 == ";" }.first ?? ""
        return first.split { " _-".contains($0) }.joined(separator: " ")
    }

    /// Cityscapes' colours (cityscapesScripts, labels.py), under its names and others in use.
    private static let streetColors: [String: UInt32] = [
        "road": 0x804080,
        "sidewalk": 0xF423E8, "pavement": 0xF423E8,
        "building": 0x464646,
        "wall": 0x66669C,
        "fence": 0xBE9999,
        "pole": 0x999999,
        "traffic light": 0xFAAA1E,
        "traffic sign": 0xDCDC00,
        "vegetation": 0x6B8E23, "tree": 0x6B8E23,
        "terrain": 0x98FB98,
        "sky": 0x4682B4,
        "person": 0xDC143C, "pedestrian": 0xDC143C,
        "rider": 0xFF0000, "cyclist": 0xFF0000, "bicyclist": 0xFF0000,
        "car": 0x00008E,
        "truck": 0x000046,
        "bus": 0x003C64,
        "train": 0x005064,
        "motorcycle": 0x0000E6, "motorbike": 0x0000E6,
        "bicycle": 0x770B20, "bike": 0x770B20,
    ]
}
