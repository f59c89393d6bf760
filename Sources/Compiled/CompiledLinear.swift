package import Tensors

/// Compiles products, each distinct one once.
package final class ProductCompiler {
    private var products: [MatrixProduct.Shape: MatrixProduct] = [:]

    package init() {}

    /// The compiled product of a shape; it takes weights packed for any product of the same shape but for the rows.
    package func product(_ shape: MatrixProduct.Shape) -> MatrixProduct {
        if let product = products[shape] { return product }
        // oneDNN may choose another layout for other rows; the first one is what all take.
        let like = products.first { key, _ in
            var key = key
            key.rows = shape.rows
            return key == shape
        }?.value
        let product = MatrixProduct(shape, like: like)
        products[shape] = product
        return product
    }
}

/// A product for the tiles of a picture: compiled for whole tiles and for the last one.
package struct TileProduct: Sendable {
    private let whole, last: MatrixProduct

    /// Compiles the product of each tile's cells `[cells, inputs]` with `[inputs, outputs]`.
    package init(
        _ compiler: ProductCompiler, _ tiling: Tiling, inputs: Int, outputs: Int, precision: Precision,
        result: Precision, hasBias: Bool = false, accumulates: Bool = false,
        rectifies: Bool = false
    ) {
        var shape = MatrixProduct.Shape(
            rows: tiling.cellsPerTile, inputs: inputs, outputs: outputs, precision: precision, result: result,
            hasBias: hasBias, accumulates: accumulates, rectifies: rectifies)
        whole = compiler.product(shape)
        shape.rows = tiling.cellsOfLastTile
        last = compiler.product(shape)
    }

    /// What weights are packed for.
    package var packing: MatrixProduct { whole }

    /// Multiplies the cells of a tile, as one of the threads of `parallelTiles`.
    package func callAsFunction(_ x: Matrix, _ weights: PackedMatrix, into out: Matrix, worker: Int) {
        (x.rows == whole.shape.rows ? whole : last)(x, weights, into: out, worker: worker)
    }
}

/// An affine map of the cells of a picture with constant weights: out = x Wᵀ + b (+ out), then ReLU if it rectifies.
package struct CompiledLinear: Sendable {
    private let product: TileProduct
    private let weights: PackedMatrix

    /// Compiles weights `[O, I]` and bias `[O]`.
    package init(
        _ compiler: ProductCompiler, _ tiling: Tiling, weight: Tensor, bias: Tensor?, precision: Precision,
        result: Precision, accumulates: Bool = false, rectifies: Bool = false
    ) {
        product = TileProduct(
            compiler, tiling, inputs: weight.columns, outputs: weight.rows, precision: precision, result: result,
            hasBias: bias != nil, accumulates: accumulates, rectifies: rectifies)
        weights = PackedMatrix(weight, bias: bias, for: product.packing)
    }

    /// Maps the cells of a tile `[cells, I]` to `[cells, O]`, as one of the threads of `parallelTiles`.
    package func callAsFunction(_ x: Matrix, into out: Matrix, worker: Int) {
        product(x, weights, into: out, worker: worker)
    }
}
