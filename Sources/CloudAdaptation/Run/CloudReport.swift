/// `report.json` of labelled scenes.
package struct CloudReport: Codable, Sendable {
    /// How the scenes were labelled, as `CloudMethod` names it.
    package var method: String
    /// The model's folder, and the data.
    package var model, data: String
    /// The settings of the method by name; none for `joint`.
    package var settings: [String: String]
    /// The shift that the scans were changed by, if one was.
    package var shift: String?
    /// The classes in the order of their ids.
    package var classes: [String]
    /// The scenes in their order.
    package var scenes: [Scene] = []
    /// The scores of all scenes together, where the truth is known.
    package var scores: Scores?
    /// Those of the model as it was trained, where a method changed it.
    package var scoresAsTrained: Scores?

    /// A scene.
    package struct Scene: Codable, Sendable {
        package var name: String
        /// Points, and those among them that are somewhere, and that have a pixel.
        package var points, usable, paired: Int
        /// Occupied voxels, and those among them that have a pixel.
        package var voxels, pairedVoxels: Int
        /// The steps that the network has in the end.
        package var steps: Int
        /// The method's loss of each step, before it.
        package var losses: [Double]
        /// That of the voxels that are held out, if some are.
        package var heldOutLosses: [Double]
        /// Seconds for pairs and pictures, for adapting, and for labels.
        package var seconds: Seconds
        package var scores, scoresAsTrained: Scores?
    }

    /// How long a scene took.
    package struct Seconds: Codable, Sendable {
        package var reading = 0.0
        package var training = 0.0
        package var labelling = 0.0
    }

    /// Scores of all points, of those that have a pixel, and of the others.
    package struct Scores: Codable, Sendable {
        package var all, paired, unpaired: Score
    }

    /// Scores in percent.
    package struct Score: Codable, Sendable {
        /// The points that count.
        package var points: Int
        /// The mean IoU over the classes that occur in the truth.
        package var meanIoU: Double?
        /// The share of points that are right.
        package var accuracy: Double?
        /// The IoU of each class that occurs in the truth.
        package var classes: [String: Double]
    }

    /// Begins without scenes.
    package init(
        method: String, model: String, data: String, settings: [String: String], shift: String?, classes: [String]
    ) {
        (self.method, self.model, self.data) = (method, model, data)
        (self.settings, self.shift, self.classes) = (settings, shift, classes)
    }
}
