/// What a score means, in words: public code bases compute different things under the same names.
package struct MetricDefinition: Sendable, Equatable, Codable {
    /// The name of the score in tables.
    package let name: String
    /// How it is computed.
    package let meaning: String

    /// The definitions that ``Evaluation`` uses, in the order of the table.
    package static let all = [
        MetricDefinition(
            name: "mIoU",
            meaning: "mean IoU of the classes present in the truth, over one confusion matrix of all frames (VSPW)"),
        MetricDefinition(
            name: "mIoU strict",
            meaning: "mean over the classes present in the truth or the prediction: "
                + "a class only predicted counts as 0 (mmsegmentation)"),
        MetricDefinition(
            name: "wIoU",
            meaning: "IoU weighted by each class's share of the true pixels (VSPW)"),
        MetricDefinition(
            name: "mVC8, mVC16",
            meaning:
                "of the pixels whose truth is constant over 8 or 16 frames, the share whose prediction is constant "
                + "too, right or wrong; void counts as a class; mean over all windows of all videos, without each "
                + "video's last one (VSPW)"),
        MetricDefinition(
            name: "mVC without void",
            meaning: "the same over pixels with valid truth only"),
        MetricDefinition(
            name: "mVC strict",
            meaning: "without void, and the constant prediction must be right"),
        MetricDefinition(
            name: "pixel accuracy",
            meaning: "share of the valid pixels predicted rightly"),
        MetricDefinition(
            name: "flicker",
            meaning: "share of pixels whose label differs from the frame before"),
    ]
}
