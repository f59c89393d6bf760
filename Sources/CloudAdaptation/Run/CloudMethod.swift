/// The names of the ways to label scenes.
package enum CloudMethod: String, Sendable, CaseIterable {
    /// The model as it was trained.
    case joint
    /// Made sure of each scene, by its norms' scales and shifts.
    case tent
    /// Its stored statistics follow the scenes.
    case dua
    /// Trained on pseudo labels by neighbours, and on contrast.
    case adacontrast
    /// Trained on each scene's pictures, from the model's own weights.
    case tttKD = "ttt-kd"
    /// Trained on each scene's pictures, from where the one before ended.
    case tttKDO = "ttt-kd-o"

    /// Whether a teacher's features of pictures are needed.
    package var isTaught: Bool { self == .tttKD || self == .tttKDO }
}
