package import Tensors

/// Named tensors in memory in the place of a file: what builds a network from a checkpoint builds a copy from these.
package struct HeldTensors: TensorFile {
    private let tensors: [String: Tensor]

    /// Takes tensors under names that are all different.
    package init(_ tensors: [(name: String, tensor: Tensor)]) {
        self.tensors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
    }

    package let path = "a network in memory"
    package let container = "memory"
    package var size: Int { tensors.values.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }
    package var names: Set<String> { Set(tensors.keys) }
    package var classNames: [String] { [] }
    package var metadata: [String: String] { [:] }

    package func description(of name: String) -> StoredTensor? {
        tensors[name].map { StoredTensor(type: "F32", shape: $0.shape) }
    }

    /// A copy of a tensor.
    package func tensor(_ name: String) -> Tensor? { tensors[name]?.copy() }
}
