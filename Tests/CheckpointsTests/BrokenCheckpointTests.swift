import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Whatever bytes come in, there is one sentence that says what is wrong, and no crash.
struct BrokenCheckpointTests {
    struct Broken: CustomTestStringConvertible {
        let what: String
        let bytes: Data
        /// A part of the sentence.
        let says: String
        var testDescription: String { what }

        init(_ what: String, _ bytes: Data, says: String) {
            (self.what, self.bytes, self.says) = (what, bytes, says)
        }

        /// A file of one tensor whose entry is this JSON.
        init(_ what: String, entry: String, values: Int = 8, says: String) {
            self.init(what, header: "{\"x\":\(entry)}", values: values, says: says)
        }

        init(_ what: String, header: String, values: Int = 8, says: String) {
            self.init(what, SafetensorsFile.data(header: Data(header.utf8), Data(count: values)), says: says)
        }
    }

    static let broken = [
        Broken("an empty file", Data(), says: "is empty; download it again"),
        Broken("seven bytes", Data(count: 7), says: "at least 8 bytes, found 7"),
        Broken(
            "a header beyond the end", littleEndian([100 as UInt64]) + Data("{}".utf8), says: "says 100 bytes, found 2"),
        Broken("a huge header", littleEndian([UInt64.max]) + Data("{}".utf8), says: "says 18446744073709551615 bytes"),
        Broken("a header of 2⁶³ bytes", littleEndian([0x8000_0000_0000_0000 as UInt64]), says: "found 0"),
        Broken(
            "a header larger than a description needs", header: String(repeating: " ", count: 4 << 20) + "{}",
            says: "its header has 4194306 bytes, expected at most 4194304"),
        Broken("no header", Data(count: 8), says: "no JSON object"),
        Broken("no JSON", header: "safetensors", says: "no JSON object"),
        Broken("a list", header: "[1, 2]", says: "no JSON object"),
        Broken("a number", header: "7", says: "no JSON object"),
        Broken("a header cut short", header: "{\"x\":", says: "no JSON object"),
        Broken("deep nesting", header: String(repeating: "[", count: 100_000), says: "no JSON object"),
        Broken(
            "bytes that are no text", SafetensorsFile.data(header: Data([0xFF, 0xFE, 0x80])), says: "no JSON object"),
        Broken("an entry that is a number", entry: "3", says: "no proper dtype, shape and data_offsets"),
        Broken("no shape", entry: #"{"dtype":"F32","data_offsets":[0,8]}"#, says: "'x' has no proper"),
        Broken("no type", entry: #"{"shape":[2],"data_offsets":[0,8]}"#, says: "'x' has no proper"),
        Broken("no offsets", entry: #"{"dtype":"F32","shape":[2]}"#, says: "'x' has no proper"),
        Broken("one offset", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[8]}"#, says: "'x' has no proper"),
        Broken(
            "a negative extent", entry: #"{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}"#, says: "'x' has no proper"
        ),
        Broken(
            "two negative extents", entry: #"{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}"#,
            says: "'x' has no proper"),
        Broken(
            "half an extent", entry: #"{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}"#, says: "'x' has no proper"),
        Broken("an extent of 1e300", entry: #"{"dtype":"F32","shape":[1e300],"data_offsets":[0,8]}"#, says: "'x'"),
        Broken(
            "a shape that overflows",
            entry: #"{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}"#, says: "does not fit"),
        Broken(
            "a shape that overflows to the right size",
            entry: #"{"dtype":"F16","shape":[4611686018427387905,4],"data_offsets":[0,8]}"#, says: "does not fit"),
        Broken("reversed offsets", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[8,0]}"#, says: "bytes 8..<0"),
        Broken("a negative offset", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}"#, says: "bytes -8..<0"),
        Broken(
            "offsets beyond the end", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[4,12]}"#,
            says: "found 8 bytes"),
        Broken(
            "the largest offsets",
            entry: #"{"dtype":"F32","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}"#,
            says: "found 8 bytes"),
        Broken(
            "truncated values", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, values: 7,
            says: "is truncated"),
        Broken(
            "fewer bytes than the shape", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[0,7]}"#,
            says: "does not fit its 7 bytes"),
        Broken(
            "more bytes than the shape", entry: #"{"dtype":"F16","shape":[3],"data_offsets":[0,8]}"#,
            says: "of F16 [3] does not fit its 8 bytes"),
        Broken(
            "a type nobody knows", entry: #"{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}"#,
            says: "is of type F8_E4M3, expected F32, F16 or BF16"),
        Broken(
            "a type nobody knows of a shape that overflows",
            entry: #"{"dtype":"I64","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}"#,
            says: "is of type I64"),
    ]

    @Test("one sentence that names the file", arguments: broken)
    func sentence(broken: Broken) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try broken.bytes.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path).root.tensor("x") }
            let sentence = error?.description ?? ""
            #expect(sentence.hasPrefix(path + ": "))
            #expect(sentence.contains(broken.says), "\(sentence)")
            #expect(!sentence.contains("\n"))
        }
    }

    @Test("no file, and a folder")
    func noFile() throws {
        try withTemporaryFolder { folder in
            for path in [folder + "/nothing", folder] {
                #expect(
                    throws: CheckpointError("\(path): cannot be read; expected a safetensors file or one of torch.save")
                ) {
                    try Checkpoint(path: path)
                }
            }
        }
    }

    /// Flips, sets, drops and inserts bytes of a small valid file.
    ///
    /// Reading it may fail, in a sentence; it may not crash.
    @Test("damaged files never crash")
    func mutations() throws {
        let whole = try SafetensorsFile([
            "a.weight": .init("F32", [2, 3], littleEndian([1, 2, 3, 4, 5, 6] as [Float])),
            "b": .init("F16", [4], littleEndian([0, 1, 0x7BFF, 0x3C00] as [UInt16])),
            "c.d": .init("BF16", [1], littleEndian([0x3F80 as UInt16])),
        ]).data
        var random = RandomNumbers(seed: 5)
        var (read, refused) = (0, 0)
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            for _ in 0..<800 {
                var bytes = whole
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
                case 1: bytes[place] = UInt8(random.next() % 256)
                case 2: bytes.remove(at: place)
                default: bytes.insert(UInt8(ascii: "0") + UInt8(random.next() % 10), at: place)
                }
                try bytes.write(to: URL(fileURLWithPath: path))
                do throws(CheckpointError) {
                    let root = try Checkpoint(path: path).root
                    for name in ["a.weight", "b", "c.d"] {
                        let tensor = try root.tensor(name)
                        #expect(tensor.values.count == tensor.count)
                    }
                    read += 1
                } catch {
                    #expect(error.description.hasPrefix(path))
                    refused += 1
                }
            }
        }
        #expect(read > 50 && refused > 50, "\(read) read, \(refused) refused: the damage is of one kind only")
    }
}
