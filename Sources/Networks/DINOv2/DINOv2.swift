import Checkpoints
import Tensors

/// DINOv2: a vision transformer that was trained without labels, as an encoder of pictures.
///
/// Its weights; `CompiledDINOv2` computes. Source: Oquab et al., "DINOv2: learning robust visual features without supervision",
/// 2023; Darcet et al., "Vision transformers need registers", 2023.
package struct DINOv2: Sendable {
    /// The network's shape.
    package let configuration: DINOv2Configuration
    /// From patches of 14×14 pixels `[D, 588]`.
    let patchEmbedding: Linear
    /// The learnt positions `[side, side, D]`.
    let positions: Tensor
    /// The class token at its position, then the registers: `[1 + R, D]`.
    let tokens: Tensor
    let blocks: [Block]
    let norm: LayerNorm

    /// Attention and a perceptron, each with a norm before it and a factor for each channel behind it.
    struct Block: Sendable {
        let norm1, norm2: LayerNorm
        let queryKeyValue, output, first, second: Linear
        let scale1, scale2: Tensor

        init(_ scope: Scope, _ configuration: DINOv2Configuration) throws(CheckpointError) {
            let (width, hidden, epsilon) = (configuration.width, configuration.hidden, configuration.epsilon)
            norm1 = try LayerNorm(scope["norm1"], width, epsilon: epsilon)
            queryKeyValue = try Linear(scope["attn.qkv"], width, 3 * width)
            output = try Linear(scope["attn.proj"], width, width)
            scale1 = try scope["ls1"].tensor("gamma", width)
            norm2 = try LayerNorm(scope["norm2"], width, epsilon: epsilon)
            let names = configuration.isGated ? ("w12", "w3") : ("fc1", "fc2")
            first = try Linear(scope["mlp"][names.0], width, configuration.isGated ? 2 * hidden : hidden)
            second = try Linear(scope["mlp"][names.1], hidden, width)
            scale2 = try scope["ls2"].tensor("gamma", width)
        }
    }

    /// Takes a checkpoint's weights under Meta's names.
    init(_ root: Scope, _ configuration: DINOv2Configuration) throws(CheckpointError) {
        self.configuration = configuration
        let (width, grid, patch) = (configuration.width, configuration.grid, DINOv2Configuration.patch)
        let projection = root["patch_embed.proj"]
        patchEmbedding = Linear(
            weight: unfoldedConvolutionWeight(try projection.tensor("weight", width, 3, patch, patch)),
            bias: try projection.tensor("bias", width))
        let all = try root.tensor("pos_embed", 1, grid * grid + 1, width).reshaped(grid * grid + 1, width)
        let classToken = try root.tensor("cls_token", 1, 1, width).reshaped(width).copy()
        add(all.part(0, width), to: classToken)
        var tokens = [classToken]
        if configuration.registers > 0 {
            let registers = try root.tensor("register_tokens", 1, configuration.registers, width)
            tokens += (0..<configuration.registers).map { registers.part($0, width) }
        }
        self.tokens = stacked(tokens)
        positions = Tensor(all.storage, [grid, grid, width], offset: all.offset + width)
        var blocks: [Block] = []
        for index in 0..<configuration.depth { blocks.append(try Block(root["blocks"][index], configuration)) }
        self.blocks = blocks
        norm = try LayerNorm(root["norm"], width, epsilon: configuration.epsilon)
    }

    /// The positions of a grid `[height, width, D]`.
    func positions(height: Int, width: Int) -> Tensor {
        let grid = configuration.grid
        if height == grid && width == grid { return positions }
        func axis(to extent: Int) -> ResamplingAxis {
            switch configuration.positions {
            case .exact: .bicubic(from: grid, to: extent)
            case .offset: .bicubic(from: grid, to: extent, scale: (Double(extent) + 0.1) / Double(grid))
            case .antialiased: .antialiasedBicubic(from: grid, to: extent)
            }
        }
        return Resampling(rows: axis(to: height), columns: axis(to: width))(positions)
    }
}
