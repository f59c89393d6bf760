import Foundation
import Tensors

/// A file of torch.save (torch 1.6 and later): a zip archive of a pickle that describes the tensors, and their storages.
///
/// `<name>/data.pkl` is read by `Unpickler`, which runs nothing; `<name>/data/<k>` are the numbers, in the order that
/// `<name>/byteorder` tells. The tensors are those of a state dict: what was saved, or its `state_dict` or `model`.
/// Source: torch/serialization.py.
struct TorchArchive: TensorFile {
    /// The first bytes of the file.
    static let magic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

    let path: String
    let container = "torch.save archive"
    let size: Int
    let classNames: [String]
    private let directory: ZipDirectory
    private let root: String
    private let isBigEndian: Bool
    private let tensors: [String: TorchTensor]

    /// Reads the description of a mapped file's tensors.
    init(_ data: Data, path: String) throws(CheckpointError) {
        (self.path, size) = (path, data.count)
        directory = try ZipDirectory(data, path: path)
        guard let name = directory.names.filter({ $0.hasSuffix("/data.pkl") }).min(by: { $0.count < $1.count }),
            let contents = try directory.contents(of: name)
        else {
            throw CheckpointError(
                "\(path): is a zip archive without data.pkl; expected one of torch.save: unpack it if there is one in it"
            )
        }
        guard !directory.names.contains(where: { $0.hasSuffix("/constants.pkl") }) else {
            throw CheckpointError(
                "\(path): is a TorchScript program; save the state dict of the network it was made of")
        }
        guard contents.count <= largestDescription else {
            throw CheckpointError(
                "\(path): its pickle has \(contents.count) bytes, expected at most \(largestDescription)")
        }
        root = String(name.dropLast("data.pkl".count))
        let order = try directory.contents(of: root + "byteorder").map { String(decoding: $0, as: UTF8.self) }
        guard let isBigEndian = ["little": false, "big": true][order ?? "little"] else {
            throw CheckpointError("\(path): byteorder: expected 'little' or 'big', found '\(order?.prefix(20) ?? "")'")
        }
        self.isBigEndian = isBigEndian
        do throws(PickleError) {
            let pickle = try Unpickler.read(Array(contents))
            tensors = Self.stateDict(pickle)
            classNames = Self.classNames(pickle)
        } catch {
            throw CheckpointError("\(path): \(error.sentence)")
        }
        for (name, tensor) in tensors { _ = try storage(tensor, of: name) }
    }

    private static func stateDict(_ pickle: Pickle) -> [String: TorchTensor] {
        let root = pickle.entries(pickle.root) ?? [:]
        let candidates = [root["state_dict"], root["model"], pickle.root].compactMap(pickle.entries)
        let found = candidates.lazy.map { entries in
            entries.compactMapValues { value in
                if case .tensor(let place) = value { pickle.tensors[place] } else { nil }
            }
        }
        return found.first { !$0.isEmpty } ?? [:]
    }

    /// mmcv's `meta.CLASSES`, or `meta.dataset_meta.classes` of its successor.
    private static func classNames(_ pickle: Pickle) -> [String] {
        let meta = pickle.entries(pickle.entries(pickle.root)?["meta"])
        let successor = pickle.entries(meta?["dataset_meta"])
        let names = pickle.items(meta?["CLASSES"]) ?? pickle.items(successor?["classes"]) ?? []
        return names.compactMap { name in
            if case .text(let text) = name { text } else { nil }
        }
    }

    /// The bytes of a tensor's storage.
    private func storage(_ tensor: TorchTensor, of name: String) throws(CheckpointError) -> Data {
        guard let bytes = try directory.contents(of: root + "data/" + tensor.key) else {
            throw CheckpointError("\(path): tensor '\(name)': the archive has no storage '\(tensor.key)'")
        }
        guard bytes.count == tensor.storageBytes else {
            throw CheckpointError(
                "\(path): tensor '\(name)': storage '\(tensor.key)' has \(bytes.count) bytes, "
                    + "expected \(tensor.storageBytes.map(String.init) ?? "more than there are")")
        }
        return bytes
    }

    var names: Set<String> { Set(tensors.keys) }

    func description(of name: String) -> StoredTensor? {
        tensors[name].map { StoredTensor(type: $0.format.rawValue, shape: $0.shape) }
    }

    func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
        guard let tensor = tensors[name] else { return nil }
        guard let result = tensor.read(try storage(tensor, of: name), isBigEndian: isBigEndian) else {
            throw unreadable(name, tensor.format.rawValue)
        }
        return result
    }
}
