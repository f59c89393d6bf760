package import Methods
import Raster

/// `targets.json`: what the teacher found and what was taught of it, and why not more or otherwise.
package struct TargetsReport: Codable, Sendable {
    /// A point the teacher was asked about; `frame` counts the video's frames, as everywhere here.
    package struct Point: Codable, Sendable {
        package let frame, x, y: Int
        package let `class`: String
        package let reliability: Float

        init(_ prompt: Prompt, _ labels: PseudoLabels, _ classes: [String]) {
            frame = labels.frames[prompt.frame]
            (x, y) = (prompt.x, prompt.y)
            `class` = classes[prompt.classID]
            reliability = prompt.reliability
        }
    }

    /// A class's score in an object, and its factors.
    package struct Standing: Codable, Sendable {
        package let `class`: String
        package let score, reliability, share, videoShare: Float
    }

    /// An object on a frame: the pixels of its mask, and those of them that were painted with its class.
    package struct Sight: Codable, Sendable {
        package let frame, pixels, painted: Int
    }

    /// An object that was not found on a frame, on one of the ways.
    package struct Absence: Codable, Sendable {
        package let frame: Int
        package let direction: Tracks.Absence.Direction
        package let reason: String
    }

    package struct Object: Codable, Sendable {
        package let object: Int
        package let prompt: Point
        package let votedClass: String?
        /// Best first; classes that no pixel of the object has are left out.
        package let votes: [Standing]
        package let seen: [Sight]
        package let notFound: [Absence]
    }

    package struct Refusal: Codable, Sendable {
        package let prompt: Point
        package let reason: String
    }

    package struct Frame: Codable, Sendable {
        package let frame: Int
        /// The share of the pixels under masks.
        package let coverage: Double
    }

    package let teacher: String
    package let classes: [String]
    /// What the target PNGs say of a pixel without a class.
    package let noLabel: UInt16
    package let shareExponent, rarityExponent: Float
    package let coverage: Double
    package let frames: [Frame]
    package let objects: [Object]
    package let refused: [Refusal]

    /// Writes down what a teacher of this name found.
    ///
    /// - Parameters:
    ///   - labels: What it found, and what is taught of it.
    ///   - teacher: The teacher's name.
    ///   - classes: The names of the classes.
    ///   - options: What the votes were taken with.
    package init(_ labels: PseudoLabels, teacher: String, classes: [String], options: DiTTAOptions) {
        self.teacher = teacher
        self.classes = classes
        noLabel = Self.noLabel(besides: classes.count)
        (shareExponent, rarityExponent) = (options.shareExponent, options.rarityExponent)
        coverage = labels.coverage
        frames = labels.targets.enumerated().map { index, target in
            let covered = target.classes.labels.count { $0 != Raster.noLabel }
            return Frame(
                frame: labels.frames[index], coverage: Double(covered) / Double(max(target.classes.labels.count, 1)))
        }
        let painted = labels.targets.map { target in
            target.objects.labels.reduce(into: [UInt16: Int]()) { $0[$1, default: 0] += 1 }
        }
        objects = labels.tracks.prompts.map { prompt in
            let object = prompt.object
            return Object(
                object: object, prompt: Point(prompt, labels, classes),
                votedClass: labels.votes.first { $0.object == object }.map { classes[$0.classID] },
                votes: Self.standings(labels.standings[object], classes),
                seen: labels.tracks.masks.enumerated().compactMap { index, masks in
                    masks[object].map {
                        Sight(
                            frame: labels.frames[index], pixels: $0.area, painted: painted[index][UInt16(object)] ?? 0)
                    }
                },
                notFound: labels.tracks.absences.filter { $0.object == object }.map {
                    Absence(frame: labels.frames[$0.frame], direction: $0.direction, reason: $0.reason)
                })
        }
        refused = labels.tracks.refusals.map { Refusal(prompt: Point($0.prompt, labels, classes), reason: $0.reason) }
    }

    private static func standings(_ standings: [ClassStanding], _ classes: [String]) -> [Standing] {
        standings.enumerated().filter { $0.element.share > 0 }
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .map { id, standing in
                Standing(
                    class: classes[id], score: standing.score, reliability: standing.reliability,
                    share: standing.share, videoShare: standing.videoShare)
            }
    }

    /// The id of no class, in PNGs of targets: that of `classes.json`, unless it is a class's.
    package static func noLabel(besides classes: Int) -> UInt16 {
        classes > ClassesFile.noLabel ? .max : UInt16(ClassesFile.noLabel)
    }
}
