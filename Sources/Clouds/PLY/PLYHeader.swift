/// The header of a PLY file: its elements, and what each is made of.
///
/// Source: Turk, "The PLY polygon file format", 1994.
struct PLYHeader {
    /// How the numbers behind the header are written.
    enum Encoding: String {
        case ascii
        case littleEndian = "binary_little_endian"
        case bigEndian = "binary_big_endian"
    }

    /// A kind of number.
    enum Kind {
        case int8, uint8, int16, uint16, int32, uint32, float32, float64

        /// Knows both families of names.
        init?(_ name: Substring) {
            switch name {
            case "char", "int8": self = .int8
            case "uchar", "uint8": self = .uint8
            case "short", "int16": self = .int16
            case "ushort", "uint16": self = .uint16
            case "int", "int32": self = .int32
            case "uint", "uint32": self = .uint32
            case "float", "float32": self = .float32
            case "double", "float64": self = .float64
            default: return nil
            }
        }

        /// Its bytes.
        var width: Int {
            switch self {
            case .int8, .uint8: 1
            case .int16, .uint16: 2
            case .int32, .uint32, .float32: 4
            case .float64: 8
            }
        }

        var isInteger: Bool { self != .float32 && self != .float64 }
    }

    /// A number of each item of an element, or a list of them with its length before it.
    struct Property {
        let name: String
        let kind: Kind
        /// The kind of a list's length; nil for a single number.
        let length: Kind?
    }

    /// Items of one make: vertices, faces.
    struct Element {
        let name: String
        let count: Int
        var properties: [Property] = []

        /// The fewest bytes of an item: empty lists have a length, and a number in a text has a digit and what parts it.
        func leastBytes(_ encoding: Encoding) -> Int {
            properties.reduce(0) { $0 + (encoding == .ascii ? 2 : ($1.length ?? $1.kind).width) }
        }
    }

    let encoding: Encoding
    let elements: [Element]
    /// Where the first item begins.
    let end: Int

    /// The most bytes of a header.
    private static let longest = 1 << 16

    /// Reads the header of a file.
    ///
    /// - Throws: a sentence, if the file is no PLY file, or says something of itself that is not known.
    init(_ bytes: [UInt8], path: String) throws(CloudError) {
        var place = 0
        func nextLine() -> Substring? {
            let limit = min(bytes.count, Self.longest)
            guard place < limit, let stop = bytes[place..<limit].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            var line = bytes[place..<stop]
            place = stop + 1
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            return Substring(decoding: line, as: UTF8.self)
        }
        guard let magic = nextLine(), magic == "ply" else {
            throw CloudError("\(path): is no PLY file, expected one that begins with the line 'ply'")
        }
        var encoding: Encoding?
        var elements: [Element] = []
        var number = 1
        while let line = nextLine() {
            number += 1
            let words = line.split(separator: " ")
            let wrong = CloudError("\(path): line \(number) of the header is not understood: '\(line.prefix(64))'")
            switch words.first {
            case nil, "comment", "obj_info": continue
            case "format":
                guard words.count == 3, let known = Encoding(rawValue: String(words[1])) else { throw wrong }
                encoding = known
            case "element":
                guard words.count == 3, let count = Int(words[2]), count >= 0 else { throw wrong }
                elements.append(Element(name: String(words[1]), count: count))
            case "property":
                guard !elements.isEmpty, let property = Self.property(words.dropFirst()) else { throw wrong }
                elements[elements.count - 1].properties.append(property)
            case "end_header":
                guard let encoding else {
                    throw CloudError("\(path): has no line 'format' in its header, expected one before 'end_header'")
                }
                (self.encoding, self.elements, end) = (encoding, elements, place)
                return
            default: throw wrong
            }
        }
        throw CloudError(
            "\(path): has no end of its header, expected a line 'end_header' within \(Self.longest) bytes")
    }

    private static func property(_ words: ArraySlice<Substring>) -> Property? {
        let words = Array(words)
        if words.count == 4, words[0] == "list", let length = Kind(words[1]), length.isInteger,
            let kind = Kind(words[2])
        {
            return Property(name: String(words[3]), kind: kind, length: length)
        }
        guard words.count == 2, let kind = Kind(words[0]) else { return nil }
        return Property(name: String(words[1]), kind: kind, length: nil)
    }
}
