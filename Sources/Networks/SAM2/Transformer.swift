import Checkpoints
import Compiled
import Tensors

/// Tokens and the image's cells attend to each other: blocks of self-attention among the tokens, tokens to image, a
/// perceptron of the tokens, and image to tokens.
///
/// The image is gone through once a block, a tile at a time: what a block adds to it and the keys and values that the next
/// one's tokens attend to are made together. The few tokens stay in float32.
/// Source: `TwoWayTransformer` of facebookresearch/sam2, sam2/modeling/sam/transformer.py.
struct TwoWayTransformer: Sendable {
    /// The image's cells.
    let grid: Tiling
    /// The image `[grid², C]`, float32.
    let image: Slot

    private let blocks: [Block]
    private let finalAttention: TokenToImage
    private let finalNorm: LayerNorm
    private let heads: Int
    private let positions: Tensor
    private let keys, values: Slot
    private let input, query, attended: Slot

    /// Takes and compiles the weights; `positions` are those of the image's cells `[grid², C]`.
    init(
        _ scope: Scope, _ configuration: SAM2Configuration, _ plan: inout CompilationPlan, grid: Tiling,
        positions: Tensor
    ) throws(CheckpointError) {
        let (width, heads) = (configuration.width, configuration.decoder.heads)
        let inner = width / configuration.decoder.downsampleRate
        self.grid = grid
        self.heads = heads
        self.positions = positions
        image = plan.shared.slot(grid.cells, width, .fp32)
        keys = plan.shared.slot(grid.cells, inner, .fp32)
        values = plan.shared.slot(grid.cells, inner, .fp32)
        let mark = plan.own.mark
        input = plan.own.slot(grid.cellsPerTile, width, plan.precision)
        query = plan.own.slot(grid.cellsPerTile, inner, .fp32)
        attended = plan.own.slot(grid.cellsPerTile, inner, plan.precision)
        plan.own.release(to: mark)
        var blocks: [Block] = []
        for index in 0..<configuration.decoder.layers {
            blocks.append(try Block(scope["layers"][index], configuration, plan, grid))
        }
        self.blocks = blocks
        let attention = try Projections(scope["final_attn_token_to_image"], width, inner, heads: heads)
        finalAttention = TokenToImage(attention, plan, grid)
        finalNorm = try LayerNorm(scope["layer_norm_final_attn"], width, epsilon: epsilon)
    }

    /// Transforms tokens `[T, C]`, which it gives back, and the image, which it leaves in its place.
    ///
    /// - Parameters:
    ///   - tokens: the prompt's tokens and the decoder's own.
    ///   - features: the image `[grid², C]`, float32.
    ///   - dense: what is added to it, `[grid², C]`, or `[C]` for every cell.
    ///   - workspace: memory of the thread.
    /// - Returns: the tokens `[T, C]`.
    func callAsFunction(_ tokens: Tensor, features: Matrix, dense: Tensor, _ workspace: Workspace) -> Tensor {
        let (image, added) = (image(in: workspace.shared), Matrix(dense, rows: dense.rows))
        workspace.parallelTiles(grid.count) { worker, tile in
            let cells = grid.cells(of: tile)
            if added.rows == grid.cells {
                add(features[cells], added[cells], into: image[cells])
            } else {
                for cell in cells { add(features[cell..<cell + 1], added, into: image[cell..<cell + 1]) }
            }
            prepare(blocks[0].tokenToImage, cells, workspace, worker)
        }
        var queries = tokens
        for (index, block) in blocks.enumerated() {
            queries = block.selfAttention.norm(attendToTokens(queries, tokens, block.selfAttention.projections, index))
            queries = block.tokenNorm(attendToImage(queries, tokens, block.tokenToImage, workspace))
            queries = block.perceptronNorm(sum([queries, block.perceptron(queries)]))
            let key = block.imageToToken.key(sum([queries, tokens]))
            let value = block.imageToToken.value(queries)
            let next = index + 1 < blocks.count ? blocks[index + 1].tokenToImage : finalAttention
            workspace.parallelTiles(grid.count) { worker, tile in
                let cells = grid.cells(of: tile)
                attendToTokens(block, cells, key: key, value: value, workspace, worker)
                prepare(next, cells, workspace, worker)
            }
        }
        return finalNorm(attendToImage(queries, tokens, finalAttention, workspace))
    }

    /// Self-attention of the tokens, added to them but for the first block.
    private func attendToTokens(_ queries: Tensor, _ tokens: Tensor, _ layer: Projections, _ index: Int) -> Tensor {
        let placed = index == 0 ? queries : sum([queries, tokens])
        let key = layer.key(placed)
        let value = layer.value(queries)
        let out = layer.output(
            attention(layer.query(placed), Matrix(key, rows: key.rows), Matrix(value, rows: value.rows)))
        return index == 0 ? out : sum([queries, out])
    }

    /// What the tokens find in the image's keys and values, added to them.
    private func attendToImage(
        _ queries: Tensor, _ tokens: Tensor, _ layer: TokenToImage, _ workspace: Workspace
    ) -> Tensor {
        let found = attention(
            layer.query(sum([queries, tokens])), keys(in: workspace.shared), values(in: workspace.shared))
        return sum([queries, layer.output(found)])
    }

    /// Attention of few queries; the heads are what is parallel.
    private func attention(_ queries: Tensor, _ keys: Matrix, _ values: Matrix) -> Tensor {
        let out = Tensor(uninitialized: queries.shape)
        parallelTiles(heads) { _, head in
            attend(
                Matrix(queries, rows: queries.rows), keys: keys, values: values, head: head, of: heads,
                into: Matrix(out, rows: out.rows))
        }
        return out
    }

    /// Keys and values of a tile's cells, for tokens to attend to.
    private func prepare(_ layer: TokenToImage, _ cells: Range<Int>, _ workspace: Workspace, _ worker: Int) {
        let image = image(in: workspace.shared)[cells]
        let input = input(in: workspace.own[worker], rows: cells.count)
        convert(image, into: input)
        layer.value(input, into: values(in: workspace.shared)[cells], worker: worker)
        add(image, Matrix(positions, rows: grid.cells)[cells], into: input)
        layer.key(input, into: keys(in: workspace.shared)[cells], worker: worker)
    }

    /// What a tile's cells find in the tokens' keys and values `[T, C']`, added to them, and their layer norm.
    private func attendToTokens(
        _ block: Block, _ cells: Range<Int>, key: Tensor, value: Tensor, _ workspace: Workspace, _ worker: Int
    ) {
        let (own, image) = (workspace.own[worker], image(in: workspace.shared)[cells])
        let (input, query) = (input(in: own, rows: cells.count), query(in: own, rows: cells.count))
        let attended = attended(in: own, rows: cells.count)
        add(image, Matrix(positions, rows: grid.cells)[cells], into: input)
        block.imageToToken.query(input, into: query, worker: worker)
        for head in 0..<heads {
            attend(
                query, keys: Matrix(key, rows: key.rows), values: Matrix(value, rows: value.rows), head: head,
                of: heads, into: attended)
        }
        block.imageToToken.output(attended, into: image, worker: worker)
        block.imageNorm(image, into: image)
    }
}

/// The epsilon of the transformer's layer norms.
private let epsilon: Float = 1e-5

/// The projections of an attention, C → C' and back, the products' scale being a matter of the queries' weights.
private struct Projections: Sendable {
    let query, key, value, output: Linear

    init(_ scope: Scope, _ width: Int, _ inner: Int, heads: Int) throws(CheckpointError) {
        let scale = 1 / Float(inner / heads).squareRoot()
        query = try Linear(scope["q_proj"], width, inner).scaled(by: scale)
        key = try Linear(scope["k_proj"], width, inner)
        value = try Linear(scope["v_proj"], width, inner)
        output = try Linear(scope["o_proj"], inner, width)
    }
}

/// Attention of tokens to the image, whose keys and values are compiled.
private struct TokenToImage: Sendable {
    let query, output: Linear
    let key, value: CompiledLinear

    init(_ layer: Projections, _ plan: CompilationPlan, _ grid: Tiling) {
        (query, output) = (layer.query, layer.output)
        key = CompiledLinear(plan, grid, layer.key, result: .fp32)
        value = CompiledLinear(plan, grid, layer.value, result: .fp32)
    }
}

/// Attention of the image, whose queries and outputs are compiled, to tokens.
private struct ImageToToken: Sendable {
    let key, value: Linear
    let query, output: CompiledLinear

    init(_ layer: Projections, _ plan: CompilationPlan, _ grid: Tiling) {
        (key, value) = (layer.key, layer.value)
        query = CompiledLinear(plan, grid, layer.query, result: .fp32)
        output = CompiledLinear(plan, grid, layer.output, result: .fp32, accumulates: true)
    }
}

private struct Block: Sendable {
    let selfAttention: (projections: Projections, norm: LayerNorm)
    let tokenToImage: TokenToImage
    let tokenNorm: LayerNorm
    let perceptron: FeedForward
    let perceptronNorm: LayerNorm
    let imageToToken: ImageToToken
    let imageNorm: LayerNorm

    init(
        _ scope: Scope, _ configuration: SAM2Configuration, _ plan: CompilationPlan, _ grid: Tiling
    ) throws(CheckpointError) {
        let (width, decoder) = (configuration.width, configuration.decoder)
        let inner = width / decoder.downsampleRate
        selfAttention = (
            try Projections(scope["self_attn"], width, width, heads: decoder.heads),
            try LayerNorm(scope["layer_norm1"], width, epsilon: epsilon)
        )
        tokenToImage = TokenToImage(
            try Projections(scope["cross_attn_token_to_image"], width, inner, heads: decoder.heads), plan, grid)
        tokenNorm = try LayerNorm(scope["layer_norm2"], width, epsilon: epsilon)
        // The published code gives the perceptron as many layers as the transformer has blocks: two.
        perceptron = try FeedForward(scope["mlp"], width, decoder.mlpWidth, width, layers: max(decoder.layers, 2))
        perceptronNorm = try LayerNorm(scope["layer_norm3"], width, epsilon: epsilon)
        imageToToken = ImageToToken(
            try Projections(scope["cross_attn_image_to_token"], width, inner, heads: decoder.heads), plan, grid)
        imageNorm = try LayerNorm(scope["layer_norm4"], width, epsilon: epsilon)
    }
}
