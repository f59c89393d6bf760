import Foundation
import Media
import TestSupport
import Testing

/// What adapting is for, on a rendered clip with exact labels: `run` and `eval` as a person would type them.
struct RenderedStreetTests {
    /// Of what `eval --json` prints, what these tests look at; in per cent.
    private struct Scores: Decodable {
        let mIoU, pixelAccuracy, flicker: Double
        /// Nil for fewer frames than a window has.
        let mVC8: Double?
    }

    /// The folder of a run on the whole clip.
    private func labelled(by method: String, in folder: String) throws -> String {
        let out = folder + "/" + method
        let outcome = try Program.run(
            "run", renderedStreet + "/clip.mp4", "-o", out, "--method", method, "--warmup", "0.2", "--no-overlay",
            "--fit", "384x216", "--precision", "fp32")
        #expect(outcome.status == 0, "\(outcome)")
        return out
    }

    private func scores(of labels: String, against truth: String) throws -> Scores {
        let outcome = try Program.run("eval", labels, truth, "--json")
        #expect(outcome.status == 0, "\(outcome)")
        return try JSONDecoder().decode(Scores.self, from: Data(outcome.output.utf8))
    }

    /// A folder with the truth of some frames only.
    private func truth(of frames: Range<Int>, in folder: String) throws -> String {
        let some = folder + "/truth-\(frames.lowerBound)"
        try FileManager.default.createDirectory(atPath: some, withIntermediateDirectories: false)
        for path in try labelFiles(in: renderedStreet + "/labels")[frames] {
            try FileManager.default.copyItem(
                atPath: path, toPath: some + "/" + URL(fileURLWithPath: path).lastPathComponent)
        }
        return some
    }

    @Test("adapted labels hold still and are as good, and a hard cut does not carry the old street over")
    func adapted() throws {
        try withTemporaryFolder { folder in
            let plain = try labelled(by: "iss", in: folder)
            let adapted = try labelled(by: "ditta", in: folder)
            let before = try truth(of: 8..<28, in: folder)
            let (frameByFrame, steady) = try (scores(of: plain, against: before), scores(of: adapted, against: before))
            #expect(try #require(steady.mVC8) > #require(frameByFrame.mVC8) + 1)
            #expect(steady.flicker < frameByFrame.flicker - 1)
            // Thin classes have a few hundred pixels in so small frames, and weigh as much as the road in mIoU.
            #expect(steady.mIoU > frameByFrame.mIoU - 1.5)
            // What lifts rare classes takes 0.6 from the frequent ones here.
            #expect(steady.pixelAccuracy > frameByFrame.pixelAccuracy - 0.75)

            let cut = try truth(of: 28..<30, in: folder)
            let (fresh, remembered) = try (scores(of: plain, against: cut), scores(of: adapted, against: cut))
            #expect(remembered.mIoU > fresh.mIoU - 1)
            #expect(remembered.pixelAccuracy > fresh.pixelAccuracy - 1)
        }
    }
}
