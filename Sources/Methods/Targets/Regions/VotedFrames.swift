import Foundation
import Networks
import Tensors

/// The logits of frames after the cells of a region have voted: ln((1 - s) P + s V), with P the model's probabilities, V the vote
/// of the regions that a network for borders finds, and s its share.
///
/// Regions say where things are and the model what they are, so that a mistake within a thing is outvoted by the rest of it.
///
/// - Parameters:
///   - frames: the warm-up's frames.
///   - borders: finds where things end.
///   - share: the vote's share s, 0...1.
///   - picture: how pictures are changed before networks see them.
///   - progress: hears how many frames are done; it may throw to stop.
/// - Returns: logits `[h, w, C]` of each frame.
/// - Throws: what `progress` throws.
func votedLogits(
    _ frames: [WarmUpFrame], _ borders: BorderNetwork, share: Float, picture: PictureTransform,
    progress: (_ done: Int) throws -> Void
) rethrows -> [Tensor] {
    try frames.enumerated().map { index, frame in
        let own = softmax(frame.logits)
        let grid = (height: own.shape[0], width: own.shape[1])
        let vote = RegionVote()(own, affinities: borders(picture(frame.image), grid: grid))
        let logits = zip(own.values, vote.values).map { log(max((1 - share) * $0 + share * $1, 1e-6)) }
        try progress(index + 1)
        return Tensor(logits, own.shape)
    }
}
