import Foundation

/// Says what bytes are that hold neither tensors nor their description, with the remedy, or nil if that is not known.
///
/// Downloads that failed and mix-ups leave such files under the right names.
func foreignFormat(_ data: Data) -> String? {
    if data.isEmpty { return "is empty; download it again" }
    if let found = signatures.first(where: { data.dropFirst($0.place).starts(with: $0.bytes) }) { return found.says }
    if data.count > 1, data[0] == 0x80, (2...5).contains(data[1]) {
        return "is a plain pickle, as torch before 1.6 wrote them; save it anew in Python: "
            + "torch.save(torch.load(path, map_location='cpu'), new_path)"
    }
    // A protocol buffer that begins with ONNX's ir_version, then a field of text or of a message.
    if data.count > 2, data[0] == 0x08, (1...31).contains(data[1]), [0x12, 0x1A, 0x22, 0x3A, 0x42].contains(data[2]) {
        return "is an ONNX model, whose weights have lost their names; give the checkpoint it was exported from"
    }
    let beginning = String(decoding: data.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    if ["<!doctype html", "<html", "<?xml"].contains(where: beginning.lowercased().hasPrefix) {
        return "is a web page, as a failed download leaves it; download the file itself"
    }
    return nil
}

/// Says what a file is that is all text, or nil if it is not.
func foreignText(_ data: Data) -> String? {
    let beginning = data.prefix(64)
    guard beginning.allSatisfy({ (0x20..<0x7F).contains($0) || [0x09, 0x0A, 0x0D].contains($0) }) else { return nil }
    return "is a text that begins with '\(String(decoding: beginning.prefix(24), as: UTF8.self))', "
        + "and no safetensors file; download it again"
}

/// What formats begin with, or have at a place.
private let signatures: [(bytes: [UInt8], place: Int, says: String)] = [
    (
        Array("version https://git-lfs".utf8), 0,
        "is a pointer of Git LFS in the place of the file; fetch the file with 'git lfs pull', or download it"
    ),
    ([0x1F, 0x8B], 0, "is compressed by gzip; unpack it"),
    (Array("BZh".utf8), 0, "is compressed by bzip2; unpack it"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, "is compressed by xz; unpack it"),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, "is compressed by zstd; unpack it"),
    ([0x37, 0x7A, 0xBC, 0xAF], 0, "is a 7z archive; unpack it"),
    (Array("ustar".utf8), 257, "is a tar archive; unpack it"),
    (
        [0x89, 0x48, 0x44, 0x46], 0,
        "is an HDF5 file, as TensorFlow writes them; give the checkpoint's model.safetensors or pytorch_model.bin"
    ),
    (Array("GGUF".utf8), 0, "is a GGUF file, which has no network that ditta reads"),
    ([0x93] + Array("NUMPY".utf8), 0, "is an array of NumPy; expected a checkpoint"),
]
