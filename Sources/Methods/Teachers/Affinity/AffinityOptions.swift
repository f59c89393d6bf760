/// The numbers of the affinity teacher, tuned on DAVIS (docs/teacher.md has the measurements).
package struct AffinityOptions: Sendable {
    package init() {}

    /// The strides of the encoder's levels, in pixels of its input: their weights in the squared distance of descriptors, and how many principal
    /// components are kept of each.
    var levels: [(stride: Int, weight: Float, components: Int)] = [(8, 1, 16), (16, 0.5, 32)]
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
    /// The share of cells whose round trips fail that makes a pair of frames hard, as across a large motion or a cut.
    var hardPair: Float = 0.2
    /// The similarity of the best match below which a cell of a hard pair is dropped.
    var hardSimilarity: Float = -0.3
    /// The share of a pixel an object must cover; above one half for precision's sake.
    var maskThreshold: Float = 0.6
    /// The reliability below which a pixel does not belong to a prompt's region.
    var regionReliability: Float = 0.7
    /// The fewest pixels of a prompt's region, in a frame of 640×480; larger frames need more.
    var regionArea = 50
    /// The step of lightness, in units of L* a pixel, that bounds a prompt's region.
    var regionEdge: Float = 6
}
