/// Every number of the affinity teacher.
package typealias AffinityOptions = Options<AffinitySchema>

/// The settings of the affinity teacher, tuned on DAVIS (docs/teacher.md has the measurements).
package struct AffinitySchema: OptionSchema {
    /// There is one set of values.
    package enum Preset: String, Sendable, CaseIterable {
        case tuned
    }

    package let fineWeight = Setting<Float>(
        1, in: 0...100, "The weight of the encoder's level 1/8 in the squared distance of descriptors.",
        source: "teacher.md, descriptors")
    package let fineComponents = Setting(
        16, in: 1...1024, "How many principal components are kept of level 1/8.", source: "teacher.md, descriptors")
    package let coarseWeight = Setting<Float>(
        0.5, in: 0...100, "The weight of the encoder's level 1/16 in the squared distance of descriptors.",
        source: "teacher.md, descriptors")
    package let coarseComponents = Setting(
        32, in: 1...1024, "How many principal components are kept of level 1/16.", source: "teacher.md, descriptors")
    package let colorWeight = Setting<Float>(
        1, in: 0...100, "The weight of colour in the squared distance of descriptors.",
        source: "teacher.md, descriptors")
    package let lightnessScale = Setting<Float>(
        20, in: 0.1...1000, unit: "units of L*", "What L* is divided by.", source: "teacher.md, descriptors")
    package let chromaScale = Setting<Float>(
        10, in: 0.1...1000, unit: "units of a* and b*", "What a* and b* are divided by.",
        source: "teacher.md, descriptors")
    package let previousFrames = Setting(
        2, in: 1...16, unit: "frames", "How many previous frames are looked at, besides the first.",
        source: "teacher.md, matches")
    package let radius = Setting(
        6, in: 0...64, unit: "cells of the 1/4 grid", "How far a window reaches to each side.",
        source: "teacher.md, matches")
    package let penalty = Setting<Float>(
        0.3, in: 0...100, "What a match at the window's edge loses in similarity.", source: "teacher.md, matches")
    package let searchCell = Setting(
        4, in: 1...64, unit: "cells", "The side of the coarse cells whose motion puts windows in place.",
        source: "teacher.md, matches")
    package let searchRadius = Setting(
        8, in: 0...64, unit: "coarse cells", "How far coarse cells are searched for to each side.",
        source: "teacher.md, matches")
    package let matches = Setting(
        10, in: 1...256, "How many matches a cell takes.", source: "teacher.md, matches")
    package let temperature = Setting<Float>(
        0.2, in: 0.001...100, "The temperature of the matches' softmax.", source: "teacher.md, matches")
    package let roundTrip = Setting(
        3, in: 0...1000, unit: "cells", "How far a match there and back may miss its start.",
        source: "teacher.md, labels")
    package let disagreement = Setting<Float>(
        0.5, in: 0...1, "How much labels must differ at the two ends of a longer round trip to drop the cell.",
        source: "teacher.md, labels")
    package let knownShare = Setting<Float>(
        0.5, in: 0...1, "The share of a cell's matches that must be known for it to be known.",
        source: "teacher.md, labels")
    package let hardShare = Setting<Float>(
        0.2, in: 0...1, "The share of failed round trips above which a pair of frames is hard: large motion, a cut.",
        source: "teacher.md, labels")
    package let hardSimilarity = Setting<Float>(
        -0.3, in: -100...0,
        "The similarity −½|a − b|² of its best match below which a cell of a hard pair is dropped.",
        source: "teacher.md, labels")
    package let maskThreshold = Setting<Float>(
        0.6, in: 0...1, "The share of a pixel that an object must cover to have it.", source: "teacher.md, labels")
    package let regionReliability = Setting<Float>(
        0.7, in: 0...1, "The reliability below which a pixel is not in a prompt's region.",
        source: "teacher.md, point → mask")
    package let regionArea = Setting(
        50, in: 0...307_200, unit: "pixels of 640×480", "The fewest pixels of a prompt's region.",
        source: "teacher.md, point → mask")
    package let regionEdge = Setting<Float>(
        6, in: 0...1000, unit: "units of L* a pixel", "The step of lightness that bounds a prompt's region.",
        source: "teacher.md, point → mask")

    package static let defaultPreset = Preset.tuned
    package static let prefix = "affinity"
    package static let declared = DeclaredSettings(AffinitySchema())
}
