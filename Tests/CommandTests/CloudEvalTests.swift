import Foundation
import Testing

/// `ditta cloud eval` on predictions of our own and of others.
struct CloudEvalTests {
    /// Scores as JSON has them.
    private struct Evaluation: Decodable {
        let scenes: [Scene]
        let scores: Scores
        let notes: [String]
        struct Scene: Decodable {
            let name: String
        }
        struct Scores: Decodable, Equatable {
            let all, paired, unpaired: Score
        }
        struct Score: Decodable, Equatable {
            let points: Int
            let meanIoU, accuracy: Double?
            let classes: [String: Double]
        }
    }

    private func evaluate(_ arguments: String...) throws -> Evaluation {
        let outcome = try Program.run(arguments: ["cloud", "eval"] + arguments + ["--json"])
        #expect(outcome.status == 0, "\(outcome)")
        return try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
    }

    @Test("another program's predictions in SemanticKITTI's layout, by hand-made counts")
    func others() throws {
        try withTemporaryFolder { folder in
            let (data, out) = (folder + "/data", folder + "/out")
            for drive in ["00", "01"] {
                let truth = try writeDrive(drive, in: data)
                var predicted = truth
                if drive == "00" {
                    // Of 861 points of the wall 100 are taken for the floor's class (with an instance), and 10 for none.
                    for point in 0..<100 { predicted[point] = 7 << 16 | 40 }
                    for point in 100..<110 { predicted[point] = 0 }
                }
                try writeWords(predicted, to: "\(out)/sequences/\(drive)/predictions/000000.label")
            }
            let first = try evaluate(out, data, "--only", "00")
            #expect(first.scenes.map(\.name) == ["00/000000"] && first.scores.all.points == 1681)
            let (building, road) = (100 * 751.0 / 861, 100 * 820.0 / 920)
            #expect(abs((first.scores.all.meanIoU ?? 0) - (building + road) / 2) < 1e-9)
            #expect(abs((first.scores.all.accuracy ?? 0) - 100 * 1571.0 / 1681) < 1e-9)
            #expect(abs((first.scores.all.classes["building"] ?? 0) - building) < 1e-9)
            #expect(first.scores.all.classes.count == 2)
            #expect(first.scores.paired.points + first.scores.unpaired.points == 1681)
            #expect(first.scores.paired.points > 0 && first.scores.unpaired.points > 0)
            #expect(first.notes == ["00/000000: 10 points have labels that are no class's, which counts as wrong"])
            // The other drive is right throughout, and ten classes have the same two.
            #expect(try evaluate(out, data, "--only", "01", "--classes", "10").scores.all.meanIoU == 100)
            let both = try Program.run("cloud", "eval", out, data)
            #expect(both.status == 0, "\(both)")
            let accuracy = String(format: "%.2f", 100 * (3362.0 - 110) / 3362)
            #expect(both.output.contains("2 scenes, in percent"), "\(both)")
            #expect(both.output.contains(accuracy) && both.output.contains("traffic-sign"), "\(both)")
        }
    }

    @Test("what 'ditta cloud run' wrote has the scores of its report, shifted scans as PLY too")
    func own() throws {
        try withTemporaryFolder { folder in
            try writeRoom(folder + "/data/a")
            try writeRoom(folder + "/data/b", points: 861 + 400)
            try trainModel(folder + "/data", folder + "/model")
            struct Report: Decodable { let scores: Evaluation.Scores }
            for shift in [[], ["--shift", "drops=0.5"]] {
                let out = folder + "/out\(shift.count)"
                let run = try Program.run(
                    arguments: [
                        "cloud", "run", folder + "/data", "--model", folder + "/model", "-o", out, "--method", "tent",
                    ] + shift)
                #expect(run.status == 0, "\(run)")
                let outcome = try Program.run(
                    arguments: ["cloud", "eval", out, folder + "/data", "--json"] + shift)
                #expect(outcome.status == 0, "\(outcome)")
                let found = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
                let report = try JSONDecoder().decode(Report.self, from: try contents(out + "/report.json"))
                #expect(found.scores == report.scores && found.scores.all.points > 1000)
            }
            // Without the shift they are labels of other points.
            let other = try Program.run("cloud", "eval", folder + "/out2", folder + "/data")
            #expect(
                other.status == 1 && other.errors.contains("labels/a.ply: has ")
                    && other.errors.contains("points, expected 1681, one for each point of a"), "\(other)")
        }
    }

    @Test("one sentence each for what cannot be scored")
    func refusals() throws {
        try withTemporaryFolder { folder in
            let (data, out) = (folder + "/data", folder + "/out")
            let truth = try writeDrive("00", in: data)
            try writeDrive("01", in: data)
            func refused(_ sentence: String, _ options: String...) throws {
                let outcome = try Program.run(arguments: ["cloud", "eval", out, data] + options)
                #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
                #expect(outcome.errors.split(separator: "\n").last?.hasPrefix("Error: ") == true, "\(outcome)")
            }
            try refused("out: is not there, expected a folder of labels")
            let file = out + "/sequences/00/predictions/000000.label"
            try writeWords(truth, to: file)
            try refused(
                "has no labels of 01/000000, expected labels/01/000000.label or labels/01/000000.ply or sequences/01")
            try refused("--only 7: is no drive of \(data), expected some of 00, 01", "--only", "7")
            try writeWords(Array(truth.dropLast()), to: file)
            try refused("\(file): has 1680 labels, expected 1681", "--only", "00")
            try Data("[{\"name\": \"wall\", \"number\": 7}]".utf8).write(
                to: URL(fileURLWithPath: out + "/classes.json"))
            try refused("classes.json: has the classes wall, expected those of")
            try Data("[]".utf8).write(to: URL(fileURLWithPath: out + "/classes.json"))
            try refused("classes.json: expected at least one class")
            try FileManager.default.removeItem(atPath: out + "/classes.json")
            try writeWords(truth, to: file)
            try FileManager.default.removeItem(atPath: data + "/sequences/00/labels")
            try refused("none of its 1 scenes has labels to compare with", "--only", "00")
        }
    }
}
