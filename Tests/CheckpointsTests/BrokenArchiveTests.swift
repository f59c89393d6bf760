import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Archives of torch.save that lie: one sentence each, no crash, and no memory that the file's size does not account for.
struct BrokenArchiveTests {
    struct Broken: CustomTestStringConvertible {
        let what: String
        let bytes: Data
        /// A part of the sentence.
        let says: String
        var testDescription: String { what }

        init(_ what: String, _ bytes: Data, says: String) { (self.what, self.bytes, self.says) = (what, bytes, says) }

        /// An archive of one entry that is not as it should be.
        init(_ what: String, says: String, _ change: (inout ZipFile) -> Void) {
            var file = ZipFile(pickle: Self.pickle { $0.tensor([2, 2], strides: [2, 1], of: 4) })
            file.entries.append(.init("x/data/0", littleEndian([1, 2, 3, 4] as [Float])))
            change(&file)
            self.init(what, file.data, says: says)
        }

        /// An archive whose pickle has this for a tensor `x`, and a storage of four numbers.
        init(pickle what: String, says: String, _ value: (inout PickleBytes) -> Void) {
            self.init(what, ZipFile(pickle: Self.pickle(value), storages: ["0": Data(count: 16)]).data, says: says)
        }

        static func pickle(_ value: (inout PickleBytes) -> Void) -> Data {
            var pickle = PickleBytes()
            pickle.raw("}")
            pickle.text("x")
            value(&pickle)
            pickle.raw("s.")
            return pickle.data
        }
    }

    static let archives: [Broken] = [
        Broken("nothing behind the first bytes", Data([0x50, 0x4B, 3, 4]), says: "no directory at its end"),
        Broken("no pickle", says: "without data.pkl") { $0.entries.removeFirst() },
        Broken("a program", says: "is a TorchScript program") { $0.entries.append(.init("x/constants.pkl", Data())) },
        Broken("a pickle at the top", says: "without data.pkl") { $0.entries[0].name = "data.pkl" },
        Broken("a compressed pickle", says: "'x/data.pkl' is compressed") { $0.entries[0].method = 8 },
        Broken("a compressed storage", says: "'x/data/0' is compressed") { $0.entries[1].method = 8 },
        Broken("two entries of a name", says: "two entries 'x/data/0'") { $0.entries.append($0.entries[1]) },
        Broken("an entry beyond the end", says: "overlaps another or leaves the file") {
            $0.entries[1].size = 1_000_000
        },
        Broken("an entry of 4 GB", says: "directory cannot be read") { $0.entries[1].size = .max },
        Broken("two entries at one place", says: "overlaps another") { $0.entries[1].place = 0 },
        Broken("an entry that begins in another", says: "overlaps another") { $0.entries[1].place = 20 },
        Broken("a place beyond the end", says: "overlaps another or leaves the file") {
            $0.entries[1].place = 0xFFFF_0000
        },
        Broken("no storage", says: "the archive has no storage '0'") { $0.entries.removeLast() },
        Broken("a storage cut short", says: "storage '0' has 15 bytes, expected 16") {
            $0.entries[1].bytes.removeLast()
        },
        Broken("a storage too long", says: "storage '0' has 17 bytes, expected 16") { $0.entries[1].bytes.append(0) },
        Broken("a byte order nobody has", says: "found 'middle'") {
            $0.entries.append(.init("x/byteorder", Data("middle".utf8)))
        },
        Broken("a pickle of 5 MB", says: "expected at most 4194304") { $0.entries[0].bytes = Data(count: 5 << 20) },
    ]

    static let pickles: [Broken] = [
        Broken(
            pickle: "a command",
            says: "refers to 'os.system', which no checkpoint needs; nothing of it was run; if you trust"
        ) {
            $0.raw("cos\nsystem\n(")
            $0.text("touch it")
            $0.raw("tR")
        },
        Broken(pickle: "a command of protocol 4", says: "refers to 'builtins.eval'") {
            $0.text("builtins")
            $0.text("eval")
            $0.raw([0x93])
        },
        Broken(pickle: "an instruction of another protocol", says: "has the instruction 0x69") { $0.raw("i") },
        Broken(pickle: "a class to build", says: "refers to 'numpy.random.RandomState'") {
            $0.raw("cnumpy.random\nRandomState\n")
        },
        Broken(
            pickle: "what mmengine saves besides", says: "save its state dict alone: torch.save(state_dict, new_path)"
        ) {
            $0.raw("cmmengine.logging.history_buffer\nHistoryBuffer\n")
        },
        Broken(pickle: "a number that is called", says: "pickle is broken") { $0.raw("K\u{1})R") },
        Broken(pickle: "nothing to put away", says: "pickle is broken") { $0.raw("(q\u{0}ttttt") },
        Broken(pickle: "what was never remembered", says: "pickle is broken") { $0.raw("h\u{7}") },
        Broken(pickle: "a text of 4 GB", says: "pickle is truncated") { $0.raw("X\u{7F}\u{7F}\u{7F}\u{7F}") },
        Broken(pickle: "numbers twice", says: "does not lie in its storage") {
            $0.tensor([1 << 30, 4], strides: [0, 1], of: 4)
        },
        Broken(pickle: "more numbers than there are", says: "does not lie in its storage") {
            $0.tensor([5], strides: [1], of: 4)
        },
        Broken(pickle: "numbers behind the end", says: "does not lie in its storage") {
            $0.tensor([2], strides: [1], offset: 3, of: 4)
        },
        Broken(pickle: "strides that leave the storage", says: "does not lie in its storage") {
            $0.tensor([2, 2], strides: [3, 1], of: 4)
        },
        Broken(pickle: "strides that overflow", says: "does not lie in its storage") {
            $0.tensor([3, 1], strides: [.max, 1], of: 4)
        },
        Broken(pickle: "extents that overflow", says: "does not lie in its storage") {
            $0.tensor([1 << 33, 1 << 33], strides: [1, 1], of: 4)
        },
        Broken(pickle: "negative extents", says: "pickle is broken") { $0.tensor([-1], strides: [1], of: 4) },
        Broken(pickle: "negative strides", says: "pickle is broken") { $0.tensor([2], strides: [-1], of: 4) },
        Broken(pickle: "a negative offset", says: "does not lie in its storage") {
            $0.tensor([2], strides: [1], offset: -1, of: 4)
        },
        Broken(pickle: "seventeen dimensions", says: "pickle is broken") {
            $0.tensor(Array(repeating: 1, count: 17), strides: Array(repeating: 1, count: 17), of: 4)
        },
        Broken(pickle: "a storage larger than memory", says: "expected more than there are") {
            $0.tensor([1], strides: [1], of: .max)
        },
        Broken(pickle: "a storage elsewhere", says: "no storage '../../secret'") {
            $0.tensor([1], strides: [1], of: 4, key: "../../secret")
        },
    ]

    @Test("one sentence that names the file", arguments: archives + pickles)
    func sentence(broken: Broken) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.pt"
            try broken.bytes.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path).root.tensor("x") }
            let sentence = error?.description ?? ""
            #expect(sentence.hasPrefix(path + ": ") && sentence.contains(broken.says), "\(sentence)")
            #expect(!sentence.contains("\n"))
        }
    }

    @Test("the archive that the other tests break is whole, and steps along sides of one do not matter")
    func whole() throws {
        let whole = Broken(pickle: "", says: "") { $0.tensor([2, 1, 2], strides: [2, .max, 1], of: 4) }
        try withTemporaryFolder { folder in
            let path = folder + "/model.pt"
            try whole.bytes.write(to: URL(fileURLWithPath: path))
            #expect(try Checkpoint(path: path).root.tensor("x", 2, 1, 2).values == [0, 0, 0, 0])
        }
    }

    @Test("lists in lists, a million deep, and lists in themselves")
    func nesting() throws {
        var pickle = PickleBytes()
        // [[[…]]], then a dictionary with a tensor, and the list in itself.
        pickle.raw(
            String(repeating: "]", count: 1_000_000) + String(repeating: "a", count: 999_999) + "q\u{0}h\u{0}a0}")
        pickle.text("x")
        pickle.tensor([1], strides: [1], of: 1)
        pickle.raw("s.")
        try withTemporaryFolder { folder in
            let path = folder + "/model.pt"
            let file = ZipFile(pickle: pickle.data, storages: ["0": littleEndian([2 as Float])])
            try file.data.write(to: URL(fileURLWithPath: path))
            #expect(try Checkpoint(path: path).root.tensor("x", 1).values == [2])
        }
    }
}
