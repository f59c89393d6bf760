import Foundation
import TestSupport
import Testing

/// Runs in a small address space: what does not fit is refused, and nothing waits for memory that never comes.
///
/// Not under sanitizers, which need terabytes of it, nor where nothing limits it.
@Suite(.enabled(if: (try? limited(megabytes: 8000, "--version").status) == 0))
struct LimitedMemoryTests {
    @Test("what asks for little ends, though OpenBLAS finds no memory") func little() throws {
        let outcome = try limited(megabytes: 400, "--version")
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test("a run that does not fit ends with a sentence", arguments: [360, 400, 500, 750, 850, 900])
    func refused(megabytes: Int) throws {
        try withTemporaryFolder { folder in
            let video = projectRoot + "/samples/dusk-rain/clip.mp4"
            let outcome = try limited(megabytes: megabytes, "run \(video) -o \(folder)/out")
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("MiB of memory for a run that needs about"), "\(outcome)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}

/// Runs `ditta`, and ends it after a minute, which is no exit status of its own.
private func limited(megabytes: Int, _ arguments: String) throws -> Program.Outcome {
    try Program.shell("ulimit -v \(megabytes)000 && exec timeout -s KILL 60 \"$0\" \(arguments)")
}
