import COneDNN
package import Tensors

/// The right-hand side of a product in the layout its kernel reads, with the bias: weights packed once, or the keys and
/// values of a frame, packed anew for each.
///
/// Unchecked because packing is done by one thread before any reads it.
@safe package final class PackedMatrix: @unchecked Sendable {
    let memory: dnnl_memory_t
    let bias: dnnl_memory_t?
    private let storage: Storage
    private let biasValues: Tensor?
    private let source: Source

    /// Where the numbers come from: `[inputs, outputs]` with strides.
    @safe private struct Source {
        let packing: dnnl_primitive_t
        let memory: dnnl_memory_t
        let stream: dnnl_stream_t
        let count: Int
    }

    /// Prepares packing for a product.
    ///
    /// - Parameters:
    ///   - product: the product whose right-hand side is packed.
    ///   - bias: what is added to each output, nil for nothing.
    ///   - inputStride: the step from one input's number to the next one's in what is packed.
    ///   - outputStride: the step from one output's number to the next one's.
    package init(for product: MatrixProduct, bias: Tensor? = nil, inputStride: Int, outputStride: Int) {
        precondition((bias != nil) == product.shape.hasBias, "bias of a product of \(product.shape)")
        OneDNN.prepareThread()
        let storage = unsafe Storage(bytes: dnnl_memory_desc_get_size(product.layout))
        self.storage = storage
        unsafe memory = OneDNN.make("weights") {
            unsafe dnnl_memory_create($0, product.layout, OneDNN.engine, storage.pointer)
        }
        biasValues = bias
        let (inputs, outputs) = (product.shape.inputs, product.shape.outputs)
        let description = unsafe OneDNN.make("packing") {
            unsafe ditta_describe_packing(
                $0, Int64(inputs), Int64(outputs), Int64(inputStride), Int64(outputStride), product.layout,
                OneDNN.engine)
        }
        defer { unsafe dnnl_primitive_desc_destroy(description) }
        unsafe source = Source(
            packing: OneDNN.make("packing") { unsafe dnnl_primitive_create($0, description) },
            memory: OneDNN.make("memory") {
                unsafe dnnl_memory_create(
                    $0, dnnl_primitive_desc_query_md(description, dnnl_query_src_md, 0), OneDNN.engine, nil)
            },
            stream: OneDNN.makeStream(), count: (inputs - 1) * inputStride + (outputs - 1) * outputStride + 1)
        unsafe self.bias = bias.map { bias in
            unsafe OneDNN.make("bias") {
                unsafe dnnl_memory_create($0, product.biasLayout, OneDNN.engine, bias.pointer)
            }
        }
    }

    /// Packs weights `[outputs, inputs]` as checkpoints have them.
    package convenience init(_ weight: Tensor, bias: Tensor?, for product: MatrixProduct) {
        precondition(
            weight.rows == product.shape.outputs && weight.columns == product.shape.inputs,
            "weights \(weight.shape) for a product of \(product.shape)")
        self.init(for: product, bias: bias, inputStride: 1, outputStride: weight.columns)
        unsafe pack(from: weight.pointer)
    }

    deinit {
        unsafe dnnl_memory_destroy(memory)
        if let bias = unsafe bias { unsafe dnnl_memory_destroy(bias) }
        unsafe dnnl_memory_destroy(source.memory)
        unsafe dnnl_stream_destroy(source.stream)
        unsafe dnnl_primitive_destroy(source.packing)
    }

    /// Packs columns of a float32 matrix, beginning at `column`.
    package func pack(_ matrix: Matrix, column: Int) {
        precondition(column + source.count <= matrix.rows * matrix.columns, "packing beyond \(matrix.rows) rows")
        OneDNN.prepareThread()
        unsafe pack(from: matrix.floats + column)
    }

    private func pack(from values: UnsafeMutablePointer<Float>) {
        unsafe dnnl_memory_set_data_handle(source.memory, values)
        var arguments = unsafe (
            dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source.memory),
            dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: memory)
        )
        let status = unsafe withUnsafePointer(to: &arguments) { pointer in
            unsafe pointer.withMemoryRebound(to: dnnl_exec_arg_t.self, capacity: 2) {
                unsafe dnnl_primitive_execute(source.packing, source.stream, 2, $0)
            }
        }
        precondition(status == dnnl_success, "packing failed with status \(status.rawValue)")
    }
}
