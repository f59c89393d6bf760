import Checkpoints
import Foundation
import TestSupport
import Testing

/// Files that downloads and mix-ups leave under a checkpoint's name: each is told as what it is, with the remedy.
struct ForeignFormatTests {
    struct Foreign: CustomTestStringConvertible {
        // Not Data, whose bytes the leak check of the address sanitizer does not find where a constant holds them.
        let bytes: [UInt8]
        /// A part of the sentence.
        let says: String
        var testDescription: String { says }

        init(_ bytes: [UInt8], says: String) { (self.bytes, self.says) = (bytes, says) }

        init(_ text: String, says: String) { (bytes, self.says) = (Array(text.utf8), says) }
    }

    static let files = [
        Foreign("", says: "is empty; download it again"),
        Foreign(
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 14918708\n", says: "'git lfs pull'"),
        Foreign("<!DOCTYPE html>\n<html><body>Sign in</body></html>", says: "is a web page"),
        Foreign("\n  <HTML lang=en><body>404</body></html>", says: "is a web page"),
        Foreign("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", says: "is a web page"),
        Foreign(
            #"{"error":"Repository not found"}"#, says: #"begins with '{"error":"Repository not', and no safetensors"#),
        Foreign("Entry not found", says: "is a text that begins with 'Entry not found', and no safetensors file"),
        // The first eight bytes are a plausible length.
        Foreign([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 7, count: 90), says: "compressed by gzip"),
        Foreign(Array("BZh91AY&SY".utf8), says: "compressed by bzip2"),
        Foreign([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4], says: "compressed by xz"),
        Foreign([0x28, 0xB5, 0x2F, 0xFD, 4, 0, 1, 0, 0], says: "compressed by zstd"),
        Foreign([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], says: "is a 7z archive; unpack it"),
        Foreign(
            Array("model.safetensors".utf8) + [UInt8](repeating: 0, count: 240) + Array("ustar\u{0}00".utf8),
            says: "is a tar archive; unpack it"),
        Foreign([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0], says: "is an HDF5 file"),
        Foreign([8, 7, 0x12, 7] + Array("pytorch".utf8) + [0x1A, 5, 0x32, 0x2E, 0x31], says: "is an ONNX model"),
        Foreign(Array("GGUF".utf8) + [3, 0, 0, 0, 1, 0, 0, 0], says: "is a GGUF file"),
        Foreign([0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0], says: "is an array of NumPy"),
    ]

    @Test("one sentence that names the file", arguments: files)
    func sentence(file: Foreign) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try Data(file.bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CheckpointError.self) { try openTensorFile(path) }
            let sentence = error?.description ?? ""
            #expect(sentence.hasPrefix(path + ": ") && sentence.contains(file.says), "\(sentence)")
            #expect(!sentence.contains("\n"))
        }
    }

    @Test("a description that is something else, or larger than a description needs")
    func descriptions() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/config.json"
            func expect(_ bytes: Data, _ says: String) throws {
                try bytes.write(to: URL(fileURLWithPath: path))
                #expect(throws: CheckpointError("\(path): \(says)")) {
                    try decodedDescription([String: Int].self, at: path, as: "list", expected: "a list")
                }
            }
            try expect(
                Data("version https://git-lfs.github.com/spec/v1\n".utf8),
                "is a pointer of Git LFS in the place of the file; fetch the file with 'git lfs pull', or download it")
            try expect(Data(), "is no list: it is no valid JSON, or has numbers beyond all sizes")
            try expect(Data(#"{"a": "b"}"#.utf8), "is no list: 'a' is of another type")
            try expect(
                Data(repeating: UInt8(ascii: "["), count: 1 << 20),
                "is no list: it is no valid JSON, or has numbers beyond all sizes")
            try expect(
                Data(repeating: UInt8(ascii: " "), count: 4 << 20) + Data("{}".utf8),
                "has more bytes than a description needs, expected at most 4194304")
        }
    }
}
