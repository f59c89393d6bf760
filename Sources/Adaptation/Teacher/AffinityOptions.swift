/// The numbers of the affinity teacher, tuned on DAVIS (docs/teacher.md has the measurements).
struct AffinityOptions {
    /// Weights of the encoder's levels 1/8 and 1/16 in the squared distance of descriptors.
    var levelWeights: [(level: Int, weight: Float)] = [(1, 1), (2, 0.5)]
    /// The weight of colour in the squared distance.
    var colorWeight: Float = 1
    /// The scale of L*, a* and b*.
    var colorScale: [Float] = [20, 10, 10]
    /// How many previous frames are looked at, besides the first.
    var previousFrames = 2
    /// How far a window reaches, in cells of the 1/4 grid.
    var radius = 6
    /// What a match at the window's edge loses.
    var penalty: Float = 0.3
    /// The side of a coarse cell, in cells, by which windows are first put in place.
    var coarseCell = 4
    /// How far the coarse search reaches, in coarse cells.
    var coarseRadius = 8
    /// How many matches a cell takes.
    var matches = 10
    /// The temperature of their softmax.
    var temperature: Float = 0.2
    /// How far, in cells, a match there and back may miss its start.
    var roundTrip = 3
    /// By how much a label must differ at the end of a longer round trip for the cell to be dropped.
    var disagreement: Float = 0.5
    /// The share of a cell's matches that must be known for it to be known.
    var known: Float = 0.5
    /// The reliability below which a pixel does not belong to a prompt's region.
    var regionReliability: Float = 0.6
    /// The step of lightness, in units of L* a pixel, that bounds a prompt's region.
    var regionEdge: Float = 6
}
