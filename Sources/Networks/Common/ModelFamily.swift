import Checkpoints

/// Expects a `config.json` to be of one of some families of networks.
///
/// It is asked before anything else of the file, for another family's has other fields.
///
/// - Parameters:
///   - types: the families' names in transformers.
///   - path: the file.
///   - what: what it is expected to be, for messages.
/// - Throws: if it cannot be read, names no family, or another one.
func expectFamily(_ types: [String], at path: String, as what: String) throws(CheckpointError) {
    struct Family: Decodable {
        // The file's own name.
        let model_type: String
    }
    let found = try decodedDescription(Family.self, at: path, as: what, expected: "the model's config.json").model_type
    guard types.contains(found) else {
        throw CheckpointError(
            "\(path): is a '\(found)'; ditta reads " + types.joined(separator: ", "))
    }
}
