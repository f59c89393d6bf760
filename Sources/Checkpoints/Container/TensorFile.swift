package import Tensors

/// A file of named tensors, whatever its container; nothing in it is trusted.
package protocol TensorFile: Sendable {
    /// Where it is, for messages.
    var path: String { get }
    /// What its container is called, for people: "safetensors".
    var container: String { get }
    /// The file's size in bytes.
    var size: Int { get }
    /// The names of all tensors.
    var names: Set<String> { get }
    /// The names of the classes that the network tells apart, in the order of their ids, where the file has them.
    var classNames: [String] { get }
    /// What its header says besides tensors, where its container has such a place.
    var metadata: [String: String] { get }
    /// What a tensor is, or nil if there is none of that name; no value is read.
    func description(of name: String) -> StoredTensor?
    /// Reads a tensor as float32, or gives nil if there is none of that name.
    ///
    /// - Throws: if its type cannot be read.
    func tensor(_ name: String) throws(CheckpointError) -> Tensor?
}

/// What a file says of a tensor.
package struct StoredTensor: Sendable, Equatable {
    /// The name of its type, as safetensors has it: `F32`, `BF16`, `I64`.
    package let type: String
    /// Its extents.
    package let shape: [Int]

    /// Says what a tensor is.
    package init(type: String, shape: [Int]) {
        (self.type, self.shape) = (type, shape)
    }

    /// Whether a network's weights may come in its type.
    package var isReadable: Bool { NumberFormat(rawValue: type)?.isReadable == true }
}

extension TensorFile {
    package var metadata: [String: String] { [:] }

    /// The shape of a tensor, or nil if there is none of that name.
    package func shape(of name: String) -> [Int]? { description(of: name)?.shape }

    /// What to say of a tensor whose numbers cannot be read.
    func unreadable(_ name: String, _ type: String) -> CheckpointError {
        CheckpointError("\(path): tensor '\(name)' is of type \(type), expected F32, F16 or BF16")
    }
}
