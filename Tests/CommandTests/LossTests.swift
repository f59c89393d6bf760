import Foundation
import Media
import Raster
import TestSupport
import Testing

/// Videos of which something is lost: labels keep the source's numbers, and what is missing is said.
struct LossTests {
    private let small = ["--method", "iss", "--fit", "64x64", "--no-overlay"]

    private func run(_ clip: String, _ options: [String], _ check: (Program.Outcome, String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            try check(try Program.run(arguments: ["run", clips + "/" + clip, "-o", out] + small + options), out)
        }
    }

    /// Number and state of each line of frames.csv.
    private func table(_ folder: String) throws -> [(index: Int, state: String)] {
        let text = try String(contentsOfFile: folder + "/frames.csv", encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return (Int(fields[0]) ?? -1, String(fields[3]))
        }
    }

    private func numbers(_ folder: String) throws -> [Int] {
        try labelFiles(in: folder + "/labels").map { Int(($0 as NSString).lastPathComponent.dropLast(4)) ?? -1 }
    }

    @Test("labels have their frames' numbers, holes are listed, and the exit status is 3")
    func skipped() throws {
        try run("holes.mp4", []) { (outcome, out) throws in
            #expect(outcome.status == 3, "\(outcome)")
            #expect(
                outcome.errors.contains("16 frames could not be decoded and have no label: 0–7, 24–31"), "\(outcome)")
            #expect(try numbers(out) == Array(8..<24) + Array(32..<40))
            let lines = try table(out)
            #expect(lines.map(\.index) == Array(0..<40))
            #expect(lines.filter { $0.state == "missing" }.map(\.index) == Array(0..<8) + Array(24..<32))
            let report = try String(contentsOfFile: out + "/report.json", encoding: .utf8)
            #expect(report.contains("\"missing\" : 16") && report.contains("\"frames\" : 24"))
        }
    }

    @Test("lost frames have the labels before them, if wanted; before the first there are none")
    func repeated() throws {
        try run("holes.mp4", ["--on-corrupt", "repeat"]) { (outcome, out) throws in
            #expect(outcome.status == 3, "\(outcome)")
            #expect(try numbers(out) == Array(8..<40))
            #expect(try table(out).filter { $0.state == "repeated" }.map(\.index) == Array(24..<32))
            for index in 24..<32 {
                #expect(
                    FileManager.default.contentsEqual(
                        atPath: out + "/labels/000023.png", andPath: out + String(format: "/labels/%06d.png", index)))
            }
        }
    }

    @Test("or the run ends there")
    func stopped() throws {
        try run("holes.mp4", ["--on-corrupt", "stop"]) { (outcome, out) throws in
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("frame 0 cannot be decoded whole"), "\(outcome)")
            #expect(!FileManager.default.fileExists(atPath: out))
        }
    }

    @Test("what a file promises and does not have is said", arguments: ["cut.mkv", "truncated.avi"])
    func brokenOff(clip: String) throws {
        try run(clip, []) { (outcome, out) throws in
            #expect(outcome.status == 3, "\(outcome)")
            #expect(outcome.errors.contains("more frames are promised behind frame"), "\(outcome)")
            #expect(try numbers(out).count > 1)
        }
    }

    @Test("a selection keeps numbers and times of the source")
    func selected() throws {
        try run("numbered.mp4", ["--start", "10f", "--duration", "1s", "--stride", "5"]) { (outcome, out) throws in
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try numbers(out) == [10, 15, 20, 25, 30])
            let text = try String(contentsOfFile: out + "/frames.csv", encoding: .utf8)
            #expect(text.contains("\n15,0.600000,"), "\(text)")
        }
        // Of lost frames, those count that would have been taken.
        try run("holes.mp4", ["--start", "20f", "--stride", "3"]) { (outcome, out) throws in
            #expect(outcome.status == 3, "\(outcome)")
            #expect(outcome.errors.contains("2 frames could not be decoded and have no label: 26, 29"), "\(outcome)")
            #expect(try numbers(out) == [20, 23, 32, 35, 38])
        }
    }

    @Test("a pipe gives the labels of the file, with a warm-up told in frames")
    func piped() throws {
        try run("numbered.mp4", ["--warmup", "5f"]) { (outcome, out) throws in
            #expect(outcome.status == 0, "\(outcome)")
            let arguments = ["run", "-", "-o", out + "2", "--warmup", "5f"] + small
            let piped = try Program.run(arguments: arguments, redirecting: "< <(cat \(clips)/numbered.mp4)")
            #expect(piped.status == 0, "\(piped)")
            #expect(try numbers(out + "2") == Array(0..<40))
            for file in try labelFiles(in: out + "/labels") {
                let other = out + "2/labels/" + (file as NSString).lastPathComponent
                #expect(FileManager.default.contentsEqual(atPath: file, andPath: other), "\(file)")
            }
            let share = try Program.run(arguments: ["run", "-", "--warmup", "0.1", "-o", out + "3"] + small)
            #expect(share.errors.contains("nobody knows how long a stream is"), "\(share)")
        }
    }

    @Test("raw labels go to the standard output, behind a line that says what they are")
    func raw() throws {
        try withTemporaryFolder { folder in
            let arguments = ["run", clips + "/numbered.mp4", "-o", folder + "/out", "--labels", "-"] + small
            let outcome = try Program.run(arguments: arguments, redirecting: "> \(folder)/raw")
            #expect(outcome.status == 0, "\(outcome)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/raw"))
            let end = try #require(bytes.firstIndex(of: 10))
            let header = try #require(try JSONSerialization.jsonObject(with: bytes[..<end]) as? [String: Any])
            #expect(header["width"] as? Int == 32 && header["dtype"] as? String == "|u1")
            #expect(bytes.count - end - 1 == 40 * 32 * 32)
            let whole = try Program.run(arguments: arguments.dropLast(small.count + 2) + small + ["--force"])
            #expect(whole.status == 0, "\(whole)")
            let last = try readLabels(at: folder + "/out/labels/000039.png")
            #expect(bytes.suffix(32 * 32).map { UInt16($0) } == last.labels)
        }
    }
}
