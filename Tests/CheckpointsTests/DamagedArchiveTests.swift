import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Whole archives of PyTorch, damaged at random or cut: reading them may fail, in a sentence; it may not crash.
struct DamagedArchiveTests {
    /// Reads everything there is to read; gives whether all went well.
    private func read(_ bytes: Data, in folder: String) throws -> Bool {
        let path = folder + "/model.pt"
        try bytes.write(to: URL(fileURLWithPath: path))
        do throws(CheckpointError) {
            let file = try openTensorFile(path)
            var whole = true
            for name in file.names {
                do throws(CheckpointError) {
                    let tensor = try file.tensor(name)
                    #expect(tensor?.values.count == tensor?.count)
                } catch {
                    #expect(error.description.hasPrefix(path))
                    whole = false
                }
            }
            return whole && !file.names.isEmpty
        } catch {
            #expect(error.description.hasPrefix(path))
            #expect(!error.description.contains("\n"))
            return false
        }
    }

    @Test("cut at every length", arguments: ["model.pt", "large.pt", "nested.pt"])
    func cut(name: String) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: TorchArchiveTests.golden(name)))
        try withTemporaryFolder { folder in
            for length in 0..<whole.count {
                let isWhole = try read(whole.prefix(length), in: folder)
                #expect(!isWhole, "\(length) of \(whole.count) bytes")
            }
        }
    }

    @Test("every byte changed", arguments: ["model.pt", "large.pt", "plain.pt"])
    func flips(name: String) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: TorchArchiveTests.golden(name)))
        var random = RandomNumbers(seed: 6)
        var (fine, refused) = (0, 0)
        try withTemporaryFolder { folder in
            for place in whole.indices {
                var bytes = whole
                bytes[place] ^= 1 << UInt8(random.next() % 8)
                if try read(bytes, in: folder) { fine += 1 } else { refused += 1 }
                bytes[place] = [0, 0xFF, 0x7F, 0x80][Int(random.next() % 4)]
                if try read(bytes, in: folder) { fine += 1 } else { refused += 1 }
            }
        }
        // Much of an archive is padding, checksums and dates, which are not looked at.
        #expect(fine > 100 && refused > 100, "\(fine) read, \(refused) refused")
    }

    @Test("pickles of random instructions")
    func randomPickles() throws {
        // Those that do something, mostly, with their arguments as they come.
        let instructions: [UInt8] = Array("(NKMJX)]}tlaesudqhcQRb0".utf8) + [0x85, 0x86, 0x87, 0x8A, 0x8C, 0x93, 0x94]
        var random = RandomNumbers(seed: 7)
        let whole = try Data(contentsOf: URL(fileURLWithPath: TorchArchiveTests.golden("model.pt")))
        let pickle = try #require(whole.range(of: Data([0x80, 2]))).lowerBound
        try withTemporaryFolder { folder in
            for _ in 0..<1500 {
                var bytes = whole
                for _ in 0..<4 {
                    let place = pickle + Int(random.next() % 300)
                    bytes[place] = instructions[Int(random.next() % UInt64(instructions.count))]
                }
                _ = try read(bytes, in: folder)
            }
        }
    }
}
