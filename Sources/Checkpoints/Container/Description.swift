import Foundation

/// The most bytes that what describes tensors or a network may have: a safetensors header, a pickle, `config.json`, an index.
///
/// Describing thousands of tensors takes some hundred kilobytes; reading it takes up to a hundred times the memory.
let largestDescription = 4 << 20

/// Reads a JSON file that describes a network.
///
/// - Parameters:
///   - type: what is in it.
///   - path: the file.
///   - what: what it is called in messages: "SegFormer configuration".
///   - expected: what is missed where it cannot be read.
/// - Returns: what was read.
/// - Throws: if it cannot be read, is larger than a description may be, or says something else.
package func decodedDescription<Content: Decodable>(
    _ type: Content.Type, at path: String, as what: String, expected: String
) throws(CheckpointError) -> Content {
    guard let file = FileHandle(forReadingAtPath: path),
        // One byte more tells whether there are more.
        let data = try? file.read(upToCount: largestDescription + 1) ?? Data()
    else { throw CheckpointError("\(path): cannot be read; expected \(expected)") }
    guard data.count <= largestDescription else {
        throw CheckpointError(
            "\(path): has more bytes than a description needs, expected at most \(largestDescription)")
    }
    do {
        return try JSONDecoder().decode(type, from: data)
    } catch {
        // What is no description at all is told best by what it is instead.
        if !data.isEmpty, let format = foreignFormat(data) { throw CheckpointError("\(path): \(format)") }
        throw CheckpointError("\(path): is no \(what): \(reason(error))")
    }
}

/// Why a JSON file is not what was expected, for people.
private func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "it has no '\(key.stringValue)'"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
        "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
        "'\(context.codingPath.map(\.stringValue).joined(separator: "."))': \(context.debugDescription)"
    default: "it is no valid JSON, or has numbers beyond all sizes"
    }
}
