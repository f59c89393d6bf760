package import Checkpoints
import Foundation

/// Where a published model's files are: a folder with `config.json` and tensors, or a file of tensors.
package struct ModelPlace: Sendable {
    /// The file of tensors.
    package let tensors: String
    /// The folder in which `config.json` and `preprocessor_config.json` are, if they are anywhere.
    package let folder: String
    /// Whether the folder was named, and not a file in it.
    package let isFolder: Bool

    /// Finds the files; a folder without `model.safetensors` may have several files with an index, or an older
    /// `pytorch_model.bin`.
    ///
    /// - Throws: if there is nothing at the path.
    package init(path: String) throws(CheckpointError) {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CheckpointError(
                "\(path): no such model; expected a directory with config.json and model.safetensors, "
                    + "or a checkpoint's file")
        }
        isFolder = isDirectory.boolValue
        guard isFolder else {
            tensors = path
            let parent = (path as NSString).deletingLastPathComponent
            folder = parent.isEmpty ? "." : parent
            return
        }
        folder = path
        // The order of transformers.
        let candidates = ["model.safetensors", "pytorch_model.bin"].flatMap { [$0, $0 + ".index.json"] }
            .map { path + "/" + $0 }
        tensors = candidates.first(where: FileManager.default.fileExists) ?? candidates[0]
    }

    /// Opens the tensors, under their names without what training wrapped around them.
    ///
    /// - Throws: if they cannot be read.
    package func open() throws(CheckpointError) -> any TensorFile { UnwrappedTensors(try openTensorFile(tensors)) }

    /// The model's description.
    package var configuration: String { folder + "/config.json" }
}
