import Foundation
import Media
import Methods
import Tensors

/// What a warm-up found, in a file: head, layers, picture and trust, but no memory of a frame.
///
/// It says which model it was adapted from, and for which numbers of the method; with others it is refused. The frames' size is
/// not among them, as nothing in it depends on that.
struct AdaptedFile {
    /// The file.
    let path: String

    /// Writes a state; a file that was there before is replaced if it is such a file, too.
    ///
    /// - Throws: a sentence, if it cannot be written.
    func write(_ state: MethodState, of model: Model, _ choice: MethodChoice) throws {
        var state = state
        state.origin = try Self.origin(model, choice)
        state.origin[Self.numbers] = Self.hash(of: state)
        try checkPlace()
        try state.write(to: path)
    }

    /// Makes sure that it can be written, before the time of a warm-up is spent.
    ///
    /// - Throws: a sentence, if its folder is not there, or it would replace something else.
    func checkPlace() throws {
        let parent = (path as NSString).deletingLastPathComponent
        guard FileManager.default.isWritableFile(atPath: parent.isEmpty ? "." : parent) else {
            throw DittaError("\(path): cannot be written; expected a place in a folder that is there")
        }
        guard exists(path) else { return }
        guard let state = try? MethodState(path: path), state.origin[Self.numbers] != nil else {
            throw DittaError("\(path): is there already, and nothing that --save-adapted wrote; it is not replaced")
        }
    }

    /// Reads it.
    ///
    /// - Throws: a sentence, if it is none, is damaged, or belongs to another model or other numbers.
    func read(for model: Model, _ choice: MethodChoice) throws -> MethodState {
        let state = try MethodState(path: path)
        guard let numbers = state.origin[Self.numbers] else {
            throw DittaError("\(path): is not what a warm-up found; expected a file that --save-adapted wrote")
        }
        let expected = try Self.origin(model, choice)
        let different = Set(expected.keys).union(state.origin.keys).subtracting([Self.numbers])
            .filter { expected[$0] != state.origin[$0] }.sorted()
        guard different.isEmpty else {
            let parts = different.map { name in
                guard name.hasPrefix("--"), let found = state.origin[name] else { return "another \(name)" }
                return "\(name) \(found)"
            }
            throw DittaError("\(path): was adapted with \(parts.joined(separator: ", ")); expected this run's")
        }
        guard numbers == Self.hash(of: state) else {
            throw DittaError("\(path): is damaged: its numbers are not those that were written")
        }
        return state
    }

    /// What the origin calls the hash of the tensors.
    private static let numbers = "numbers"

    private static func origin(_ model: Model, _ choice: MethodChoice) throws -> [String: String] {
        var parts = choice.options.labelling
        parts["model"] = try model.contentHash()
        parts["classes"] = model.classNames.joined(separator: ", ")
        parts["--method"] = choice.name.rawValue
        return parts
    }

    private static func hash(of state: MethodState) -> String {
        let hash = ContentHash()
        for (name, tensor) in state.tensors.sorted(by: { $0.key < $1.key }) {
            hash.add("\(name) \(tensor.shape)\n")
            hash.add(unsafe tensor.values.withUnsafeBytes { unsafe Data($0) })
        }
        return hash.finish()
    }
}
