package import Foundation

// How all JSON files of ditta are written and read: keys in order, numbers that are none as words.

/// JSON for people and programs: indented, its keys sorted.
///
/// A loss may be infinite or NaN with a large learning rate. JSON has no such numbers, so strings stand for them.
package func encodedJSON(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(value)
}

/// The most bytes of a JSON file that are read: a report of a hundred thousand steps has a third of it.
private let largestJSONFile = 64 << 20

/// What a JSON file holds.
///
/// - Throws: if the file cannot be read, is larger than 64 MiB, or holds something else.
package func decodedJSON<Value: Decodable>(_ type: Value.Type, fromFileAt path: String) throws -> Value {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let size = try file.seekToEnd()
    guard size <= largestJSONFile else {
        throw ReportError("\(path) has \(size) bytes, expected at most \(largestJSONFile)")
    }
    try file.seek(toOffset: 0)
    return try decodedJSON(type, from: try file.readToEnd() ?? Data())
}

/// What `encodedJSON` made, read back.
package func decodedJSON<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: data)
}
