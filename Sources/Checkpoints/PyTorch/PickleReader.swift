/// The bytes of a pickle, read from the first on.
struct PickleReader {
    private let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What to say of a pickle that makes no sense here.
    var broken: PickleError { PickleError("its pickle is broken at byte \(next)") }

    /// The next instruction.
    mutating func opcode() throws(PickleError) -> PickleOpcode {
        let code = try size(1)
        guard let opcode = PickleOpcode(rawValue: UInt8(truncatingIfNeeded: code)) else {
            throw PickleError(
                "its pickle has the instruction 0x\(String(code, radix: 16)) at byte \(next - 1), "
                    + "which torch.save does not write")
        }
        return opcode
    }

    /// So many bytes.
    mutating func take(_ count: Int) throws(PickleError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - next else {
            throw PickleError("its pickle is truncated: it has \(bytes.count) bytes")
        }
        defer { next += count }
        return bytes[next..<next + count]
    }

    /// A little-endian number of so many bytes.
    mutating func size(_ width: Int) throws(PickleError) -> Int {
        let value = try take(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let result = Int(exactly: value) else { throw broken }
        return result
    }

    /// The text up to the end of a line.
    mutating func line() throws(PickleError) -> String {
        let length = bytes[next...].prefix { $0 != UInt8(ascii: "\n") }.count
        let text = try take(length)
        _ = try take(1)
        return String(decoding: text, as: UTF8.self)
    }
}

/// What is wrong with a pickle, to follow a file's name.
struct PickleError: Error {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
