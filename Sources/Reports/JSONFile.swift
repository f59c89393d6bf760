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

/// What `encodedJSON` made, read back.
package func decodedJSON<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: data)
}
