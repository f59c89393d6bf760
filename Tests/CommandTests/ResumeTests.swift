import Foundation
import Media
import Raster
import TestSupport
import Testing

/// Runs that are stopped, and go on.
struct ResumeTests {
    private let options = ["--fit", "64x64", "--passes", "1", "--warmup", "4f"]

    @Test("after any end, --resume gives the bytes of a run that nobody disturbed", arguments: [SIGKILL, SIGTERM])
    func resumed(signal: Int32) throws {
        try withTemporaryFolder { folder in
            let frames = try pictures(400, in: folder)
            let (whole, out) = (folder + "/whole", folder + "/out")
            #expect(try Program.run(arguments: ["run", frames, "-o", whole] + options).status == 0)
            let stopped = try Program.run(
                arguments: ["run", frames, "-o", out] + options, signal, at: out + ".partial/labels/000020.png")
            #expect(stopped.status == (signal == SIGKILL ? -SIGKILL : 128 + SIGTERM), "\(stopped)")
            #expect(!FileManager.default.fileExists(atPath: out + ".partial/frames.csv"), "it is not whole")
            if signal == SIGTERM {
                // As many as it says are there, and it goes on behind them.
                let kept = try labelFiles(in: out + ".partial/labels").count
                #expect(stopped.errors.contains("stopped by SIGTERM; \(kept) frames are labelled"), "\(stopped)")
            }
            let other = try Program.run(arguments: ["run", frames, "-o", out, "--resume", "--seed", "5"] + options)
            #expect(other.status == 1 && other.errors.contains("was a run with another seed"), "\(other)")
            let again = try Program.run(arguments: ["run", frames, "-o", out] + options)
            #expect(again.status == 1 && again.errors.contains("go on with it with --resume"), "\(again)")
            let outcome = try Program.run(arguments: ["run", frames, "-o", out, "--resume"] + options)
            #expect(outcome.status == 0, "\(outcome)")
            if signal == SIGTERM { #expect(!outcome.output.contains("going on after 0 frames"), "\(outcome)") }
            for name in try FileManager.default.subpathsOfDirectory(atPath: whole)
            where !name.hasSuffix("report.json") && name != "labels" {
                #expect(
                    FileManager.default.contentsEqual(atPath: whole + "/" + name, andPath: out + "/" + name), "\(name)")
            }
            #expect(
                try FileManager.default.subpathsOfDirectory(atPath: whole).sorted()
                    == FileManager.default.subpathsOfDirectory(atPath: out).sorted())
        }
    }

    @Test("a signal before the first label leaves nothing, and says so", arguments: [SIGINT, SIGHUP])
    func early(signal: Int32) throws {
        try withTemporaryFolder { folder in
            let frames = try pictures(60, in: folder)
            let out = folder + "/out"
            // Twenty passes over fifty frames take long enough.
            let outcome = try Program.run(
                arguments: ["run", frames, "-o", out, "--warmup", "50f", "--passes", "100"], signal,
                at: out + ".partial/.ditta/run.json")
            #expect(outcome.status == 128 + signal, "\(outcome)")
            #expect(outcome.errors.contains("no frame was labelled yet"), "\(outcome)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["frames"])
        }
    }

    @Test("a video that changes while it is read ends the run")
    func replaced() throws {
        try withTemporaryFolder { folder in
            let frames = try pictures(400, in: folder)
            let out = folder + "/out"
            let script = """
                "$0" run \(frames) -o \(out) --method iss --fit 64x64 & run=$!
                while kill -0 $run && [ ! -e \(out).partial/labels/000003.png ]; do sleep 0.01; done; touch \(frames)/0000.png; wait $run
                """
            let outcome = try Program.shell(script)
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("has changed since the run began"), "\(outcome)")
        }
    }
}

/// A folder of pictures that all differ.
func pictures(_ count: Int, in folder: String) throws -> String {
    let frames = folder + "/frames"
    try FileManager.default.createDirectory(atPath: frames, withIntermediateDirectories: false)
    for index in 0..<count {
        let pixels = (0..<64 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 * (7 + index) / 11 + index * 5) }
        try writeImage(
            Image(width: 64, height: 48, pixels: pixels), to: frames + String(format: "/%04d.png", index))
    }
    return frames
}
