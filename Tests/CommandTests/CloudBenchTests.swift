import Foundation
import Testing

/// `ditta cloud bench` on a wall and a floor.
struct CloudBenchTests {
    private struct Bench: Decodable {
        let rows, shifts: [String]
        let cells: [Cell]
        struct Cell: Decodable {
            let row, shift: String
            let secondsPerScene: Double
            let scores: Scores
            let relativeToJoint: Relative
        }
        struct Scores: Decodable { let all: Score }
        struct Score: Decodable { let meanIoU: Double? }
        struct Relative: Decodable { let all: Double? }
    }

    private func arguments(_ folder: String) -> [String] {
        ["cloud", "bench", folder + "/data", "--model", folder + "/model", "-o", folder + "/out"]
    }

    /// Two rooms, and a model of them.
    private func prepare(_ folder: String) throws {
        try writeRoom(folder + "/data/a")
        try writeRoom(folder + "/data/b", points: 861 + 400)
        try trainModel(folder + "/data", folder + "/model")
    }

    @Test("a table of methods and shifts, whose cells are kept and can become more")
    func table() throws {
        try withTemporaryFolder { folder in
            try prepare(folder)
            try trainModel(folder + "/data", folder + "/plain", "--distill-weight", "0")
            let options = ["--shifts", "none,drops=0.5", "--steps", "2"]
            let first = try Program.run(arguments: arguments(folder) + options + ["--methods", "joint,dua,ttt-kd"])
            #expect(first.status == 0, "\(first)")
            #expect(try contents(folder + "/out/bench.md") == Data(first.output.dropLast().utf8))
            for line in [
                "| all points | none | drops=0.5 |", "| points with a pixel |", "| seconds a scene |", "\n| dua | ",
            ] {
                #expect(first.output.contains(line), "\(first)")
            }
            let cell = folder + "/out/cells/dua,none.json"
            let before = try contents(cell)

            let all =
                arguments(folder) + options + [
                    "--methods", "joint,tent,adacontrast,dua,ttt-kd-o,ttt-kd", "--source", folder + "/plain",
                    "--oracle",
                    folder + "/model",
                ]
            let second = try Program.run(arguments: all)
            #expect(second.status == 0 && second.errors.contains("6 of 16 cells are there"), "\(second)")
            #expect(try contents(cell) == before)
            let bench = try JSONDecoder().decode(Bench.self, from: try contents(folder + "/out/bench.json"))
            #expect(
                bench.rows == ["source", "joint", "tent", "adacontrast", "dua", "ttt-kd-o", "ttt-kd", "oracle"])
            #expect(bench.shifts == ["none", "drops=0.5"] && bench.cells.count == 16)
            func mean(_ row: String, _ shift: String) throws -> Double {
                try #require(bench.cells.first { $0.row == row && $0.shift == shift }?.scores.all.meanIoU)
            }
            for cell in bench.cells {
                let joint = try mean("joint", cell.shift)
                let expected = 100 * (try mean(cell.row, cell.shift) / joint - 1)
                #expect(abs((cell.relativeToJoint.all ?? .infinity) - expected) < 1e-9 && cell.secondsPerScene > 0)
            }
            // The model itself in the place of an oracle.
            #expect(try mean("oracle", "drops=0.5") == mean("joint", "drops=0.5"))

            // All is there: nothing is labelled again, and the table is the same to the byte.
            let again = try Program.run(arguments: all)
            #expect(again.status == 0 && again.output == second.output, "\(again)")
            #expect(again.errors.contains("16 of 16 cells are there"), "\(again)")

            let other = try Program.run(arguments: arguments(folder) + ["--steps", "3", "--methods", "joint,ttt-kd"])
            #expect(
                other.status == 1 && other.errors.contains("another steps of ttt-kd, expected 3, found 2"), "\(other)")
            let model = try Program.run(
                arguments: [
                    "cloud", "bench", folder + "/data", "--model", folder + "/plain", "-o", folder + "/out",
                    "--methods", "joint",
                ])
            #expect(model.status == 1 && model.errors.contains("of a benchmark with another model"), "\(model)")
        }
    }

    @Test("a benchmark that was stopped goes on after its last finished cell", arguments: [SIGINT, SIGKILL])
    func stopped(signal: Int32) throws {
        try withTemporaryFolder { folder in
            try prepare(folder)
            let options = ["--methods", "joint,ttt-kd", "--steps", "100"]
            let cell = folder + "/out/cells/joint,none.json"
            let stopped = try Program.run(arguments: arguments(folder) + options, signal, at: cell)
            #expect(stopped.status == (signal == SIGKILL ? -SIGKILL : 128 + SIGINT), "\(stopped)")
            if signal == SIGINT {
                #expect(stopped.errors.contains("from which the same command goes on"), "\(stopped)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/out/cells") == ["joint,none.json"])
            let before = try contents(cell)
            let goneOn = try Program.run(arguments: arguments(folder) + options)
            #expect(goneOn.status == 0 && goneOn.errors.contains("1 of 2 cells are there"), "\(goneOn)")
            #expect(try contents(cell) == before)
        }
    }

    @Test("one sentence each for what cannot be compared, and models that were not taught")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try prepare(folder)
            try trainModel(folder + "/data", folder + "/plain", "--distill-weight", "0")
            for (options, sentence) in [
                (["--methods", "joint,magic"], "'magic' is no method"), (["--shifts", "snow"], "'snow' is no shift"),
                (["--methods", "joint,joint"], "--methods: expected at least one, and none twice"),
                (["--methods", "tent", "--teacher", "x"], "--teacher: none of --methods is trained on pictures"),
                (["--methods", "tent", "--steps", "3"], "--steps: none of --methods is trained on pictures"),
                (["--episodic"], "--episodic: --method ttt-kd has no such number"),
            ] {
                let outcome = try Program.run(arguments: arguments(folder) + options)
                #expect(outcome.status == 64 && outcome.errors.contains(sentence), "\(outcome)")
            }
            for method in ["tent", "dua", "adacontrast"] {
                let run = [
                    "cloud", "run", folder + "/data", "--model", folder + "/plain", "-o", folder + "/labels",
                    "--method",
                ]
                let taught = try Program.run(arguments: run + [method, "--teacher", "x"])
                #expect(
                    taught.status == 64 && taught.errors.contains("--teacher: --method \(method) looks at no picture"),
                    "\(taught)")
                let anchored = try Program.run(arguments: run + [method, "--anchor", "1"])
                #expect(
                    anchored.status == 64 && anchored.errors.contains("--anchor: --method \(method)"), "\(anchored)")
            }
            for command in [
                ["bench", "--methods", "joint,ttt-kd"], ["run", "--method", "ttt-kd"], ["run", "--method", "ttt-kd-o"],
            ] {
                let outcome = try Program.run(
                    arguments: [
                        "cloud", command[0], folder + "/data", "--model", folder + "/plain", "-o", folder + "/out",
                    ]
                        + command.dropFirst())
                #expect(
                    outcome.status == 1 && outcome.errors.contains("the model was trained with --distill-weight 0"),
                    "\(outcome)")
                #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
            }
            // A model from before the weight was written down counts as taught.
            let file = folder + "/model/config.json"
            let text = String(decoding: try contents(file), as: UTF8.self)
            #expect(text.contains("\"distillWeight\" : 1,"))
            try text.replacing("\"distillWeight\" : 1,", with: "").write(
                toFile: file, atomically: true, encoding: .utf8)
            let old = try Program.run(arguments: arguments(folder) + ["--methods", "ttt-kd", "--steps", "1"])
            #expect(old.status == 0 && old.output.contains("| ttt-kd | "), "\(old)")

            try writeDrive("00", in: folder + "/street")
            let classes = try Program.run(
                "cloud", "bench", folder + "/street", "--model", folder + "/model", "-o", folder + "/other")
            #expect(
                classes.status == 1
                    && classes.errors.contains("expected labels of the model's classes, wall, floor, found car"),
                "\(classes)")
            let taken = try Program.run(
                "cloud", "bench", folder + "/data", "--model", folder + "/model", "-o", folder + "/data")
            #expect(taken.status == 1 && taken.errors.contains("is there and not empty"), "\(taken)")
        }
    }
}
