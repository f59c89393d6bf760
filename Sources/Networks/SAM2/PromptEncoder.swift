package import Checkpoints
import Compiled
package import Tensors

/// Clicks, boxes and masks as the mask decoder takes them, in float32: there is little to compute.
///
/// Source: facebookresearch/sam2, sam2/modeling/sam/prompt_encoder.py.
package struct PromptEncoder: Sendable {
    /// A place in the picture and what it says of the object.
    package struct Point: Sendable {
        /// What a place says of the object; a box is its two corners.
        package enum Label: Int, Sendable {
            case negative, positive, topLeft, bottomRight
        }

        /// The column, in pixels of the network's input.
        package var x: Float
        /// The row, in pixels of the network's input.
        package var y: Float
        /// What it says.
        package var label: Label

        /// Makes a point.
        package init(x: Float, y: Float, label: Label) {
            (self.x, self.y, self.label) = (x, y, label)
        }
    }

    /// What stands for a mask where there is none: `[C]`, the same for every cell.
    package let noMask: Tensor
    /// Where the cells of the image's features are: `[grid², C]`.
    package let imagePositions: Tensor

    private let side: Int
    private let positions: RandomPositionEncoding
    /// What is added to a point's position for each label: `[4, C]`.
    private let labels: Tensor
    private let notAPoint: Tensor
    private let maskConvolutions: [MaskConvolution]
    private let maskProjection: Linear

    /// Takes the weights for inputs of 16 · grid pixels a side.
    package init(_ scope: Scope, _ configuration: SAM2Configuration, grid: Int) throws(CheckpointError) {
        let (width, channels) = (configuration.width, configuration.maskInputChannels)
        side = 16 * grid
        positions = try RandomPositionEncoding(scope["shared_embedding"], width: width)
        imagePositions = positions.grid(grid)
        labels = try scope.tensor("point_embed.weight", 4, width)
        notAPoint = try scope.tensor("not_a_point_embed.weight", 1, width)
        noMask = try scope.tensor("no_mask_embed.weight", 1, width).reshaped(width)
        let mask = scope["mask_embed"]
        maskConvolutions = [
            try MaskConvolution(mask, "1", 1, channels / 4), try MaskConvolution(mask, "2", channels / 4, channels),
        ]
        maskProjection = try Linear(pointwise: mask["conv3"], channels, width)
    }

    /// The tokens of points `[points + 1, C]`, the last one saying that it is none.
    ///
    /// No points are one that says so, too: two tokens, as the published models were trained.
    package func sparse(_ points: [Point]) -> Tensor {
        let none = notAPoint.values
        let tokens = points.map { point in
            // Pixels are counted from the first one's centre.
            let position = positions(x: (point.x + 0.5) / Float(side), y: (point.y + 0.5) / Float(side))
            return zip(position, labels.part(point.label.rawValue, none.count).values).map { $0 + $1 }
        }
        let all = (tokens.isEmpty ? [none] : tokens) + [none]
        return Tensor(all.flatMap { $0 }, [all.count, none.count])
    }

    /// The embedding `[grid², C]` of a mask's logits `[4 · grid, 4 · grid]`.
    package func dense(_ mask: Tensor) -> Tensor {
        precondition(mask.shape == [side / 4, side / 4], "mask \(mask.shape) for an input of \(side) pixels")
        var x = mask.reshaped(mask.count, 1)
        var width = side / 4
        for convolution in maskConvolutions {
            x = convolution(x, width: width)
            width /= 2
        }
        return maskProjection(x)
    }
}

/// A 2×2 convolution of stride 2, layer norm and GELU.
private struct MaskConvolution: Sendable {
    private let convolution: Linear
    private let norm: LayerNorm

    init(_ scope: Scope, _ number: String, _ inputs: Int, _ outputs: Int) throws(CheckpointError) {
        let place = scope["conv" + number]
        convolution = Linear(
            weight: unfoldedConvolutionWeight(try place.tensor("weight", outputs, inputs, 2, 2)),
            bias: try place.tensor("bias", outputs))
        norm = try LayerNorm(scope["layer_norm" + number], outputs, epsilon: 1e-6)
    }

    /// Halves a square map `[width², I]` to `[width²/4, O]`.
    func callAsFunction(_ x: Tensor, width: Int) -> Tensor {
        let patches = Tensor(uninitialized: [x.rows / 4, 4 * x.columns])
        unfold(
            Matrix(x, rows: x.rows), width: width, kernel: 2, stride: 2, padding: 0, outWidth: width / 2,
            rows: 0..<width / 2, into: Matrix(patches, rows: patches.rows))
        let out = norm(convolution(patches))
        gelu(Matrix(out, rows: out.rows), into: Matrix(out, rows: out.rows))
        return out
    }
}
