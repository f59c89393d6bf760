import Foundation

/// Opens a file of tensors by what is in it, whatever it is called: safetensors, or an archive of torch.save.
///
/// The file is mapped, and values are read when they are asked for.
/// - Throws: if it cannot be read, or is no such file.
package func openTensorFile(_ path: String) throws(CheckpointError) -> any TensorFile {
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
        // Checked only if it is no safetensors file, because the header length of one may begin with the same two
        // bytes.
        guard data.count > 1, data[0] == 0x80, (2...5).contains(data[1]) else { throw error }
        throw CheckpointError(
            "\(path): is a plain pickle, as torch before 1.6 wrote them; save it anew in Python: "
                + "torch.save(torch.load(path, map_location='cpu'), new_path)")
    }
}
