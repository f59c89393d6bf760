package import Tensors

/// A file whose names begin with what training wrapped around the network, under the names without it.
///
/// Source: DataParallel and DistributedDataParallel (`module.`), torch.compile (`_orig_mod.`) and the custom of Lightning's users
/// (`model.`, `net.`), in whatever order.
package struct UnwrappedTensors: TensorFile {
    private static let wrappers: Set<Substring> = ["module", "_orig_mod", "model", "net"]

    private let file: any TensorFile
    private let prefix: String
    package let names: Set<String>

    /// Takes off what most names begin with; others, those of a loss perhaps, keep theirs.
    package init(_ file: any TensorFile) {
        let prefixes = file.names.map { name in
            name.split(separator: ".").prefix { Self.wrappers.contains($0) }.map { $0 + "." }.joined()
        }
        let counts = Dictionary(prefixes.map { ($0, 1) }, uniquingKeysWith: +)
        let prefix = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
        let names = Set(file.names.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 })
        self.file = file
        // Two tensors must not become one.
        (self.prefix, self.names) = names.count == file.names.count ? (prefix, names) : ("", file.names)
    }

    package var path: String { file.path }
    package var container: String { file.container }
    package var size: Int { file.size }
    package var classNames: [String] { file.classNames }
    package var metadata: [String: String] { file.metadata }

    package func description(of name: String) -> StoredTensor? {
        file.description(of: prefix + name) ?? file.description(of: name)
    }

    package func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
        if let tensor = try file.tensor(prefix + name) { return tensor }
        return try file.tensor(name)
    }
}
