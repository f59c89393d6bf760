/// The numbers behind a PLY header, one after another.
protocol PLYNumbers {
    /// The next number, of a kind; nil where the file breaks off, or has something else.
    mutating func next(_ kind: PLYHeader.Kind) -> Double?
}

/// Numbers in bytes.
struct PLYBinaryNumbers: PLYNumbers {
    private let bytes: [UInt8]
    private var place: Int
    private let isBigEndian: Bool

    init(_ bytes: [UInt8], from place: Int, isBigEndian: Bool) {
        (self.bytes, self.place, self.isBigEndian) = (bytes, place, isBigEndian)
    }

    mutating func next(_ kind: PLYHeader.Kind) -> Double? {
        guard place + kind.width <= bytes.count else { return nil }
        defer { place += kind.width }
        return switch kind {
        case .int8: Double(Int8(bitPattern: bytes[place]))
        case .uint8: Double(bytes[place])
        case .int16: Double(Int16(bitPattern: word()))
        case .uint16: Double(word() as UInt16)
        case .int32: Double(Int32(bitPattern: word()))
        case .uint32: Double(word() as UInt32)
        case .float32: Double(Float(bitPattern: word()))
        case .float64: Double(bitPattern: word())
        }
    }

    private func word<Word: FixedWidthInteger>() -> Word {
        let word: Word = bytes.littleEndian(at: place)
        return isBigEndian ? word.byteSwapped : word
    }
}

/// Numbers in words.
struct PLYTextNumbers: PLYNumbers {
    private let bytes: [UInt8]
    private var place: Int

    init(_ bytes: [UInt8], from place: Int) { (self.bytes, self.place) = (bytes, place) }

    mutating func next(_ kind: PLYHeader.Kind) -> Double? {
        while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 }
        let start = place
        while place < bytes.count, !Self.isSpace(bytes[place]) { place += 1 }
        guard place > start else { return nil }
        let word = bytes[start..<place]
        return Self.decimal(word) ?? (word.count <= 64 ? Double(Substring(decoding: word, as: UTF8.self)) : nil)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The value of digits with a point among them; nil for all else.
    ///
    /// Up to 2^53, and with up to 22 places behind the point, both sides of the quotient are exact, so that it is rounded as it should
    /// be (Clinger, "How to read floating point numbers accurately", 1990). The general way takes twenty times as long.
    private static func decimal(_ word: ArraySlice<UInt8>) -> Double? {
        var (digits, value, places): (Int, UInt64, Int?) = (0, 0, nil)
        let isNegative = word.first == UInt8(ascii: "-")
        for byte in isNegative ? word.dropFirst() : word {
            switch byte {
            case 0x30...0x39:
                value = value &* 10 &+ UInt64(byte - 0x30)
                digits += 1
                if let before = places { places = before + 1 }
            case UInt8(ascii: ".") where places == nil: places = 0
            default: return nil
            }
            guard digits <= 18 else { return nil }
        }
        guard digits > 0, value <= 1 << 53 else { return nil }
        let number = Double(value) / powersOfTen[places ?? 0]
        return isNegative ? -number : number
    }

    private static let powersOfTen: [Double] = (0...18).map { Double("1e\($0)") ?? .nan }
}
