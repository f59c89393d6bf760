import Media
import Methods
import Raster

/// `targets.json`: what the teacher found and what was taught of it, and why not more or otherwise.
struct TargetDocument: Encodable {
    /// A point the teacher was asked about; `frame` counts the video's frames, as everywhere here.
    struct Point: Encodable {
        let frame, x, y: Int
        let `class`: String
        let reliability: Float

        init(_ prompt: Prompt, _ names: WarmUpNames) {
            frame = names.frame(prompt.frame)
            (x, y) = (prompt.x, prompt.y)
            `class` = names.classes[prompt.classID]
            reliability = prompt.reliability
        }
    }

    /// A class's score in an object, and its factors.
    struct Standing: Encodable {
        let `class`: String
        let score, reliability, share, videoShare: Float
    }

    /// An object on a frame: the pixels of its mask, and those of them that were painted with its class.
    struct Sight: Encodable {
        let frame, pixels, painted: Int
    }

    /// An object that was not found on a frame, on one of the ways.
    struct Absence: Encodable {
        let frame: Int
        let direction: Tracks.Absence.Direction
        let reason: String
    }

    struct Object: Encodable {
        let object: Int
        let prompt: Point
        let votedClass: String?
        /// Best first; classes that no pixel of the object has are left out.
        let votes: [Standing]
        let seen: [Sight]
        let notFound: [Absence]
    }

    struct Refusal: Encodable {
        let prompt: Point
        let reason: String
    }

    struct Frame: Encodable {
        let frame: Int
        /// The share of the pixels under masks.
        let coverage: Double
    }

    let teacher: TeacherArguments.Kind
    let classes: [String]
    /// What the target PNGs say of a pixel without a class.
    let noLabel: UInt16
    let shareExponent, rarityExponent: Float
    let coverage: Double
    let frames: [Frame]
    let objects: [Object]
    let refused: [Refusal]

    init(
        _ labels: PseudoLabels, _ names: WarmUpNames, teacher: TeacherArguments.Kind, options: DiTTAOptions
    ) {
        self.teacher = teacher
        classes = names.classes
        noLabel = names.noLabel
        (shareExponent, rarityExponent) = (options.shareExponent, options.rarityExponent)
        coverage = labels.coverage
        frames = labels.targets.enumerated().map { index, target in
            let covered = target.classes.labels.count { $0 != Raster.noLabel }
            return Frame(
                frame: names.frame(index), coverage: Double(covered) / Double(max(target.classes.labels.count, 1)))
        }
        let painted = labels.targets.map { target in
            target.objects.labels.reduce(into: [UInt16: Int]()) { $0[$1, default: 0] += 1 }
        }
        objects = labels.tracks.prompts.map { prompt in
            let object = prompt.object
            return Object(
                object: object, prompt: Point(prompt, names),
                votedClass: labels.votes.first { $0.object == object }.map { names.classes[$0.classID] },
                votes: Self.standings(labels.standings[object], names),
                seen: labels.tracks.masks.enumerated().compactMap { index, masks in
                    masks[object].map {
                        Sight(
                            frame: names.frame(index), pixels: $0.area, painted: painted[index][UInt16(object)] ?? 0)
                    }
                },
                notFound: labels.tracks.absences.filter { $0.object == object }.map {
                    Absence(frame: names.frame($0.frame), direction: $0.direction, reason: $0.reason)
                })
        }
        refused = labels.tracks.refusals.map { Refusal(prompt: Point($0.prompt, names), reason: $0.reason) }
    }

    private static func standings(_ standings: [ClassStanding], _ names: WarmUpNames) -> [Standing] {
        standings.enumerated().filter { $0.element.share > 0 }
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .map { id, standing in
                Standing(
                    class: names.classes[id], score: standing.score, reliability: standing.reliability,
                    share: standing.share, videoShare: standing.videoShare)
            }
    }
}

/// What numbers of the warm-up are called outside: classes by name, frames by their place in the video.
struct WarmUpNames {
    /// The classes' names, in the order of their ids.
    let classes: [String]
    /// Every which frame of the video is a warm-up frame.
    let stride: Int

    /// The index in the video of a warm-up frame.
    func frame(_ index: Int) -> Int { index * stride }

    /// The id of no class, in PNGs of targets: that of `classes.json`, unless it is a class's.
    var noLabel: UInt16 { classes.count > 255 ? .max : 255 }
}
