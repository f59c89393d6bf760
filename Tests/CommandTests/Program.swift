import Foundation
import TestSupport
import Testing

/// The built program, run as a person would.
struct Program {
    /// What a run left behind.
    struct Outcome {
        let status: Int32
        let output, errors: String
    }

    /// Runs `ditta` with arguments and waits for it; a crash shows as a status that is no exit code of ours.
    static func run(_ arguments: String...) throws -> Outcome { try run(arguments: arguments) }

    /// The same under a redirection of the shell, such as `2>&-`; in a pipe, the status is the program's.
    static func run(arguments: [String], redirecting streams: String) throws -> Outcome {
        let script = "set -o pipefail; \"$0\" \"$@\" \(streams)"
        return try run(URL(fileURLWithPath: "/bin/bash"), ["-c", script, program.path] + arguments)
    }

    /// Runs a script of the shell, in which `$0` is the program.
    static func shell(_ script: String) throws -> Outcome {
        try run(URL(fileURLWithPath: "/bin/bash"), ["-c", script, program.path])
    }

    /// The same; sends a signal as soon as a file is there, if told.
    static func run(arguments: [String], _ signal: Int32 = SIGINT, at file: String? = nil) throws -> Outcome {
        try run(program, arguments, signal, at: file)
    }

    private static func run(
        _ program: URL, _ arguments: [String], _ signal: Int32 = SIGINT, at file: String? = nil
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        if let file {
            while process.isRunning, !FileManager.default.fileExists(atPath: file) {
                Thread.sleep(forTimeInterval: 0.01)
            }
            kill(process.processIdentifier, signal)
        }
        // Both are short, so neither pipe fills while the other is read.
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        let crashed = process.terminationReason == .uncaughtSignal
        return Outcome(
            status: crashed ? -process.terminationStatus : process.terminationStatus, output: texts[0],
            errors: texts[1])
    }

    private static var program: URL { products.appendingPathComponent("ditta") }

    /// Where the build puts programs and tests.
    private static var products: URL {
        #if os(macOS)
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL.deletingLastPathComponent()
                ?? Bundle.main.bundleURL
        #else
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #endif
    }
}

/// A folder for one test, removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ditta-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// Small clips, good and bad, that the media tests use too.
let clips = projectRoot + "/Tests/MediaTests/Golden"

/// The lines of `--progress json` on the standard error.
func progressNews(_ outcome: Program.Outcome) throws -> [[String: Any]] {
    try outcome.errors.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
}
