import Foundation
import Media
import Raster
import TestSupport
import Testing

/// What `ditta run --save-targets` leaves behind.
struct SaveTargetsTests {
    private let street = renderedStreet + "/clip.mp4"

    /// Of the JSON what the test looks at.
    private struct Document: Decodable {
        struct Point: Decodable {
            let frame, x, y: Int
            let `class`: String
            let reliability: Double
        }

        struct Standing: Decodable {
            let `class`: String
            let score, reliability, share, videoShare: Double
        }

        struct Sight: Decodable {
            let frame, pixels, painted: Int
        }

        struct Absence: Decodable {
            let frame: Int
            let direction, reason: String
        }

        struct Object: Decodable {
            let object: Int
            let prompt: Point
            let votedClass: String?
            let votes: [Standing]
            let seen: [Sight]
            let notFound: [Absence]
        }

        struct Frame: Decodable {
            let frame: Int
            let coverage: Double
        }

        let teacher: String
        let classes: [String]
        let noLabel: UInt16
        let shareExponent, rarityExponent, coverage: Double
        let frames: [Frame]
        let objects: [Object]
    }

    /// The warm-up's frames: two pairs of the first 36.
    private let adapted = [0, 1, 18, 19]

    /// A run on four frames of the first 36, with masks.
    private func withTargets(_ body: (_ folder: String, _ document: Document) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run(
                "run", street, "-o", folder + "/out", "--save-targets", "--teacher", "affinity", "--warmup", "0.9",
                "--warmup-max", "4",
                "--passes", "1", "--fit", "320x192", "--no-overlay")
            #expect(outcome.status == 0, "\(outcome)")
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/targets/targets.json"))
            try body(folder + "/out", try JSONDecoder().decode(Document.self, from: data))
        }
    }

    @Test("files are named for the video's frames, and the PNGs hold what was painted")
    func files() throws {
        try withTargets { folder, document in
            #expect(document.frames.map(\.frame) == adapted)
            let names = adapted.map { String(format: "%06d.png", $0) }
            for (place, expected) in [
                ("/targets", names + ["pictures", "soft", "targets.json"]), ("/targets/pictures", names),
                ("/targets/soft", names + ["pictures"]), ("/targets/soft/pictures", names),
            ] {
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder + place).sorted() == expected)
            }
            let objects = document.objects
            #expect(objects.count > 2)
            var known = 0
            for (frame, name) in zip(document.frames, names) {
                let map = try readLabels(at: folder + "/targets/" + name)
                #expect((map.width, map.height) == (192, 108))
                for (id, className) in document.classes.enumerated() {
                    let painted = objects.filter { $0.votedClass == className }
                        .flatMap(\.seen).filter { $0.frame == frame.frame }.reduce(0) { $0 + $1.painted }
                    #expect(map.labels.count { Int($0) == id } == painted, "\(className) on frame \(frame.frame)")
                }
                let covered = map.labels.count { $0 != document.noLabel }
                #expect(abs(frame.coverage - Double(covered) / (192 * 108)) < 1e-9)
                known += covered
                // Where an object is painted whole, its prompt has its class.
                for object in objects where object.prompt.frame == frame.frame {
                    let sight = try #require(object.seen.first { $0.frame == frame.frame })
                    let label = map.labels[object.prompt.y * 192 + object.prompt.x]
                    #expect(label != document.noLabel)
                    if sight.painted == sight.pixels {
                        #expect(document.classes[Int(label)] == object.votedClass)
                    }
                }
                let picture = try readImage(at: folder + "/targets/pictures/" + name)
                #expect(picture.width == 192 && picture.height > 108)
            }
            #expect(abs(document.coverage - Double(known) / (4 * 192 * 108)) < 1e-9)
        }
    }

    @Test("without a teacher there are soft targets alone, which differ from the plain model's labels here and there")
    func softTargets() throws {
        try withTemporaryFolder { folder in
            func run(_ arguments: String...) throws -> [String: Any] {
                let outcome = try Program.run(
                    arguments: ["run", street, "--warmup", "0.1", "--fit", "320x192", "--no-overlay"] + arguments)
                #expect(outcome.status == 0, "\(outcome)")
                let report = try Data(contentsOf: URL(fileURLWithPath: arguments[1] + "/report.json"))
                return try #require(try JSONSerialization.jsonObject(with: report) as? [String: Any])
            }
            let report = try run("-o", folder + "/out", "--save-targets", "--passes", "1", "--picture", "as-is")
            _ = try run("-o", folder + "/plain", "--method", "iss")
            // One look without regions is what the plain model says.
            _ = try run(
                "-o", folder + "/one", "--save-targets", "--passes", "1", "--picture", "as-is", "--views", "1",
                "--region-share", "0")
            #expect(report["targets"] == nil)
            let names = (0..<4).map { String(format: "%06d.png", $0) }
            let targets = folder + "/out/targets"
            #expect(try FileManager.default.contentsOfDirectory(atPath: targets) == ["soft"])
            for name in names {
                let soft = try readLabels(at: targets + "/soft/" + name)
                let plain = try readLabels(at: folder + "/plain/labels/" + name)
                #expect((soft.width, soft.height) == (192, 108))
                #expect(try readLabels(at: folder + "/one/targets/soft/" + name) == plain)
                let same = zip(soft.labels, plain.labels).count { $0 == $1 }
                #expect((192 * 108 * 3 / 4..<192 * 108).contains(same), "\(same) pixels are as before")
                let picture = try readImage(at: targets + "/soft/pictures/" + name)
                #expect(picture.width == 2 * 192 && picture.height > 108)
                // The halves differ where the labels do, and there only, but for their outlines.
                let half = 3 * 192
                let rows = (0..<108).map { picture.pixels[2 * half * $0..<2 * half * ($0 + 1)] }
                let differing = rows.reduce(0) { sum, row in
                    sum + zip(row.prefix(half), row.suffix(half)).count { $0 != $1 }
                }
                #expect((1..<3 * 192 * 108 / 2).contains(differing), "\(differing) samples")
            }
        }
    }

    @Test("every score follows from its factors, best first, and the first is the object's class")
    func votes() throws {
        try withTargets { folder, document in
            #expect(document.teacher == "affinity" && document.noLabel == 255 && document.classes.count == 11)
            for object in document.objects {
                #expect(!object.votes.isEmpty)
                #expect(object.votes.first?.class == object.votedClass)
                #expect(zip(object.votes, object.votes.dropFirst()).allSatisfy { $0.score >= $1.score })
                #expect(abs(object.votes.reduce(0) { $0 + $1.share } - 1) < 1e-4)
                for vote in object.votes {
                    let score =
                        vote.reliability * pow(vote.share, document.shareExponent)
                        * pow(1 - vote.videoShare, document.rarityExponent)
                    #expect(abs(vote.score - score) < 1e-4, "\(vote)")
                }
                // On each frame it is seen, or it is told why not.
                let places = Set(object.seen.map(\.frame) + object.notFound.map(\.frame))
                #expect(places == Set(adapted))
                #expect(object.notFound.allSatisfy { !$0.reason.isEmpty })
                #expect(object.notFound.allSatisfy { ["forward", "backward"].contains($0.direction) })
            }
            try compareReport(folder, document)
        }
    }

    /// The report names the same objects, and as lost the frames on which neither way found one.
    private func compareReport(_ folder: String, _ document: Document) throws {
        struct Report: Decodable {
            struct Lost: Decodable {
                let frame, frames: Int
                let reason: String
            }
            struct Object: Decodable {
                let object, frame: Int
                let lost: [Lost]
            }
            struct Refused: Decodable {
                let frame: Int
                let promptedClass, reason: String
            }
            struct Targets: Decodable {
                let objects: [Object]
                let refused: [Refused]
            }
            let targets: Targets
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))
        let report = try JSONDecoder().decode(Report.self, from: data).targets
        #expect(report.objects.map(\.frame) == document.objects.map(\.prompt.frame))
        for (brief, object) in zip(report.objects, document.objects) {
            let lost = try brief.lost.flatMap { lost in
                adapted[try #require(adapted.firstIndex(of: lost.frame))...].prefix(lost.frames)
            }
            #expect(Set(lost).isDisjoint(with: object.seen.map(\.frame)))
            #expect(lost.count + object.seen.count == 4)
        }
        #expect(report.objects.contains { !$0.lost.isEmpty })
    }

    @Test("--force replaces an output that has targets, and leaves none of them")
    func force() throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            let arguments = [
                "run", clips + "/one.mp4", "-o", out, "--passes", "1", "--fit", "64x64", "--no-overlay", "--force",
            ]
            let first = try Program.run(arguments: arguments + ["--save-targets", "--teacher", "affinity"])
            #expect(first.status == 0, "\(first)")
            #expect(FileManager.default.fileExists(atPath: out + "/targets/targets.json"))
            let second = try Program.run(arguments: arguments)
            #expect(second.status == 0, "\(second)")
            #expect(FileManager.default.fileExists(atPath: out + "/report.json"))
            #expect(!FileManager.default.fileExists(atPath: out + "/targets"))
        }
    }

    @Test("stopped before a frame is labelled, targets stay nowhere")
    func interrupted() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run(
                arguments: [
                    "run", street, "-o", folder + "/out", "--save-targets", "--teacher", "affinity", "--warmup", "0.1",
                    "--passes", "400", "--fit", "160x96",
                ], at: folder + "/out.partial/targets/targets.json")
            #expect(outcome.status == 130, "\(outcome)")
            #expect(outcome.errors.contains("stopped by Ctrl-C; no frame was labelled yet"), "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("the plain model has no targets to save")
    func plainModel() throws {
        let outcome = try Program.run("run", clips + "/one.mp4", "--method", "iss", "--save-targets")
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("Error: --save-targets: the plain model"), "\(outcome.errors)")
    }
}
