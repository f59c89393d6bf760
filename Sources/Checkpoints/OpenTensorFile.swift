import Foundation

/// Opens a file of tensors by what is in it, whatever it is called: safetensors, or an archive of torch.save.
///
/// The file is mapped, and values are read when they are asked for. The index of a checkpoint in several files
/// (`….index.json`) opens all of them.
/// - Throws: if it cannot be read, or is no such file.
package func openTensorFile(_ path: String) throws(CheckpointError) -> any TensorFile {
    path.hasSuffix(".index.json") ? try ShardedTensors(index: path) : try openSingleFile(path)
}

/// Opens a file that has the tensors itself.
///
/// - Throws: if it cannot be read, or is no such file.
func openSingleFile(_ path: String) throws(CheckpointError) -> any TensorFile {
    let data: Data
    do {
        data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
        throw CheckpointError("\(path): cannot be read; expected a safetensors file or one of torch.save")
    }
    if data.starts(with: TorchArchive.magic) { return try TorchArchive(data, path: path) }
    do throws(CheckpointError) {
        return try Safetensors(data, path: path)
    } catch {
        // Asked only if it is no safetensors file, because the header length of one may begin like anything.
        guard let format = foreignFormat(data) ?? foreignText(data) else { throw error }
        throw CheckpointError("\(path): \(format)")
    }
}
