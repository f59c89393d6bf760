import Checkpoints
package import Tensors

/// What a method can write down and go on from: numbers by name, in a safetensors file.
package struct MethodState: Sendable {
    /// The method's name.
    package let method: String
    /// What it was made of and with, by names for people; empty where nobody has to know.
    package var origin: [String: String] = [:]
    /// Adapted parameters under their published names, and what is remembered of the frames before.
    package var tensors: [String: Tensor]

    /// What the header calls the method's name.
    private static let key = "ditta.method"
    /// What the header puts before the names of the origin.
    private static let originPrefix = "ditta.origin."

    /// Makes a state of a method of this name.
    package init(method: String, tensors: [String: Tensor] = [:]) {
        (self.method, self.tensors) = (method, tensors)
    }

    /// Reads a file.
    ///
    /// - Throws: if it cannot be read, is no safetensors file, or no state.
    package init(path: String) throws {
        let file = try openTensorFile(path)
        guard let method = file.metadata[Self.key] else {
            throw MethodError("\(path): is no state of a method; expected a file that ditta wrote")
        }
        var tensors: [String: Tensor] = [:]
        for name in file.names { tensors[name] = try file.tensor(name) }
        self.init(method: method, tensors: tensors)
        for (key, value) in file.metadata where key.hasPrefix(Self.originPrefix) {
            origin[String(key.dropFirst(Self.originPrefix.count))] = value
        }
    }

    /// Writes a file, whole or not at all.
    ///
    /// - Throws: if it cannot be written.
    package func write(to path: String) throws {
        var metadata = [Self.key: method]
        for (name, value) in origin { metadata[Self.originPrefix + name] = value }
        try writeSafetensors(tensors.map { ($0, $1) }, metadata: metadata, to: path)
    }

    /// Checks whose state it is.
    ///
    /// - Throws: if it is not that of a method of this name.
    package func check(_ name: String) throws(MethodError) {
        guard method == name else { throw MethodError("the state is of the method '\(method)', expected '\(name)'") }
    }
}
