import Foundation
import TestSupport
import Testing

/// Standard streams that are closed, full or without a reader: lost results are an error, lost remarks are not.
struct StreamTests {
    /// A device that is always full, which Linux has.
    private static let full = FileManager.default.fileExists(atPath: "/dev/full") ? ["/dev/full"] : []
    private static let sample = projectRoot + "/samples/dusk-rain"

    @Test(
        "results that cannot be written are an error",
        arguments: [
            ["inspect", shippedModel], ["inspect", shippedModel, "--json"], ["eval", sample, sample, "--skip", "89"],
            ["eval", sample, sample, "--skip", "89", "--json"], ["--help"], ["--version"],
        ])
    func lostResults(arguments: [String]) throws {
        for target in ["&-"] + Self.full {
            let outcome = try Program.run(arguments: arguments, redirecting: ">\(target)")
            #expect(outcome.status == 1, "\(target): \(outcome)")
            #expect(outcome.errors.hasPrefix("Error: the standard output: cannot be written to"), "\(outcome)")
        }
        let read = try Program.run(arguments: arguments, redirecting: "| head -n 0")
        #expect(read.status >= 0, "\(read)")
    }

    @Test("a run whose summary cannot be written is an error, and its files are there")
    func lostSummary() throws {
        for target in ["&-"] + Self.full {
            try run(redirecting: ">\(target)") { outcome, folder in
                #expect(outcome.status == 1, "\(target): \(outcome)")
                #expect(outcome.errors.contains("Error: the standard output: cannot be written to"), "\(outcome)")
                #expect(outcome.errors.contains("the output is complete in \(folder)\n"), "\(outcome)")
            }
        }
    }

    @Test("progress that cannot be written is not missed, and goes into no file")
    func lostProgress() throws {
        // The last two take the standard output along, and lose the summary.
        let streams = ["2>&-", "2> >(head -n 1 >/dev/null)"] + Self.full.map { "2>\($0)" }
        for (target, status) in streams.map({ ($0, 0) }) + [("2>&- >&- <&-", 1), ("2>&1 | head -n 1", 1)] {
            try run(redirecting: target) { outcome, folder in
                #expect(outcome.status == status, "\(target): \(outcome)")
                for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where !name.hasSuffix("labels")
                {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
                    #expect(bytes.range(of: Data("frames in".utf8)) == nil, "\(target): \(name)")
                }
            }
        }
    }

    /// A short run under a redirection of the shell; whatever is said, its files are there.
    private func run(redirecting streams: String, _ check: (Program.Outcome, String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            let outcome = try Program.run(
                arguments: ["run", clips + "/one.mp4", "-o", out, "--method", "iss", "--fit", "64x64"],
                redirecting: streams)
            for name in ["labels/000000.png", "report.json", "overlay.mp4", "classes.json"] {
                #expect(FileManager.default.fileExists(atPath: out + "/" + name), "\(streams): \(name)")
            }
            try check(outcome, out)
        }
    }
}
