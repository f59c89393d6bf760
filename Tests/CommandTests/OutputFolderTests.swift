import Foundation
import TestSupport
import Testing

/// Whose a folder is: a run writes into its own, and removes nothing that it did not write.
struct OutputFolderTests {
    private func run(_ out: String, _ options: String..., input: String = clips + "/one.mp4") throws -> Program.Outcome
    {
        try Program.run(arguments: ["run", input, "-o", out, "--method", "iss", "--fit", "64x64"] + options)
    }

    private func write(_ path: String) throws { try Data("mine".utf8).write(to: URL(fileURLWithPath: path)) }

    @Test("--force replaces an earlier output, and only when the new one is complete")
    func force() throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            #expect(try run(out).status == 0)
            let before =
                try FileManager.default.attributesOfItem(atPath: out + "/report.json")[.modificationDate] as? Date
            #expect(try run(out).errors.contains("is there already"))
            #expect(try run(out, "--force", input: clips + "/text.mp4").status == 1)
            #expect(
                try FileManager.default.attributesOfItem(atPath: out + "/report.json")[.modificationDate] as? Date
                    == before)
            #expect(try run(out, "--force").status == 0)
            #expect(
                try FileManager.default.attributesOfItem(atPath: out + "/report.json")[.modificationDate] as? Date
                    != before)
        }
    }

    @Test(
        "a file of the user's in an output stops --force, wherever it is",
        arguments: [
            "thesis.tex", "labels/notes.txt", "labels/sheet1.png", "targets/mine.png", ".ditta/mine", "deep/er/a",
        ])
    func foreign(name: String) throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            #expect(try run(out).status == 0)
            let path = out + "/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try write(path)
            let outcome = try run(out, "--force")
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("was not written by ditta"), "\(outcome)")
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.fileExists(atPath: out + "/labels/000000.png"))
        }
    }

    @Test("a folder of something else stays, whatever it looks like")
    func otherFolder() throws {
        try withTemporaryFolder { folder in
            for name in ["note.txt", "labels/000000.png"] {
                let out = folder + "/" + String(name.prefix(4))
                try FileManager.default.createDirectory(
                    atPath: (out + "/" + name as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try write(out + "/" + name)
                let outcome = try run(out, "--force")
                #expect(outcome.status == 1, "\(outcome)")
                #expect(outcome.errors.contains("something else than an output of ditta"), "\(outcome)")
                #expect(FileManager.default.fileExists(atPath: out + "/" + name))
            }
        }
    }

    @Test("an output that holds its input is refused")
    func holdsInput() throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            #expect(try run(out).status == 0)
            let before = try FileManager.default.subpathsOfDirectory(atPath: out).count
            for input in [out + "/overlay.mp4", out + "/labels"] {
                let outcome = try run(out, "--force", input: input)
                #expect(outcome.status == 1 && outcome.errors.contains("holds the input"), "\(outcome)")
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: out).count == before)
            #expect(try Program.run("run", clips + "/one.mp4", "-o", "").errors.contains("--output is empty"))
        }
    }

    @Test("a link stays a link, and what it leads to is written")
    func link() throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            try files.createDirectory(atPath: folder + "/disk", withIntermediateDirectories: false)
            let link = folder + "/out"
            try files.createSymbolicLink(atPath: link, withDestinationPath: "disk/run")
            for options in [[], ["--force"]] {
                let outcome = try Program.run(
                    arguments: ["run", clips + "/one.mp4", "-o", link, "--method", "iss", "--fit", "64x64"] + options)
                #expect(outcome.status == 0, "\(outcome)")
                #expect(try files.destinationOfSymbolicLink(atPath: link) == "disk/run")
                #expect(files.fileExists(atPath: folder + "/disk/run/report.json"))
            }
            // Told from within its folder.
            let options = "--method iss --fit 64x64 --force"
            let outcome = try Program.shell("cd \(folder); \"$0\" run \(clips)/one.mp4 -o out \(options)")
            #expect(outcome.status == 0 && outcome.output.contains("labelled in disk/run"), "\(outcome)")
        }
    }

    @Test("of two runs into one folder, the second is refused, also with --force")
    func locked() throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            // The first run would adapt for minutes.
            let script = """
                options="--fit 64x64"
                "$0" run \(clips)/numbered.mp4 -o \(out) $options --warmup 20f --passes 1000 & first=$!
                while kill -0 $first && [ ! -e \(out).partial/.ditta/run.json ]; do sleep 0.01; done
                for force in "" --force --resume; do "$0" run \(clips)/one.mp4 -o \(out) $options $force; echo "status $?"; done
                kill -9 $first; wait $first
                "$0" run \(clips)/one.mp4 -o \(out) $options --force; echo "status $?"
                """
            let outcome = try Program.shell(script)
            #expect(outcome.output.components(separatedBy: "status 1").count == 4, "\(outcome)")
            #expect(outcome.errors.components(separatedBy: "another run is at work there").count == 3, "\(outcome)")
            // A lock goes with its holder, however that ends.
            #expect(outcome.output.hasSuffix("status 0\n"), "\(outcome)")
        }
    }
}
